"""What a client can ask about people. That these are values which nobody changes is in test_chat.py."""

from __future__ import annotations

from typing import get_args

from duologue.core.commands.chat import Command
from duologue.core.commands.people import GoAway, PeopleCommand


def test_every_one_is_a_command() -> None:
    assert set(get_args(PeopleCommand)) <= set(get_args(Command))


def test_one_can_be_away_without_a_word() -> None:
    assert GoAway() == GoAway("")
