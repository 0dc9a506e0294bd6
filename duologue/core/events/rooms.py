"""Events about rooms. `room` is always a room's key, with its `#`; see `room_rules.room_key`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoomEntered:
    """The answer to a join: you are in `room`, one of `members` people. `topic` is empty where none is set."""

    room: str
    members: int
    topic: str


@dataclass(frozen=True, slots=True)
class RoomExited:
    """The answer to a part: you have left `room`."""

    room: str


@dataclass(frozen=True, slots=True)
class RoomJoined:
    """`nickname` has joined."""

    room: str
    nickname: str


@dataclass(frozen=True, slots=True)
class RoomLeft:
    """`nickname` has left."""

    room: str
    nickname: str


@dataclass(frozen=True, slots=True)
class RoomSaid:
    """A message of `nickname` in `room`. `number` orders everything that the server keeps, as in Recalled; `at` is in
    seconds since 1970. `text` may hold line breaks as LF, and must be neutralised before showing.
    """

    room: str
    nickname: str
    at: int
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class RoomMissed:
    """You did not read for a while, and missed `count` messages of `room`. They may be in its history."""

    room: str
    count: int


@dataclass(frozen=True, slots=True)
class RoomTopic:
    """The topic of `room`, empty where there is none. `nickname` has just set it; None where you asked."""

    room: str
    nickname: str | None
    topic: str


@dataclass(frozen=True, slots=True)
class RoomMembers:
    """A page of the members of `room`, in alphabetical order. `more` follow the last of these."""

    room: str
    nicknames: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class RoomListed:
    """One row of the list of rooms."""

    room: str
    members: int
    has_password: bool
    topic: str


@dataclass(frozen=True, slots=True)
class RoomsListed:
    """The end of a page of rooms; there are `count` in all. `after` asks for those that follow, if there are any."""

    count: int
    after: str | None = None


RoomEvent = (
    RoomEntered
    | RoomExited
    | RoomJoined
    | RoomLeft
    | RoomSaid
    | RoomMissed
    | RoomTopic
    | RoomMembers
    | RoomListed
    | RoomsListed
)
