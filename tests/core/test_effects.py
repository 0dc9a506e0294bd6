"""Effects name what is to be done, and to whom."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
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


def test_opening_a_chat_is_not_closing_it() -> None:
    assert OpenChat(CHAT) == OpenChat(CHAT)
    assert OpenChat(CHAT) != CloseChat(CHAT, ChatEnd.LEFT)  # type: ignore[comparison-overlap]


def test_a_chat_is_itself_and_not_another_one_between_the_same_two() -> None:
    assert CloseChat(CHAT, ChatEnd.LEFT) != CloseChat(Chat("id", "alice", "bob"), ChatEnd.LEFT)


def test_an_effect_goes_to_whom_it_was_meant_for() -> None:
    tell = Tell("alice", Probe())
    assert tell != Tell("bob", Probe())
    with pytest.raises(FrozenInstanceError):
        tell.nickname = "bob"  # type: ignore[misc]


def test_who_pauses_is_named_and_not_mistaken_for_the_other() -> None:
    assert PauseChat(CHAT, "alice") != PauseChat(CHAT, "bob")
    assert PauseChat(CHAT, "alice") != ReopenChat(CHAT, "alice", (), None)  # type: ignore[comparison-overlap]


def test_a_room_is_told_whole_where_nobody_is_left_out() -> None:
    assert TellRoom(ROOM, Probe()) == TellRoom(ROOM, Probe(), besides=None)
    assert TellRoom(ROOM, Probe()) != TellRoom(ROOM, Probe(), besides="alice")


def test_another_life_of_a_room_is_another_room() -> None:
    assert RoomGone(ROOM) != RoomGone(Room("#tea", "#1"))
    assert RoomGone(ROOM) != RoomMade(ROOM)  # type: ignore[comparison-overlap]


def test_there_are_twelve_kinds() -> None:
    """Whoever adds one has to teach the hub to carry it out."""
    chats = {OpenChat, PauseChat, ReopenChat, CloseChat}
    rooms = {TellRoom, RoomMade, RoomChanged, RoomGone}
    people = {PresenceChanged, BlockChanged, AskingChanged}
    assert set(get_args(Effect)) == {Tell} | chats | rooms | people
