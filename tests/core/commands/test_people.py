"""What a client can ask about people: values that nobody changes, each of them a command like any other."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from duologue.core.commands.chat import Command
from duologue.core.commands.people import GoAway, PeopleCommand, WatchPeople

KINDS = get_args(PeopleCommand)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_command_is_one_value_that_nobody_can_change(kind: type) -> None:
    values = [name.name for name in fields(kind)]
    command = kind(*values)
    assert command == kind(*values)
    assert hash(command) == hash(kind(*values))
    for name in values:
        with pytest.raises(FrozenInstanceError):
            setattr(command, name, "other")


def test_every_one_is_a_command() -> None:
    assert set(KINDS) <= set(get_args(Command))


def test_one_can_be_away_without_a_word() -> None:
    assert GoAway() == GoAway("")
    assert WatchPeople(True) != WatchPeople(False)
