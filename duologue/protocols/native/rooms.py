"""The native wire for rooms (docs/protocol.md, section 12), in both directions."""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.commands.chat import Command
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SetTopic
from duologue.core.events.chat import Event
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
from duologue.protocols.native.wire import (
    count,
    encode_list,
    head_and_text,
    in_lines,
    line_after,
    on_one_line,
    one_line,
    page_of,
    with_text,
    words_of,
)

_LOCKED = {True: "locked", False: "open"}

# From a client


def _encode_join(command: JoinRoom) -> bytes:
    return one_line(f"/join {command.room}{'' if command.password is None else f' {command.password}'}")


def _encode_topic(command: SetTopic) -> bytes:
    return one_line(f"/topic {command.room}{'' if command.topic is None else f' :{command.topic}'}")


ROOM_LINES: dict[type[Command], Callable[..., bytes]] = {
    JoinRoom: _encode_join,
    PartRoom: lambda command: one_line(f"/part {command.room}"),
    ListRooms: lambda command: line_after("/rooms", command.after),
    ListMembers: lambda command: line_after(f"/names {command.room}", command.after),
    SetTopic: _encode_topic,
}


def room_argument(rest: str | None) -> list[str] | None:
    return [rest] if rest and " " not in rest else None


def members_arguments(rest: str | None) -> list[str] | None:
    """Parse a room, and perhaps the nickname after which a page begins."""
    words = (rest or "").split(" ")
    return words if len(words) in (1, 2) and all(words) else None


def join_arguments(rest: str | None) -> list[str] | None:
    """Parse a room, and perhaps a password, which may have blanks in it."""
    room, space, password = (rest or "").partition(" ")
    if not room or (space and not password):
        return None
    return [room, password] if password else [room]


def topic_arguments(rest: str | None) -> list[str] | None:
    room, colon, topic = (rest or "").partition(" :")
    if not room or " " in room:
        return None
    return [room, topic] if colon else [room]


# From the server

ENCODERS: dict[type[Event], Callable[..., str]] = {
    RoomEntered: lambda event: f"room_entered {event.room} {event.members} :{on_one_line(event.topic)}\n",
    RoomExited: lambda event: f"room_exited {event.room}\n",
    RoomJoined: lambda event: f"room_joined {event.room} {event.nickname}\n",
    RoomLeft: lambda event: f"room_left {event.room} {event.nickname}\n",
    RoomSaid: lambda event: with_text(f"room_said {event.room} {event.nickname} {event.at} {event.number}", event.text),
    RoomMissed: lambda event: f"room_missed {event.room} {event.count}\n",
    RoomTopic: lambda event: (
        f"room_topic {event.room}{f' {event.nickname}' if event.nickname else ''} :{on_one_line(event.topic)}\n"
    ),
    RoomMembers: lambda event: encode_list("room_members", [event.room], event.nicknames, event.more),
    RoomListed: lambda event: (
        f"room_listed {event.room} {event.members} {_LOCKED[event.has_password]} :{on_one_line(event.topic)}\n"
    ),
    RoomsListed: lambda event: f"rooms_listed {event.count}{'' if event.after is None else f' {event.after}'}\n",
}


def _parse_entered(rest: str) -> RoomEntered:
    (room, members), topic = head_and_text(rest, 2)
    return RoomEntered(room, count(members), topic)


def _parse_said(rest: str) -> RoomSaid:
    (room, nickname, at, number), text = head_and_text(rest, 4)
    return RoomSaid(room, nickname, count(at), count(number), text)


def _parse_missed(rest: str) -> RoomMissed:
    room, missed = words_of(rest, 2)
    return RoomMissed(room, count(missed))


def _parse_topic(rest: str) -> RoomTopic:
    head, colon, topic = rest.partition(" :")
    room, *nickname = head.split(" ")[:2]
    if not colon:
        raise ValueError(rest)
    return RoomTopic(room, nickname[0] if nickname else None, in_lines(topic))


def _parse_members(rest: str, *, is_part: bool) -> RoomMembers:
    room, _, page = rest.partition(" ")
    if not room:
        raise ValueError(rest)
    return RoomMembers(room, *page_of(page, is_part=is_part))


def _parse_listed(rest: str) -> RoomListed:
    (room, members, lock), topic = head_and_text(rest, 3)
    return RoomListed(room, count(members), _IS_LOCKED[lock], topic)


def _parse_rooms_listed(rest: str) -> RoomsListed:
    all_rooms, *after = words_of(rest, 2 if " " in rest else 1)
    return RoomsListed(count(all_rooms), *after)


_IS_LOCKED = {word: is_locked for is_locked, word in _LOCKED.items()}

SIGNALS: dict[str, Callable[[str], Event]] = {
    "room_entered": _parse_entered,
    "room_exited": lambda rest: RoomExited(*words_of(rest, 1)),
    "room_joined": lambda rest: RoomJoined(*words_of(rest, 2)),
    "room_left": lambda rest: RoomLeft(*words_of(rest, 2)),
    "room_said": _parse_said,
    "room_missed": _parse_missed,
    "room_topic": _parse_topic,
    "room_members": lambda rest: _parse_members(rest, is_part=False),
    "room_members_part": lambda rest: _parse_members(rest, is_part=True),
    "room_listed": _parse_listed,
    "rooms_listed": _parse_rooms_listed,
}
