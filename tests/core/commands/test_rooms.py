"""What a client can ask of rooms: values that nobody changes, and a password that no log shows."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from duologue.core.commands.chat import Command
from duologue.core.commands.rooms import JoinRoom, RoomCommand, SetTopic

KINDS = get_args(RoomCommand)


def test_the_password_of_a_room_is_masked_wherever_the_command_is_shown() -> None:
    command = JoinRoom("#tea", "sesame")
    assert "sesame" not in f"{command} {command!r} {[command]}"
    assert "#tea" in repr(command)


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


def test_asking_for_a_topic_is_not_taking_it_away() -> None:
    assert SetTopic("#tea") != SetTopic("#tea", "")


def test_an_empty_password_is_not_none() -> None:
    assert JoinRoom("#tea", "") != JoinRoom("#tea")
