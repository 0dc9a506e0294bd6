"""Commands about rooms. `room` is as somebody typed it, with or without its `#`; see `room_rules.room_key`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class JoinRoom:
    """Join a room; if it does not exist, it is made, with `password`."""

    room: str
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PartRoom:
    room: str


@dataclass(frozen=True, slots=True)
class ListRooms:
    """List the rooms, a page at a time: the first, or what follows the room `after`."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class ListMembers:
    """List the members of a room, a page at a time as in ListRooms."""

    room: str
    after: str | None = None


@dataclass(frozen=True, slots=True)
class SetTopic:
    """Set the topic of a room; None asks for it."""

    room: str
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class SayInRoom:
    """A message to all in a room, from a front door whose messages have no numbers."""

    room: str
    text: str


@dataclass(frozen=True, slots=True)
class SayPrivately:
    """A message to one person outside of a chat, from a front door whose messages have no numbers."""

    nickname: str
    text: str


RoomCommand = JoinRoom | PartRoom | ListRooms | ListMembers | SetTopic | SayInRoom | SayPrivately
