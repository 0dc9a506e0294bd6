"""A client may name its device (docs/protocol.md 3.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.devices import DEVICE_LENGTH, check_device
from duologue.core.errors import FatalPeerError, PeerError


@given(st.text("ABCXYZabcxyz0189-_", min_size=1, max_size=DEVICE_LENGTH))
def test_letters_digits_and_two_signs_are_a_name(name: str) -> None:
    check_device(name)


@pytest.mark.parametrize(
    "name",
    ["", "x" * (DEVICE_LENGTH + 1), "two words", "d\n", "\nd", "d1.", "d/1", "é", "d\0", "\u0661", "#", ":d"],
    ids=ascii,
)
def test_anything_else_is_none(name: str) -> None:
    with pytest.raises(PeerError, match="bad_device") as caught:
        check_device(name)
    assert not isinstance(caught.value, FatalPeerError), "whether a connection ends with it, its front door decides"
    assert str(DEVICE_LENGTH) in caught.value.text
