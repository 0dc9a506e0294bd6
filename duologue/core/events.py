"""What the server tells a client: one frozen dataclass each.

Knows nothing of the bytes that carry an event; each front door writes them in its own words.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from duologue.core.chat import ChatEnd, RequestState


@dataclass(frozen=True, slots=True)
class PasswordWanted:
    """The nickname came; now the password, please."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Welcome. `token` attaches the other two sockets; `nickname` is how the server spells the name."""

    token: str = field(repr=False)
    nickname: str


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
    """The request that `nickname` had made is over without an answer from here."""

    nickname: str
    outcome: RequestState


@dataclass(frozen=True, slots=True)
class RequestSent:
    """`nickname` has been asked, and has `seconds` to answer."""

    nickname: str
    seconds: int


@dataclass(frozen=True, slots=True)
class RequestAnswered:
    """The request to `nickname` came to an end that is no chat."""

    nickname: str
    outcome: RequestState


@dataclass(frozen=True, slots=True)
class ChatStarted:
    nickname: str
    chat: str


@dataclass(frozen=True, slots=True)
class ChatEnded:
    nickname: str
    reason: ChatEnd


@dataclass(frozen=True, slots=True)
class Said:
    """What `nickname` said. `text` may hold line breaks as LF, and anything else that people can type: neutralise it
    before showing.
    """

    nickname: str
    text: str


@dataclass(frozen=True, slots=True)
class WaitingRequests:
    """All who wait for an answer, the longest waiting first. `more` of them follow in a further event."""

    nicknames: tuple[str, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class PeopleOnline:
    """All who are here, in the order of the alphabet. `more` of them follow in a further event."""

    nicknames: tuple[str, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Recalled:
    """A message of before. `number` orders all that the server keeps; `at` is in seconds since 1970."""

    number: int
    at: int
    sender: str
    recipient: str
    text: str


@dataclass(frozen=True, slots=True)
class RecalledPart:
    """The beginning of the text of the next `Recalled`, which was too long for a line."""

    text: str


@dataclass(frozen=True, slots=True)
class RecallEnded:
    """That were `count` messages. `before` asks for older ones; None: there are none."""

    count: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """What you asked for cannot be had. `code` is one word for programs, `text` a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The last event of a session."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Of the messages sent in `chat`, the server answers for 1 to `stored`, and 1 to `delivered` have reached the
    partner.
    """

    stored: int = 0
    delivered: int = 0
    chat: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """Are you there?"""


Event = (
    PasswordWanted
    | LoggedIn
    | LoginDenied
    | ChatRequested
    | RequestWithdrawn
    | RequestSent
    | RequestAnswered
    | ChatStarted
    | ChatEnded
    | Said
    | WaitingRequests
    | PeopleOnline
    | Recalled
    | RecalledPart
    | RecallEnded
    | Refused
    | Disconnected
    | Acknowledged
    | Probe
)
