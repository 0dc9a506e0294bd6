"""Whom somebody names: what can be a name is let through, and who it is only the server knows."""

from __future__ import annotations

import pytest

from duologue.client.input.addressee import addressee
from duologue.core.errors import PeerError


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Bob", "bob"),
        ("#Tea", "#tea"),
        ("#2026", "#2026"),
        ("~Bob", "~Bob"),
        ("~Guest-5000", "~Guest-5000"),
        ("Guest-5000", "guest-5000"),
    ],
)
def test_names(typed: str, name: str) -> None:
    assert addressee(typed) == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "bad_nickname"),
        ("b/b", "bad_nickname"),
        ("~", "bad_nickname"),
        ("~b\x1bb", "bad_nickname"),
        ("#", "bad_room"),
    ],
)
def test_what_can_be_nobodys_name(typed: str, code: str) -> None:
    with pytest.raises(PeerError) as refusal:
        addressee(typed)
    assert refusal.value.code == code
