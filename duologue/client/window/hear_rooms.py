"""Events in rooms, and their changes to what the windows show. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable

from duologue.client.events import (
    Happening,
    MissedMore,
    RoomLost,
)
from duologue.client.view.base import Kind
from duologue.client.window.changes import (
    Closed,
    Opened,
    PageWanted,
    PeopleChanged,
    Restated,
    RoomsCame,
)
from duologue.client.window.scroll import said
from duologue.client.window.state import Changes, WindowState
from duologue.client.window.talk import TalkState
from duologue.core.commands.rooms import ListMembers, ListRooms
from duologue.core.events.rooms import (
    RoomEntered,
    RoomExited,
    RoomJoined,
    RoomLeft,
    RoomListed,
    RoomMembers,
    RoomMissed,
    RoomSaid,
    RoomsListed,
    RoomTopic,
)
from duologue.core.room_rules import LOBBY

MOST_LISTED = 500
"""Rooms, or members of one, that are asked for one page after the other: nobody reads more in a window."""


def _room_said(state: WindowState, event: RoomSaid) -> Changes:
    return state.hear_from(event.room, said(state.shown(event.nickname), event.text, event.at, number=event.number))


def _entered(state: WindowState, event: RoomEntered) -> Changes:
    talk = state.talk(event.room)
    talk.move(TalkState.ROOM)
    talk.topic = event.topic
    opened = state.open(LOBBY) if talk.place == LOBBY else [Opened(talk.place)]
    talk.members, talk.others = set(), 0
    return [*opened, PageWanted(ListMembers(talk.place), talk.place), Restated(talk.place)]


def _exited(state: WindowState, event: RoomExited) -> Changes:
    state.talks.pop(event.room, None)
    return [Closed(event.room), PeopleChanged()]


def _shut_out(state: WindowState, event: RoomLost) -> Changes:
    state.talk(event.room).move(TalkState.OUTSIDE, state.words(event) or "")
    return [Restated(event.room)]


def _members(state: WindowState, event: RoomMembers) -> Changes:
    talk = state.talk(event.room)
    talk.members |= set(event.nicknames)
    talk.others = event.more
    if event.more and len(talk.members) < MOST_LISTED:
        return [PageWanted(ListMembers(talk.place, event.nicknames[-1]), talk.place), Restated(talk.place)]
    return [Restated(talk.place)]


def _joined(state: WindowState, event: RoomJoined) -> Changes:
    state.talk(event.room).members.add(event.nickname)
    return _come_or_gone(state, event)


def _left(state: WindowState, event: RoomLeft) -> Changes:
    talk = state.talk(event.room)
    if event.nickname not in talk.members and talk.others:
        talk.others -= 1
    talk.members.discard(event.nickname)
    return _come_or_gone(state, event)


def _come_or_gone(state: WindowState, event: RoomJoined | RoomLeft) -> Changes:
    """Report it, except in the lobby, where the list of people shows it."""
    told = [] if event.room == LOBBY else state.note(event.room, Kind.NOTICE, state.words(event))
    return [*told, Restated(event.room)]


def _topic(state: WindowState, event: RoomTopic) -> Changes:
    state.talk(event.room).topic = event.topic
    return [*state.note(event.room, Kind.NOTICE, state.words(event)), Restated(event.room)]


def _missed(state: WindowState, event: RoomMissed | MissedMore) -> Changes:
    return state.note(event.room, Kind.NOTICE, state.words(event))


def _room_listed(state: WindowState, event: RoomListed) -> Changes:
    state.listed.append(event)
    return []


def _rooms_listed(state: WindowState, event: RoomsListed) -> Changes:
    if event.after is not None and len(state.listed) < MOST_LISTED:
        return [PageWanted(ListRooms(event.after), LOBBY)]
    rooms, state.listed = tuple(state.listed), []
    return [RoomsCame(rooms, event.count)]


HEARD: dict[type[Happening], Callable[..., Changes]] = {
    RoomSaid: _room_said,
    RoomEntered: _entered,
    RoomExited: _exited,
    RoomLost: _shut_out,
    RoomMembers: _members,
    RoomJoined: _joined,
    RoomLeft: _left,
    RoomTopic: _topic,
    RoomMissed: _missed,
    MissedMore: _missed,
    RoomListed: _room_listed,
    RoomsListed: _rooms_listed,
}
