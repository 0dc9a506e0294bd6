"""What the server tells about rooms. `room` is always a room's key, with its `#`; see `rooms.room_key`."""

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
    """The answer to a part: you are out of `room`."""

    room: str


@dataclass(frozen=True, slots=True)
class RoomJoined:
    """`nickname` has come in."""

    room: str
    nickname: str


@dataclass(frozen=True, slots=True)
class RoomLeft:
    """`nickname` has gone."""

    room: str
    nickname: str


@dataclass(frozen=True, slots=True)
class RoomSaid:
    """What `nickname` said in `room`. `number` orders all that the server keeps, as in Recalled; `at` is in seconds
    since 1970. `text` may hold line breaks as LF, and must be neutralised before showing.
    """

    room: str
    nickname: str
    at: int
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class RoomMissed:
    """You did not read for a while, and `count` messages of `room` have passed you by. They may be in its history."""

    room: str
    count: int


@dataclass(frozen=True, slots=True)
class RoomTopic:
    """What `room` is about, empty where nobody has said. `nickname` has just set it; None where you asked."""

    room: str
    nickname: str | None
    topic: str


@dataclass(frozen=True, slots=True)
class RoomMembers:
    """A page of all who are in `room`, in the order of the alphabet. `more` come after the last of these."""

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
    """A page of rooms is complete; there are `count` in all. `after` asks for those that follow, if there are any."""

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
