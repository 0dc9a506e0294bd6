"""Effects name what is to be done, and to whom."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from typing import get_args

import pytest

from duologue.core.effects import (
    AskingChanged,
    BlockChanged,
    CloseChat,
    Effect,
    OpenChat,
    PauseChat,
    PresenceChanged,
    ReopenChat,
    RoomChanged,
    RoomGone,
    RoomMade,
    Tell,
    TellRoom,
)
from duologue.core.events.chat import Probe
from duologue.core.requests import Chat, ChatEnd
from duologue.core.room import Room

CHAT = Chat("id", "alice", "bob")
ROOM = Room("#tea", "#1")


@pytest.mark.parametrize("kind", get_args(Effect), ids=lambda kind: kind.__name__)
def test_an_effect_says_to_whom_and_of_what_and_nobody_changes_that(kind: type) -> None:
    values = [name.name for name in fields(kind)]
    effect = kind(*values)
    assert effect == kind(*values)
    for name in values:
        assert effect != replace(effect, **{name: "another value"}), f"told apart by {name}"
        with pytest.raises(FrozenInstanceError):
            setattr(effect, name, "another value")


def test_a_chat_is_itself_and_not_another_one_between_the_same_two() -> None:
    assert CloseChat(CHAT, ChatEnd.LEFT) != CloseChat(Chat("id", "alice", "bob"), ChatEnd.LEFT)


def test_a_room_is_told_whole_where_nobody_is_left_out() -> None:
    assert TellRoom(ROOM, Probe()) == TellRoom(ROOM, Probe(), besides=None)


def test_another_life_of_a_room_is_another_room() -> None:
    assert RoomGone(ROOM) != RoomGone(Room("#tea", "#1"))


def test_there_are_twelve_kinds() -> None:
    """Whoever adds one has to teach the hub to carry it out."""
    chats = {OpenChat, PauseChat, ReopenChat, CloseChat}
    rooms = {TellRoom, RoomMade, RoomChanged, RoomGone}
    people = {PresenceChanged, BlockChanged, AskingChanged}
    assert set(get_args(Effect)) == {Tell} | chats | rooms | people
