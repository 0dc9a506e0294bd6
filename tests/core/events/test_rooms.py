"""What the server tells about rooms: values that nobody changes on their way, each of them an event like any other."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from duologue.core.events.chat import Event
from duologue.core.events.rooms import RoomEntered, RoomEvent, RoomJoined, RoomLeft, RoomMembers, RoomTopic

KINDS = get_args(RoomEvent)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_of_a_room_is_one_value_that_nobody_can_change(kind: type) -> None:
    values = [name.name for name in fields(kind)]
    event = kind(*values)
    assert event == kind(*values)
    assert hash(event) == hash(kind(*values))
    for name in values:
        with pytest.raises(FrozenInstanceError):
            setattr(event, name, "other")


def test_every_one_is_an_event() -> None:
    assert set(KINDS) <= set(get_args(Event))


def test_coming_is_not_going_and_mine_is_not_yours() -> None:
    assert RoomJoined("#tea", "bob") != RoomLeft("#tea", "bob")  # type: ignore[comparison-overlap]
    assert RoomJoined("#tea", "bob") != RoomJoined("#tea", "alice")
    assert RoomEntered("#tea", 1, "") != RoomEntered("#cake", 1, "")


def test_a_topic_that_was_asked_for_was_set_by_nobody() -> None:
    assert RoomTopic("#tea", None, "tea") != RoomTopic("#tea", "bob", "tea")


def test_a_list_is_whole_where_nothing_else_is_said() -> None:
    assert RoomMembers("#tea", ("alice",)).more == 0
