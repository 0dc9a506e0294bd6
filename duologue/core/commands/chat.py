"""Commands that a client can send to the server: one frozen dataclass each. The words for them are in `words.py`.

Knows nothing of the bytes that a command arrives in; each front door makes these from its own wire.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from duologue.core.commands.devices import DeviceCommand
from duologue.core.commands.people import PeopleCommand
from duologue.core.commands.rooms import RoomCommand


class SocketKind(Enum):
    """The three sockets of one client, by the source system's words."""

    LOGIN = "login_socket"
    CHAT = "chat_socket"
    CHECK = "check_socket"


@dataclass(frozen=True, slots=True)
class GiveNickname:
    """The first step of the login; `is_all` where it is the only one, at a front door that knows no passwords. A client
    that keeps a memory names its `device`.
    """

    nickname: str
    is_all: bool = False
    device: str = ""


@dataclass(frozen=True, slots=True)
class GivePassword:
    """The second step, when the server has asked for it."""

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GivePass:
    """The whole login of somebody who was here before, with the session token that they were given then
    (server/auth/session_tokens.py).
    """

    token: str = field(repr=False)
    device: str = ""


@dataclass(frozen=True, slots=True)
class ComeIn:
    """The whole login of a guest, at a front door without accounts; an empty nickname asks for one."""

    nickname: str


@dataclass(frozen=True, slots=True)
class AttachSocket:
    """A chat or check socket joins the login that its token was given to. `spellings`: its client shows names as their
    accounts spell them, and is to be told.
    """

    kind: SocketKind
    token: str = field(repr=False)
    spellings: bool = False


@dataclass(frozen=True, slots=True)
class AskForChat:
    nickname: str


@dataclass(frozen=True, slots=True)
class AcceptChat:
    """Accept the request of `nickname`, or the only one that waits."""

    nickname: str | None = None


@dataclass(frozen=True, slots=True)
class DeclineChat:
    """Decline the request of `nickname`, or the only one that waits."""

    nickname: str | None = None


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Withdraw the request to `nickname`, or all of one's own."""

    nickname: str | None = None


@dataclass(frozen=True, slots=True)
class ListRequests:
    """List the requests that wait for an answer."""


@dataclass(frozen=True, slots=True)
class ListOnline:
    """List who is here, a page at a time: the first, or what follows the nickname `after`."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """A message to the partner. `text` may hold line breaks as LF."""

    text: str


@dataclass(frozen=True, slots=True)
class QuitChat:
    """Leave the chat, but not the server."""


@dataclass(frozen=True, slots=True)
class StreamHeld:
    """A client's memory of a stream: it holds, or knows to be stored, its messages 1 to `upto`."""

    name: str
    upto: int


@dataclass(frozen=True, slots=True)
class ResumeChat:
    """Resume a paused chat. `sent` is what the client knows to be stored of the stream that it sends in, `received`
    what it holds of the partner's; both None where it remembers nothing of the chat.
    """

    chat: str
    sent: StreamHeld | None = None
    received: StreamHeld | None = None


@dataclass(frozen=True, slots=True)
class SendLetter:
    """Message `number` of `stream`, for the mailbox of `nickname`. `text` may hold line breaks as LF."""

    nickname: str
    stream: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class SendLetters:
    """Letters of one sender to one room that came together, in their order. No client says this: the server makes it of
    SendLetter commands that follow each other (server/pastes.py).
    """

    letters: tuple[SendLetter, ...]


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """Read the newest `count` messages exchanged with `nickname`, or those older than the message `before`."""

    nickname: str
    count: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class SearchHistory:
    """Find the newest messages in all of one's own chats that have all of `words`."""

    words: str


@dataclass(frozen=True, slots=True)
class Exit:
    """Leave the server."""


@dataclass(frozen=True, slots=True)
class Ping:
    """A sign of life; the client holds messages 1 to `received` of the partner's `stream`, None if it does not say."""

    received: int | None = None
    stream: str | None = None


@dataclass(frozen=True, slots=True)
class Pong:
    """The client's answer to the server's own PING."""


@dataclass(frozen=True, slots=True)
class NoCommand:
    """A read that asks for nothing, or not yet: a part of a text, a frame of the transport's own. It costs its reading,
    so a codec gives one wherever it has read something and found no command.
    """


Command = (
    GiveNickname
    | GivePassword
    | GivePass
    | AttachSocket
    | AskForChat
    | AcceptChat
    | DeclineChat
    | CancelRequest
    | ListRequests
    | ListOnline
    | Say
    | QuitChat
    | ResumeChat
    | SendLetter
    | SendLetters
    | ReadHistory
    | SearchHistory
    | Exit
    | Ping
    | Pong
    | NoCommand
    | ComeIn
    | RoomCommand
    | PeopleCommand
    | DeviceCommand
)
