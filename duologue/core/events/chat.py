"""Events that the server sends to a client: one frozen dataclass each.

Knows nothing of the bytes that carry an event; each front door writes them in its own words.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from duologue.core.events.devices import DeviceEvent
from duologue.core.events.people import PeopleEvent
from duologue.core.events.rooms import RoomEvent
from duologue.core.requests import ChatEnd, RequestState


@dataclass(frozen=True, slots=True)
class PasswordWanted:
    """The nickname has come; now the password is wanted."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The login is complete. `token` attaches the other two sockets, or where there are none is a session token for the
    next login; `nickname` is how the server spells the name, and `spelling` how its account does, empty where that is
    the same.
    """

    token: str = field(repr=False)
    nickname: str
    spelling: str = ""


@dataclass(frozen=True, slots=True)
class LoginDenied:
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class ChatRequested:
    """`nickname` asks for a chat and waits `seconds` for the answer."""

    nickname: str
    seconds: int


@dataclass(frozen=True, slots=True)
class RequestWithdrawn:
    """The request of `nickname` is over without an answer from you."""

    nickname: str
    outcome: RequestState


@dataclass(frozen=True, slots=True)
class RequestSent:
    """`nickname` has been asked, and has `seconds` to answer."""

    nickname: str
    seconds: int


@dataclass(frozen=True, slots=True)
class RequestAnswered:
    """The request to `nickname` has ended without a chat."""

    nickname: str
    outcome: RequestState


@dataclass(frozen=True, slots=True)
class RequestsEnded:
    """All requests are over, your own and those to you, because your chat with `nickname` begins. It comes beside the
    requests, as ChatStarted need not come in one order with them.
    """

    nickname: str


@dataclass(frozen=True, slots=True)
class ChatStarted:
    nickname: str
    chat: str


@dataclass(frozen=True, slots=True)
class ChatEnded:
    """The chat is over. In the answer to a resume `chat` and `had` are set: of the messages sent in it, the server had
    1 to `had`.
    """

    nickname: str
    reason: ChatEnd
    chat: str | None = None
    had: int | None = None


@dataclass(frozen=True, slots=True)
class ChatUnknown:
    """The answer to a resume: you have no such chat."""

    chat: str


@dataclass(frozen=True, slots=True)
class ChatWaits:
    """You have come back, and your chat with `nickname` waits for `seconds` to be resumed."""

    nickname: str
    chat: str
    seconds: int


@dataclass(frozen=True, slots=True)
class ChatHeld:
    """Your chat with `nickname` is on, and another session of yours holds it."""

    nickname: str
    chat: str


@dataclass(frozen=True, slots=True)
class ChatFree:
    """No session of yours holds your chat with `nickname` any more: for `seconds` it can be resumed; 0: it is over."""

    nickname: str
    chat: str
    seconds: int


@dataclass(frozen=True, slots=True)
class ChatElsewhere:
    """The answer to a resume: another session of yours holds the chat. Of the stream that was named the store has 1 to
    `had`.
    """

    nickname: str
    chat: str
    had: int


@dataclass(frozen=True, slots=True)
class ChatPaused:
    """The connection of `nickname` is lost; they have `seconds` to come back."""

    nickname: str
    seconds: int


@dataclass(frozen=True, slots=True)
class PartnerResumed:
    """`nickname` is back, and the chat goes on."""

    nickname: str
    chat: str


@dataclass(frozen=True, slots=True)
class ChatResumed:
    """The answer to a resume: of the stream that was named the server has 1 to `had`; the next message to come is
    number `taken` + 1 of `stream`. That is another stream where the memory of the first was gone, or out of date.
    """

    nickname: str
    chat: str
    had: int
    stream: str
    taken: int


@dataclass(frozen=True, slots=True)
class StreamBegins:
    """From here on, what `nickname` says are the messages `first`, `first` + 1, … of `stream`."""

    nickname: str
    stream: str
    first: int


@dataclass(frozen=True, slots=True)
class Said:
    """A message of `nickname`. `text` may hold line breaks as LF, and anything else that people can type: neutralise it
    before showing.
    """

    nickname: str
    text: str


@dataclass(frozen=True, slots=True)
class WaitingRequests:
    """The people who wait for your answer, the longest waiting first. `more` wait besides these."""

    nicknames: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class PeopleOnline:
    """A page of all who are here, in alphabetical order. `more` follow the last of these."""

    nicknames: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Recalled:
    """An earlier message. `number` orders everything that the server keeps; `at` is in seconds since 1970.

    It was message `position` of its sender's `stream`, if the front door can express that: a client recognises by it
    the message that it received live.
    """

    number: int
    at: int
    sender: str
    recipient: str
    text: str
    stream: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class TextPart:
    """The beginning of the text of the next `Recalled` or `MessageFrom`, which was too long for a line."""

    text: str


@dataclass(frozen=True, slots=True)
class MessageFrom:
    """A letter, or an undelivered message of a chat that is over: message `number` of the sender's `stream`. `at` is in
    seconds since 1970.
    """

    nickname: str
    at: int
    stream: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class KeptFor:
    """The letter is stored; `nickname` is away, and gets it at the next login."""

    nickname: str
    stream: str
    number: int


@dataclass(frozen=True, slots=True)
class NotKept:
    """The letter is refused."""

    nickname: str
    stream: str
    number: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class RecallEnded:
    """The end of `count` earlier messages. `before` asks for older ones; None: there are none."""

    count: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A command is refused. `code` is one word for programs, `text` a sentence for people.

    `of` is the class of the command that is refused; None if it is none in particular, or not known.
    """

    code: str
    text: str
    of: type | None = None


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The last event of a session."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Of the messages sent in `stream`, the server answers for 1 to `stored`, and 1 to `delivered` have reached the
    partner.
    """

    stored: int = 0
    delivered: int = 0
    stream: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A question whether the client still lives."""


Event = (
    PasswordWanted
    | LoggedIn
    | LoginDenied
    | ChatRequested
    | RequestWithdrawn
    | RequestSent
    | RequestAnswered
    | RequestsEnded
    | ChatStarted
    | ChatEnded
    | ChatUnknown
    | ChatWaits
    | ChatHeld
    | ChatFree
    | ChatElsewhere
    | ChatPaused
    | PartnerResumed
    | ChatResumed
    | StreamBegins
    | Said
    | WaitingRequests
    | PeopleOnline
    | Recalled
    | TextPart
    | MessageFrom
    | KeptFor
    | NotKept
    | RecallEnded
    | Refused
    | Disconnected
    | Acknowledged
    | Probe
    | RoomEvent
    | PeopleEvent
    | DeviceEvent
)
