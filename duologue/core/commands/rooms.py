"""What a client can ask of rooms. `room` is as somebody typed it, with or without its `#`; see `rooms.room_key`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class JoinRoom:
    """Come into a room; it is made where there is none, with `password` then."""

    room: str
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PartRoom:
    room: str


@dataclass(frozen=True, slots=True)
class ListRooms:
    """Which rooms are there? A page of them: the first, or what follows the room `after`."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class ListMembers:
    """Who is in this room? A page of them, as in ListRooms."""

    room: str
    after: str | None = None


@dataclass(frozen=True, slots=True)
class SetTopic:
    """Say what a room is about; None asks."""

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
