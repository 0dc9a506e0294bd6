"""What may follow a typed command about rooms: as in `arguments`. A room may be typed without its mark. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable

from duologue.client.meaning import Explain, Meaning, Send, Standing, TurnTo
from duologue.core.errors import PeerError
from duologue.core.room_commands import JoinRoom, ListMembers, ListRooms, PartRoom, SetTopic
from duologue.core.rooms import is_room, room_key
from duologue.core.text import visible

JOIN = "ROOM [PASSWORD]"
MAYBE_ROOM = "[ROOM]"
MEMBERS = "[ROOM [AFTER]]"
AFTER = "[AFTER]"
TOPIC = "[ROOM] [TEXT]"

NO_TOPIC = "-"
"""Typed for a topic, takes it away."""

_NOWHERE = "You are in no room. /join ROOM comes into one, or makes it; /rooms lists them."


def join(standing: Standing, rest: str) -> Meaning | None:
    """`/join`: into a room; where one is in it already, what is typed goes there."""
    room, _, password = rest.partition(" ")

    def meaning(key: str) -> Meaning:
        return TurnTo(key) if key in standing.rooms else Send(JoinRoom(key, password.strip() or None))

    return _about(room, meaning) if room else None


def part(standing: Standing, rest: str) -> Meaning | None:
    """`/part`"""
    return _of_one_room(standing, rest, lambda key: Send(PartRoom(key)))


def rooms(_: Standing, rest: str) -> Meaning | None:
    """`/rooms`"""
    return _about(rest, lambda key: Send(ListRooms(key))) if rest else Send(ListRooms())


def names(standing: Standing, rest: str) -> Meaning | None:
    """`/names`: of a room, and those after somebody."""
    words = rest.split()
    after = visible(words.pop()) if len(words) == 2 else None
    return _of_one_room(standing, " ".join(words), lambda key: Send(ListMembers(key, after)))


def topic(standing: Standing, rest: str) -> Meaning | None:
    """`/topic`: a first word with the mark of a room is one; all else is what it is about."""
    words = rest.split()
    room = words.pop(0) if words and is_room(words[0]) else standing.room
    text = "" if words == [NO_TOPIC] else " ".join(words) or None
    return _about(room, lambda key: Send(SetTopic(key, text)))


def _of_one_room(standing: Standing, rest: str, make: Callable[[str], Meaning]) -> Meaning | None:
    words = rest.split()
    return _about(words[0] if words else standing.room, make) if len(words) < 2 else None


def _about(room: str | None, make: Callable[[str], Meaning]) -> Meaning:
    if room is None:
        return Explain(_NOWHERE)
    try:
        return make(room_key(room))
    except PeerError as error:
        return Explain(visible(error.text))
