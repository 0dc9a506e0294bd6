"""What a client can ask of rooms: a password that no log shows. That these are values which nobody changes is in
test_chat.py.
"""

from __future__ import annotations

from typing import get_args

from duologue.core.commands.chat import Command
from duologue.core.commands.rooms import JoinRoom, RoomCommand, SetTopic


def test_the_password_of_a_room_is_masked_wherever_the_command_is_shown() -> None:
    command = JoinRoom("#tea", "sesame")
    assert "sesame" not in f"{command} {command!r} {[command]}"
    assert "#tea" in repr(command)


def test_every_one_is_a_command() -> None:
    assert set(get_args(RoomCommand)) <= set(get_args(Command))


def test_asking_for_a_topic_is_not_taking_it_away() -> None:
    assert SetTopic("#tea") != SetTopic("#tea", "")


def test_an_empty_password_is_not_none() -> None:
    assert JoinRoom("#tea", "") != JoinRoom("#tea")
