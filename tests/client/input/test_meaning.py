"""What a meaning depends on. Which text means what is in test_parsing.py and test_commands.py."""

from __future__ import annotations

from duologue.client.input.meaning import InputContext


def test_whoever_has_just_come_is_in_no_room() -> None:
    assert InputContext().room is None


def test_the_current_room_is_the_last() -> None:
    assert InputContext(rooms=("#ops", "#tea")).room == "#tea"
