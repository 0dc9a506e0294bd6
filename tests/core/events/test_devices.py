"""What one of several devices is told. That these are values which nobody changes is in test_chat.py."""

from __future__ import annotations

from typing import get_args

from duologue.core.events.chat import Event
from duologue.core.events.devices import ConversationsEnded, DeviceEvent, Feed, Following


def test_every_one_is_an_event() -> None:
    assert set(get_args(DeviceEvent)) <= set(get_args(Event))


def test_a_feed_goes_on_where_nothing_else_is_said_and_a_list_is_whole() -> None:
    assert Following(5).feed is Feed.FROM_THERE
    assert ConversationsEnded().before is None
