"""What of a typed line is a secret."""

from __future__ import annotations

import pytest

from duologue.client.input.hidden import where_hidden, without_hidden


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("/join tea secret", "/join tea"),
        ("/join  #tea   open sesame ", "/join  #tea"),
        ("/JOIN tea s", "/JOIN tea"),
        ("/join tea secret\nand more", "/join tea"),
    ],
)
def test_the_password_of_a_room_is(typed: str, shown: str) -> None:
    assert without_hidden(typed) == shown
    assert typed[: where_hidden(typed)].rstrip() == shown


@pytest.mark.parametrize(
    "typed", ["", "/join", "/join tea", "/join tea ", "//join tea secret", "say /join tea x", "/msg bob x"]
)
def test_nothing_else_is(typed: str) -> None:
    assert where_hidden(typed) is None
    assert without_hidden(typed) == typed
