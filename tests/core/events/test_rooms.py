"""What the server tells about rooms. That these are values which nobody changes is in test_chat.py."""

from __future__ import annotations

from typing import get_args

from duologue.core.events.chat import Event
from duologue.core.events.rooms import RoomEvent, RoomMembers


def test_every_one_is_an_event() -> None:
    assert set(get_args(RoomEvent)) <= set(get_args(Event))


def test_a_list_is_whole_where_nothing_else_is_said() -> None:
    assert RoomMembers("#tea", ("alice",)).more == 0
