"""What happens to a client besides what the server tells it: of its connection, its messages and its memory."""

from __future__ import annotations

from dataclasses import dataclass

from duologue.core.events.chat import Event


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """The session is over and a new one is being tried for. `partner` is whom the chat is with that goes on then, and
    `rooms` are those that we come back into.

    The server has not confirmed `unstored` messages (yet); they are kept, and sent again.
    """

    reason: str
    partner: str | None
    unstored: int = 0
    rooms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconnected:
    """A new session is on, with no requests. If the chat goes on, a ChatResumed follows; if not, a ChatEnded.

    For each room follows a RoomEntered with what was missed there, or a RoomLost.
    """

    nickname: str


@dataclass(frozen=True, slots=True)
class LetterDelivered:
    """`nickname` has the letter now. `stream` is what `write` returned."""

    nickname: str
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class HandedIn:
    """The chat with `nickname` is over, and `count` messages that had not arrived are in their mailbox now.

    The server has refused `lost` others, for `reason`.
    """

    nickname: str
    count: int
    lost: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MemoryLost:
    """The file of the memory cannot be used, for `reason`; what is not safe yet is kept while this program runs."""

    reason: str


@dataclass(frozen=True, slots=True)
class RoomLost:
    """After a lost connection the server has not let us into `room` again. `code` and `reason` are its own."""

    room: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class MissedMore:
    """More was said in `room` while we were away than what comes now; its history has the rest."""

    room: str


Happening = Event | ConnectionLost | Reconnected | LetterDelivered | HandedIn | MemoryLost | RoomLost | MissedMore
