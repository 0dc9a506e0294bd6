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
    ReadHistory,
    Say,
    SearchHistory,
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
    Recalled,
    RecalledPart,
    RecallEnded,
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
    match command:
        case Say(text):
            return encode_message(text)
        case ReadHistory(partner, count, before):
            return _line(f"/history {partner} {count}{'' if before is None else f' {before}'}")
        case SearchHistory(words):
            return _line(f"/search {words}")
    nickname: str | None = getattr(command, "nickname", None)
    takes = (Takes.NOTHING if nickname is None else Takes.NICKNAME, Takes.MAYBE_NICKNAME)
    word = next(row.word for row in WORDS if row.command is type(command) and row.takes in takes)
    return _line(word if nickname is None else f"{word} {nickname}")


def parse_command(line: bytes) -> Command:
    """A line of the chat socket.

    Raises PeerError for a word that is not in the table, or is not followed by what the table says.
    """
    if line[:1] == b":":
        return Say(parse_message(line))
    word, space, rest = text_of(line).partition(" ")
    row = WORD_TABLE.get(word)
    if row is None:
        raise PeerError("unknown_command", f"There is no command {shown(word)}. /help in the client lists them.")
    arguments = _ARGUMENTS[row.takes](rest if space else None)
    if arguments is None:
        raise PeerError("bad_command", f"It is: {row.word} {row.takes.value}".rstrip())
    return row.command(*arguments)


def _no_argument(rest: str | None) -> list[str] | None:
    return [] if rest is None else None


def _nickname_argument(rest: str | None) -> list[str] | None:
    return None if rest is None or " " in rest else [rest]


def _maybe_nickname_argument(rest: str | None) -> list[str] | None:
    return [] if rest is None else _nickname_argument(rest)


def _page_arguments(rest: str | None) -> list[str | int] | None:
    match (rest or "").split(" "):
        case [nickname, *numbers] if nickname and len(numbers) in (1, 2) and all(map(_is_count, numbers)):
            return [nickname, *map(int, numbers)]
    return None


def _words_argument(rest: str | None) -> list[str] | None:
    return [rest] if rest and not rest.isspace() else None


_ARGUMENTS: dict[Takes, Callable[[str | None], Sequence[str | int] | None]] = {
    Takes.NOTHING: _no_argument,
    Takes.NICKNAME: _nickname_argument,
    Takes.MAYBE_NICKNAME: _maybe_nickname_argument,
    Takes.PAGE: _page_arguments,
    Takes.WORDS: _words_argument,
}
"""What may follow a word, by the table's word for it: the arguments of its command, or None where that is not it."""


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
    if _is_count(word):
        return int(word)
    raise FatalPeerError("bad_check_line", "A count is digits only, and not more than 18 of them.")


def _is_count(word: str) -> bool:
    # 18 digits: more messages than anyone sends, and no time lost on turning a line of digits into a number.
    return word.isascii() and word.isdigit() and len(word) <= 18


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


def _encode_recalled(event: Recalled) -> str:
    """A text that does not fit beside the rest of the line comes in parts before it."""
    *parts, last = _parts(event.text)
    before = "".join(_encode_recalled_part(RecalledPart(part)) for part in parts)
    text = last.replace("\n", LINE_BREAK)
    return f"{before}recalled {event.number} {event.at} {event.sender} {event.recipient} :{text}\n"


def _encode_recalled_part(event: RecalledPart) -> str:
    return f"recalled_part :{event.text.replace(chr(10), LINE_BREAK)}\n"


def _parts(text: str) -> list[str]:
    # A character takes 4 bytes at most, so a quarter of the bytes is always short enough.
    most = _LIST_BYTES if text.isascii() else _LIST_BYTES // 4
    return [text[start : start + most] for start in range(0, len(text), most)] or [""]


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
    Recalled: _encode_recalled,
    RecalledPart: _encode_recalled_part,
    RecallEnded: lambda event: f"recall_ended {event.count}{'' if event.before is None else f' {event.before}'}\n",
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


def _parse_recalled(rest: str) -> Recalled:
    head, colon, text = rest.partition(" :")
    number, at, sender, recipient = _words(head if colon else "", 4)
    return Recalled(_count(number), _count(at), sender, recipient, text.replace(LINE_BREAK, "\n"))


def _parse_recalled_part(rest: str) -> RecalledPart:
    if not rest.startswith(":"):
        raise ValueError(rest)
    return RecalledPart(rest[1:].replace(LINE_BREAK, "\n"))


def _parse_recall_ended(rest: str) -> RecallEnded:
    count, *before = rest.split(" ")[:2]
    return RecallEnded(_count(count), _count(before[0]) if before else None)


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
    "recalled": _parse_recalled,
    "recalled_part": _parse_recalled_part,
    "recall_ended": _parse_recall_ended,
    "ERROR": lambda rest: Refused(*_code_and_text(rest)),
    "disconnected": lambda rest: Disconnected(*_code_and_text(rest)),
}
SIGNAL_WORDS = frozenset(_SIGNALS) | {"PING", "PONG"}
"""What a line from the server can begin with, besides a nickname; so none of them can be a nickname."""
