"""Events of the client itself, besides those of the server: about its connection, its messages and its memory."""

from __future__ import annotations

from dataclasses import dataclass

from duologue.core.events.chat import Event, MessageFrom


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """The session is over and a new one is being attempted. `partner` is the person whom the chat then goes on with,
    and `rooms` are those that we return to.

    The server has not confirmed `unstored` messages (yet); they are kept, and sent again.
    """

    reason: str
    partner: str | None
    unstored: int = 0
    rooms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconnected:
    """A new session has begun, without requests. If the chat goes on, a ChatResumed follows; if not, a ChatEnded.

    For each room, a RoomEntered with what was missed there follows, or a RoomLost.
    """

    nickname: str


@dataclass(frozen=True, slots=True)
class LetterDelivered:
    """`nickname` has received the letter. `stream` is what `write` returned."""

    nickname: str
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The chat with `nickname` is over, and `count` messages that had not arrived are now in their mailbox.

    The server has refused `lost` others, for `reason`.
    """

    nickname: str
    count: int
    lost: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MemoryLost:
    """The memory's file cannot be used, for `reason`; what is not safe yet is kept while this program runs."""

    reason: str


@dataclass(frozen=True, slots=True)
class RoomLost:
    """After a lost connection the server did not let us into `room` again. `code` and `reason` are its own."""

    room: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class MissedMore:
    """More was said in `room` while we were away than is delivered now; its history has the rest."""

    room: str


@dataclass(frozen=True, slots=True)
class MessageKept(MessageFrom):
    """A message to us that the server has stored, told to all our devices: a letter, or said in a chat that another one
    holds. `kept_as` is its number in the store, for `mark_read`.
    """

    kept_as: int


@dataclass(frozen=True, slots=True)
class SaidElsewhere:
    """Another device of ours has said something to `nickname`. `sender` is our own nickname, `kept_as` its number in
    the store.
    """

    nickname: str
    sender: str
    at: int
    kept_as: int
    text: str


Happening = (
    Event
    | ConnectionLost
    | Reconnected
    | LetterDelivered
    | HandedIn
    | MemoryLost
    | RoomLost
    | MissedMore
    | SaidElsewhere
)
