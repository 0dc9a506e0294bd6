"""Meanings are values: what is typed twice means the same twice."""

from __future__ import annotations

from typing import get_args

from duologue.client.input.meaning import Explain, InputContext, Meaning, Send
from duologue.core.commands.chat import Say


def test_meanings_are_values() -> None:
    assert Send(Say("x")) == Send(Say("x"))
    assert Send(Say("x")) != Send(Say("y"))
    assert len({Explain("a"), Explain("a")}) == 1


def test_whoever_has_just_come_stands_nowhere() -> None:
    assert InputContext() == InputContext(partner=None, waiting=(), unsent=None, rooms=(), left=None)
    assert InputContext().room is None


def test_the_current_room_is_the_last() -> None:
    assert InputContext(rooms=("#ops", "#tea")).room == "#tea"


def test_no_two_meanings_are_equal() -> None:
    bare = [kind() for kind in get_args(Meaning) if not kind.__match_args__]
    assert len(set(bare)) == len(bare) == 4
