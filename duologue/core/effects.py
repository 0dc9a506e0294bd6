"""What the rules want done: the hub carries these out, in the order given."""

from __future__ import annotations

from dataclasses import dataclass

from duologue.core.commands.people import MayAsk
from duologue.core.events.chat import Event
from duologue.core.requests import Chat, ChatEnd
from duologue.core.room import Room
from duologue.core.streams import Stream


@dataclass(frozen=True, slots=True)
class Tell:
    """Say `event` to the one who is logged in as `nickname`."""

    nickname: str
    event: Event


@dataclass(frozen=True, slots=True)
class OpenChat:
    """The two of `chat` can talk from now on."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class PauseChat:
    """`nickname` of `chat` has lost the connection. What the partner says is kept."""

    chat: Chat
    nickname: str


@dataclass(frozen=True, slots=True)
class ReopenChat:
    """`nickname` is back in `chat`: takes part again, and is handed what is missing. `held` are the streams of the
    partner of which more has been received than was known, `begun` the stream that begins by the return.
    """

    chat: Chat
    nickname: str
    held: tuple[Stream, ...]
    begun: Stream | None


@dataclass(frozen=True, slots=True)
class CloseChat:
    """No more messages between the two of `chat`."""

    chat: Chat
    reason: ChatEnd


@dataclass(frozen=True, slots=True)
class TellRoom:
    """Say `event` to all who are in `room` now, but not to the one named `besides`."""

    room: Room
    event: Event
    besides: str | None = None


@dataclass(frozen=True, slots=True)
class RoomMade:
    """A life of `room` begins."""

    room: Room


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """`room` has another topic."""

    room: Room


@dataclass(frozen=True, slots=True)
class RoomGone:
    """This life of `room` is over, and with it what was said there."""

    room: Room


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """`nickname` is otherwise than before, or gone."""

    nickname: str


@dataclass(frozen=True, slots=True)
class BlockChanged:
    """`nickname` has blocked `other`, or does not any more. It is to be kept."""

    nickname: str
    other: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class AskingChanged:
    """`nickname` is to be asked for a chat by `who`. It is to be kept."""

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
