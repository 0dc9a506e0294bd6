"""What a client can ask of the server: one frozen dataclass each, and the table of the words that people type for them.

Knows nothing of the bytes that a command arrives in; each front door makes these from its own wire.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from duologue.core.commands.people import (
    AllowAsking,
    Block,
    ComeBack,
    DoNotDisturb,
    GoAway,
    ListBlocked,
    ListPeople,
    PeopleCommand,
    Unblock,
    WatchPeople,
    WhoIs,
)
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, RoomCommand, SetTopic


class SocketKind(Enum):
    """The three sockets of one client, by the source system's words."""

    LOGIN = "login_socket"
    CHAT = "chat_socket"
    CHECK = "check_socket"


@dataclass(frozen=True, slots=True)
class GiveNickname:
    """The first step of the login; `is_all` where it is the only one, at a front door that knows no passwords."""

    nickname: str
    is_all: bool = False


@dataclass(frozen=True, slots=True)
class GivePassword:
    """The second step, when the server has asked for it."""

    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GivePass:
    """The whole login of somebody who was here before: the pass that they were given then (session_tokens.py)."""

    token: str = field(repr=False)


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
    """Who waits for my answer?"""


@dataclass(frozen=True, slots=True)
class ListOnline:
    """Who is here? A page of them: the first, or what follows the nickname `after`."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class Say:
    """A message to the partner. `text` may hold line breaks as LF."""

    text: str


@dataclass(frozen=True, slots=True)
class QuitChat:
    """Leave the chat, not the server."""


@dataclass(frozen=True, slots=True)
class StreamHeld:
    """What somebody remembers of a stream: they hold, or know to be stored, its messages 1 to `upto`."""

    name: str
    upto: int


@dataclass(frozen=True, slots=True)
class ResumeChat:
    """Go on with a chat that has paused. `sent` is what I know to be stored of the stream that I send in, `received`
    what I hold of the partner's; both None where my memory of the chat is gone.
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
class ReadHistory:
    """The newest `count` messages between me and `nickname`, or those older than the message `before`."""

    nickname: str
    count: int
    before: int | None = None


@dataclass(frozen=True, slots=True)
class SearchHistory:
    """The newest messages in any of my chats that have all of `words`."""

    words: str


@dataclass(frozen=True, slots=True)
class Exit:
    """Leave the server."""


@dataclass(frozen=True, slots=True)
class Ping:
    """The client lives, and holds messages 1 to `received` of the partner's `stream`; None where it does not say."""

    received: int | None = None
    stream: str | None = None


@dataclass(frozen=True, slots=True)
class Pong:
    """The client's answer to the server's own PING."""


@dataclass(frozen=True, slots=True)
class NoCommand:
    """What was read asks for nothing, or not yet: a part of a text, a frame of the transport's own. It costs its
    reading, so a door gives one wherever it has read something and found no command.
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
    | ReadHistory
    | SearchHistory
    | Exit
    | Ping
    | Pong
    | NoCommand
    | ComeIn
    | RoomCommand
    | PeopleCommand
)


class Takes(Enum):
    """What a command word is followed by; the value is how help writes it."""

    NOTHING = ""
    NICKNAME = "NICK"
    AFTER = "[AFTER]"
    MAYBE_NICKNAME = "[NICK]"
    PAGE = "NICK COUNT [BEFORE]"
    RESUME = "CHAT [STREAM STORED PARTNER_STREAM RECEIVED]"
    LETTER = "NICK STREAM NUMBER :TEXT"
    WORDS = "WORDS"
    ROOM = "ROOM"
    MEMBERS = "ROOM [AFTER]"
    JOIN = "ROOM [PASSWORD]"
    TOPIC = "ROOM [:TEXT]"
    MAYBE_TEXT = "[TEXT]"
    SWITCH = "on|off"
    MAY_ASK = "[everyone|known|nobody]"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the conversation with the server: what follows it, what it asks for, how help explains it."""

    word: str
    takes: Takes
    command: Callable[..., Command]
    help: str


WORDS = (
    Word("/chat", Takes.NICKNAME, AskForChat, "ask NICK for a chat"),
    Word("yes", Takes.NOTHING, AcceptChat, "accept the request that waits"),
    Word("no", Takes.NOTHING, DeclineChat, "decline the request that waits"),
    Word("/accept", Takes.MAYBE_NICKNAME, AcceptChat, "accept the request of NICK"),
    Word("/decline", Takes.MAYBE_NICKNAME, DeclineChat, "decline the request of NICK"),
    Word("/cancel", Takes.MAYBE_NICKNAME, CancelRequest, "withdraw your own request to NICK, or all of them"),
    Word("/requests", Takes.NOTHING, ListRequests, "list who waits for your answer"),
    Word("/who", Takes.AFTER, ListOnline, "list who is online, or those after AFTER"),
    Word("/quit", Takes.NOTHING, QuitChat, "leave the chat"),
    Word("/end", Takes.NOTHING, QuitChat, "leave the chat"),
    Word("/resume", Takes.RESUME, ResumeChat, "go on with a chat that has paused"),
    Word("/msg", Takes.LETTER, SendLetter, "leave a message for NICK, who gets it when they are here"),
    Word(
        "/history", Takes.PAGE, ReadHistory, "show the newest COUNT messages with NICK, or those before message BEFORE"
    ),
    Word("/search", Takes.WORDS, SearchHistory, "show the newest messages with all of these words"),
    Word("/join", Takes.JOIN, JoinRoom, "come into ROOM, or make it"),
    Word("/part", Takes.ROOM, PartRoom, "leave ROOM"),
    Word("/rooms", Takes.AFTER, ListRooms, "list the rooms, or those after AFTER"),
    Word("/names", Takes.MEMBERS, ListMembers, "list who is in ROOM, or those after AFTER"),
    Word("/topic", Takes.TOPIC, SetTopic, "say what ROOM is about, or ask"),
    Word("/away", Takes.MAYBE_TEXT, GoAway, "say that you are away, and why or until when"),
    Word("/dnd", Takes.NOTHING, DoNotDisturb, "take no requests for a chat"),
    Word("/back", Takes.NOTHING, ComeBack, "be there again, after /away or /dnd"),
    Word("/whois", Takes.NICKNAME, WhoIs, "show how NICK is, and since when"),
    Word("/people", Takes.AFTER, ListPeople, "list who is online, and how they are"),
    Word("/watch", Takes.SWITCH, WatchPeople, "show how everybody is whenever that changes"),
    Word("/block", Takes.NICKNAME, Block, "let nothing of NICK reach you"),
    Word("/unblock", Takes.NICKNAME, Unblock, "end that"),
    Word("/blocked", Takes.AFTER, ListBlocked, "list whom you have blocked, or those after AFTER"),
    Word("/allow", Takes.MAY_ASK, AllowAsking, "say who may ask you for a chat, or show it"),
    Word("/exit", Takes.NOTHING, Exit, "leave the server"),
)
WORD_TABLE = {row.word: row for row in WORDS}
