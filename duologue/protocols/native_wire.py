"""The native protocol's wire, version 1: every line as it stands in docs/protocol.md, in both directions, and nothing
else.

`encode_…` makes bytes, `parse_…` reads one line without its LF. Server and client share this file, so neither can
drift.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from duologue.core.chat import ChatEnd, RequestState
from duologue.core.commands import (
    WORD_TABLE,
    WORDS,
    AttachSocket,
    Command,
    GiveNickname,
    GivePassword,
    Ping,
    Pong,
    Say,
    SocketKind,
    Takes,
)
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events import (
    Acknowledged,
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Disconnected,
    Event,
    LoggedIn,
    LoginDenied,
    PasswordWanted,
    PeopleOnline,
    Probe,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
    WaitingRequests,
)
from duologue.core.text import visible
from duologue.protocols.lines import LINE_LIMIT, text_of

VERSION = "duologue/1"
MESSAGE = ord(":")
LINE_BREAK = "\v"
"""Stands for a line break inside a message: the character that word processors use for a new line in the same
paragraph.
"""

ANSWERS = {
    RequestState.DECLINED: "decline chat",
    RequestState.OFFLINE: "is offline",
    RequestState.BUSY: "is not available",
    RequestState.UNKNOWN: "doesn't exist",
    RequestState.EXPIRED: "didn't answer",
    RequestState.CANCELLED: "is no longer asked",
    RequestState.TOO_SOON: "declined a moment ago",
}
"""The answers to /chat, after the nickname. The first four are the source system's own words."""

_OUTCOMES = {words: outcome for outcome, words in ANSWERS.items()}
_LIST_BYTES = LINE_LIMIT - 256
_SHOWN_CHARACTERS = 40


# Messages


def encode_message(text: str) -> bytes:
    """One message as its line. Raises PeerError when it does not fit into a line."""
    return _line(f":{text}".replace("\n", LINE_BREAK).replace("\0", "\N{SYMBOL FOR NULL}"))


def _line(text: str) -> bytes:
    """What is to be one line, as one line. Raises PeerError where it would be more, or too long."""
    if "\n" in text or "\0" in text:
        raise PeerError("bad_command", "A line break or NUL cannot be part of this.")
    line = f"{text}\n".encode(errors="replace")
    if len(line) > LINE_LIMIT:
        raise PeerError(
            "line_too_long", f"That is {len(line)} bytes, and a line may have {LINE_LIMIT}; send it in parts."
        )
    return line


def parse_message(line: bytes) -> str:
    """The text of a message line, with LF for line breaks."""
    return text_of(line)[1:].replace(LINE_BREAK, "\n")


# What a client sends


def encode_first_line(kind: SocketKind, token: str | None = None) -> bytes:
    return f"{VERSION} {kind.value}{f' {token}' if token else ''}\n".encode()


def parse_first_line(line: bytes) -> SocketKind | AttachSocket:
    """LOGIN for a login socket, the token of any other. Raises FatalPeerError for anything else."""
    match text_of(line).split(" "):
        case [version, "login_socket"] if version == VERSION:
            return SocketKind.LOGIN
        case [version, ("chat_socket" | "check_socket") as kind, token] if version == VERSION:
            return AttachSocket(SocketKind(kind), token)
    raise FatalPeerError(
        "unknown_first_line", f"This is a Duologue server; a connection begins with the line '{VERSION} login_socket'."
    )


def encode_nickname(command: GiveNickname) -> bytes:
    return _line(command.nickname)


def encode_password(command: GivePassword) -> bytes:
    return _line(command.password)


def encode_command(command: Command) -> bytes:
    """A line for the chat socket. Raises PeerError when it does not fit into one."""
    if isinstance(command, Say):
        return encode_message(command.text)
    nickname = getattr(command, "nickname", None)
    takes = (Takes.NOTHING if nickname is None else Takes.NICKNAME, Takes.MAYBE_NICKNAME)
    word = next(row.word for row in WORDS if row.command is type(command) and row.takes in takes)
    return _line(word if nickname is None else f"{word} {nickname}")


def parse_command(line: bytes) -> Command:
    """A line of the chat socket. Raises PeerError for a word that is not in the table or has the wrong number of
    arguments.
    """
    if line[:1] == b":":
        return Say(parse_message(line))
    word, *arguments = text_of(line).split(" ")
    row = WORD_TABLE.get(word)
    if row is None:
        raise PeerError("unknown_command", f"There is no command {shown(word)}. /help in the client lists them.")
    if len(arguments) not in _ARGUMENTS[row.takes]:
        raise PeerError("bad_command", f"It is: {row.word} {row.takes.value}".rstrip())
    return row.command(*arguments)


_ARGUMENTS = {Takes.NOTHING: (0,), Takes.NICKNAME: (1,), Takes.MAYBE_NICKNAME: (0, 1)}


def shown(text: str) -> str:
    """Somebody's own words inside a sentence of ours: short, and nothing in them that moves a cursor."""
    return visible(text[:_SHOWN_CHARACTERS]) + ("…" if len(text) > _SHOWN_CHARACTERS else "")


def encode_ping(ping: Ping) -> bytes:
    words = ("PING", *(str(word) for word in (ping.received, ping.chat) if word is not None))
    return f"{' '.join(words)}\n".encode()


def encode_pong(_: Pong) -> bytes:
    return b"PONG\n"


def parse_check_line(line: bytes) -> Ping | Pong:
    """A line of the check socket, as the server reads it."""
    match text_of(line).split(" "):
        case ["PONG"]:
            return Pong()
        case ["PING"]:
            return Ping()
        case ["PING", received]:
            return Ping(_count(received))
        case ["PING", received, chat]:
            return Ping(_count(received), chat)
    raise FatalPeerError("bad_check_line", "A check socket carries PING <received> [<chat>] and PONG, nothing else.")


def _count(word: str) -> int:
    # 18 digits: more messages than anyone sends, and no time lost on turning a line of digits into a number.
    if word.isascii() and word.isdigit() and len(word) <= 18:
        return int(word)
    raise FatalPeerError("bad_check_line", "The number after PING or PONG is a count of messages: digits only.")


# What a server sends


def encode_event(event: Event) -> bytes:
    """The line or lines of an event, for the login socket (the last two kinds in the table: for the check socket)."""
    return _ENCODERS[type(event)](event).encode()


def parse_signal(line: bytes) -> Event:
    """A line of the login socket that is no message, as the client reads it. Raises FatalPeerError for what no server
    says.
    """
    word, _, rest = text_of(line).partition(" ")
    parser = _SIGNALS.get(word)
    try:
        return parser(rest) if parser else RequestAnswered(word, _OUTCOMES[rest])
    except (KeyError, ValueError) as error:
        raise FatalPeerError(
            "unknown_signal", f"The server said something that this client does not understand: {shown(text_of(line))}"
        ) from error


def parse_check_signal(line: bytes) -> Acknowledged | Probe:
    """A line of the check socket, as the client reads it."""
    match text_of(line).split(" "):
        case ["PING", *_]:
            return Probe()
        case ["PONG", stored, delivered]:
            return Acknowledged(_count(stored), _count(delivered))
        case ["PONG", stored, delivered, chat, *_]:
            return Acknowledged(_count(stored), _count(delivered), chat)
    raise FatalPeerError(
        "bad_check_line", "The server's check socket carries PING and PONG <stored> <delivered>, nothing else."
    )


def _encode_list(word: str, nicknames: Sequence[str], more: bool) -> str:
    lines = [[word]]
    length = 0
    for nickname in nicknames:
        length += len(nickname.encode()) + 1
        if length > _LIST_BYTES:
            lines[-1][0] = f"{word}_part"
            lines.append([word])
            length = 0
        lines[-1].append(nickname)
    if more:
        lines[-1][0] = f"{word}_part"
    return "".join(f"{' '.join(line)}\n" for line in lines)


def _encode_acknowledged(event: Acknowledged) -> str:
    return f"PONG {event.stored} {event.delivered}{f' {event.chat}' if event.chat else ''}\n"


_ENCODERS: dict[type[Event], Callable[..., str]] = {
    PasswordWanted: lambda _: "PASSWORD\n",
    LoggedIn: lambda event: f"AUTH_SUCCESS {event.token} {event.nickname}\n",
    LoginDenied: lambda event: f"AUTH_DENIED {event.code} {event.text}\n",
    ChatRequested: lambda event: f"want_chat_with_you {event.nickname} {event.seconds}\n",
    RequestWithdrawn: lambda event: f"chat_request_ended {event.nickname} {event.outcome.value}\n",
    RequestSent: lambda event: f"chat_requested {event.nickname} {event.seconds}\n",
    RequestAnswered: lambda event: f"{event.nickname} {ANSWERS[event.outcome]}\n",
    ChatStarted: lambda event: f"start_chat {event.nickname} {event.chat}\n",
    ChatEnded: lambda event: f"chat_ended {event.nickname} {event.reason.value}\n",
    WaitingRequests: lambda event: _encode_list("requests", event.nicknames, event.more),
    PeopleOnline: lambda event: _encode_list("online", event.nicknames, event.more),
    Said: lambda event: encode_message(event.text).decode(),
    Refused: lambda event: f"ERROR {event.code} {event.text}\n",
    Disconnected: lambda event: f"disconnected {event.code} {event.text}\n",
    Acknowledged: _encode_acknowledged,
    Probe: lambda _: "PING\n",
}


def _words(rest: str, wanted: int) -> list[str]:
    """The first words of a signal; more may be added to it some day, and are passed over (docs/protocol.md 5.4)."""
    words = rest.split(" ")[:wanted]
    if len(words) < wanted or not all(words):
        raise ValueError(rest)
    return words


def _code_and_text(rest: str) -> tuple[str, str]:
    code, _, text = rest.partition(" ")
    return code, text


def _parse_requested(rest: str) -> ChatRequested:
    nickname, seconds = _words(rest, 2)
    return ChatRequested(nickname, _count(seconds))


def _parse_sent(rest: str) -> RequestSent:
    nickname, seconds = _words(rest, 2)
    return RequestSent(nickname, _count(seconds))


def _parse_withdrawn(rest: str) -> RequestWithdrawn:
    nickname, outcome = _words(rest, 2)
    return RequestWithdrawn(nickname, RequestState(outcome))


def _parse_ended(rest: str) -> ChatEnded:
    nickname, reason = _words(rest, 2)
    return ChatEnded(nickname, ChatEnd(reason))


_SIGNALS: dict[str, Callable[[str], Event]] = {
    "PASSWORD": lambda _: PasswordWanted(),
    "AUTH_SUCCESS": lambda rest: LoggedIn(*_words(rest, 2)),
    "AUTH_DENIED": lambda rest: LoginDenied(*_code_and_text(rest)),
    "want_chat_with_you": _parse_requested,
    "chat_request_ended": _parse_withdrawn,
    "chat_requested": _parse_sent,
    "start_chat": lambda rest: ChatStarted(*_words(rest, 2)),
    "chat_ended": _parse_ended,
    "requests": lambda rest: WaitingRequests(tuple(rest.split())),
    "requests_part": lambda rest: WaitingRequests(tuple(rest.split()), more=True),
    "online": lambda rest: PeopleOnline(tuple(rest.split())),
    "online_part": lambda rest: PeopleOnline(tuple(rest.split()), more=True),
    "ERROR": lambda rest: Refused(*_code_and_text(rest)),
    "disconnected": lambda rest: Disconnected(*_code_and_text(rest)),
}
SIGNAL_WORDS = frozenset(_SIGNALS) | {"PING", "PONG"}
"""What a line from the server can begin with, besides a nickname; so none of them can be a nickname."""
