"""Arguments of the typed commands about rooms, as in `arguments`. Sans-I/O.

Where only a room can follow, it may be typed without its mark. Where something else can, a first word is a room only if
it has the mark.
"""

from __future__ import annotations

from collections.abc import Callable

from duologue.client.input.meaning import Explain, InputContext, Meaning, Send, TurnTo
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SetTopic
from duologue.core.errors import PeerError
from duologue.core.room_rules import ROOM_MARK, has_mark, room_key, without_mark
from duologue.core.sentences import room_or_topic
from duologue.core.text import visible

JOIN = "ROOM [PASSWORD]"
MAYBE_ROOM = "[ROOM]"
MEMBERS = "[#ROOM [AFTER]]"
AFTER = "[AFTER]"
TOPIC = "[#ROOM] [TEXT]"

NO_TOPIC = "-"
"""Typed as a topic, removes it."""

_NOWHERE = "You are not in a room. /join ROOM enters one, or creates it; /rooms lists them."


def join(standing: InputContext, rest: str) -> Meaning | None:
    """Parse `/join`: enter a room, or make one that we are in the current one."""
    room, _, password = rest.partition(" ")

    def meaning(key: str) -> Meaning:
        return TurnTo(key) if key in standing.rooms else Send(JoinRoom(key, password.strip() or None))

    return _about(room, meaning) if room else None


def part(standing: InputContext, rest: str) -> Meaning | None:
    """Parse `/part`."""
    return _of_one_room(standing, rest, lambda key: Send(PartRoom(key)))


def rooms(_: InputContext, rest: str) -> Meaning | None:
    """Parse `/rooms`."""
    return _about(rest, lambda key: Send(ListRooms(key))) if rest else Send(ListRooms())


def names(standing: InputContext, rest: str) -> Meaning | None:
    """Parse `/names`: the members of a room, or those after somebody."""
    words = rest.split()
    if words and not has_mark(words[0]):
        return Explain(f"Type a room with its mark here: /names {ROOM_MARK}{visible(words[0])}")
    after = visible(words.pop()) if len(words) == 2 else None
    return _of_one_room(standing, " ".join(words), lambda key: Send(ListMembers(key, after)))


def topic(standing: InputContext, rest: str) -> Meaning | None:
    """Parse `/topic`: everything is the topic, except a first word with the mark of a room, unless it may be meant
    otherwise.
    """
    words = rest.split()
    room = words.pop(0) if words and has_mark(words[0]) else None
    text = "" if words == [NO_TOPIC] else " ".join(words) or None
    unclear = _what_is_unclear(standing, text) if room is None and text is not None else None
    return Explain(unclear) if unclear else _about(room or standing.room, lambda key: Send(SetTopic(key, text)))


def _what_is_unclear(standing: InputContext, text: str) -> str | None:
    """Explain what is unclear: nothing that changes a room for everybody is guessed."""
    if standing.room is None:
        return None
    if standing.partner is not None:
        return f"You are in a chat, so say which room: /topic {standing.room} {visible(text or NO_TOPIC)}"
    named = without_mark(text.split(" ", maxsplit=1)[0], standing.rooms)
    return None if named is None else room_or_topic(named, standing.room, text)


def _of_one_room(standing: InputContext, rest: str, make: Callable[[str], Meaning]) -> Meaning | None:
    words = rest.split()
    return _about(words[0] if words else standing.room, make) if len(words) < 2 else None


def _about(room: str | None, make: Callable[[str], Meaning]) -> Meaning:
    if room is None:
        return Explain(_NOWHERE)
    try:
        return make(room_key(room))
    except PeerError as error:
        return Explain(visible(error.text))
