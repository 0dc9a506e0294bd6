"""Effects: what the rules want done. The hub carries them out, in the order given."""

from __future__ import annotations

from dataclasses import dataclass

from duologue.core.commands.people import MayAsk
from duologue.core.events.chat import Event
from duologue.core.requests import Chat, ChatEnd
from duologue.core.room import Room
from duologue.core.streams import Stream


@dataclass(frozen=True, slots=True)
class Tell:
    """Send `event` to all sessions of `nickname`; to one of them alone, by its number, or to all `besides` one."""

    nickname: str
    event: Event
    session: int | None = None
    besides: int | None = None


@dataclass(frozen=True, slots=True)
class OpenChat:
    """Let the two of `chat` talk from now on, each through the session that holds it."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class PauseChat:
    """The `session` through which `nickname` took part in `chat` is lost; keep what the partner says."""

    chat: Chat
    nickname: str
    session: int


@dataclass(frozen=True, slots=True)
class ReopenChat:
    """`nickname` is back in `chat`, by `session`: let it take part, and hand it what is missing. `held` are the
    partner's streams of which more has been received than was known, `begun` is the stream that begins with the return.
    """

    chat: Chat
    nickname: str
    session: int
    held: tuple[Stream, ...]
    begun: Stream | None


@dataclass(frozen=True, slots=True)
class CloseChat:
    """Let no more messages pass between the two of `chat`."""

    chat: Chat
    reason: ChatEnd


@dataclass(frozen=True, slots=True)
class TellRoom:
    """Send `event` to all who are in `room` now, except `besides`."""

    room: Room
    event: Event
    besides: str | None = None


@dataclass(frozen=True, slots=True)
class RoomMade:
    """A life of `room` has begun."""

    room: Room


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """The topic of `room` has changed."""

    room: Room


@dataclass(frozen=True, slots=True)
class RoomGone:
    """This life of `room` is over, and its messages with it."""

    room: Room


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """The presence of `nickname` has changed, or ended."""

    nickname: str


@dataclass(frozen=True, slots=True)
class BlockChanged:
    """`nickname` has blocked or unblocked `other`. This is to be stored."""

    nickname: str
    other: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class AskingChanged:
    """`nickname` may now be asked for a chat by `who`. This is to be stored."""

    nickname: str
    who: MayAsk


Effect = (
    Tell
    | OpenChat
    | PauseChat
    | ReopenChat
    | CloseChat
    | TellRoom
    | RoomMade
    | RoomChanged
    | RoomGone
    | PresenceChanged
    | BlockChanged
    | AskingChanged
)
