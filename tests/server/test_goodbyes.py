"""Clients decide by the code of a goodbye whether they come back, so each has one, and it is a word."""

from __future__ import annotations

import pytest

from duologue.core.events.chat import Disconnected
from duologue.protocols.native.signals import encode_event
from duologue.server import goodbyes

ALL = {name: value for name, value in vars(goodbyes).items() if isinstance(value, Disconnected)}


@pytest.mark.parametrize("name", ALL)
def test_each_is_one_line_with_a_code(name: str) -> None:
    line = encode_event(ALL[name])
    assert line.count(b"\n") == 1
    assert line.startswith(f"disconnected {ALL[name].code} ".encode())


def test_only_what_another_device_brings_about_shares_a_code() -> None:
    codes = [goodbye.code for goodbye in ALL.values()]
    assert sorted({code for code in codes if codes.count(code) > 1}) == ["taken_over"]
