"""The native wire from a client to the server: every line as it stands in docs/protocol.md.

`encode_…` makes bytes, `parse_…` reads one line without its LF.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from duologue.core.commands.chat import (
    AttachSocket,
    Command,
    GiveNickname,
    GivePassword,
    ListOnline,
    Ping,
    Pong,
    ReadHistory,
    ResumeChat,
    Say,
    SearchHistory,
    SendLetter,
    SocketKind,
    StreamHeld,
)
from duologue.core.commands.people import MayAsk
from duologue.core.commands.words import WORD_TABLE, WORDS, Takes
from duologue.core.devices import check_device
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.text import shortened
from duologue.protocols.lines import text_of
from duologue.protocols.native.devices import DEVICE_LINES, maybe_number_argument, read_arguments
from duologue.protocols.native.people import PEOPLE_LINES, may_ask_argument, switch_argument, text_argument
from duologue.protocols.native.rooms import (
    ROOM_LINES,
    join_arguments,
    members_arguments,
    room_argument,
    topic_arguments,
)
from duologue.protocols.native.wire import (
    VERSION,
    count,
    encode_message,
    in_lines,
    is_count,
    line_after,
    on_one_line,
    one_line,
    parse_message,
    parts_of,
)

LETTER_PART = "/text_part"
STREAM_LENGTH = 32
"""Characters of a stream's name at most: a chat's id has 12, and a later stream of it a number more."""


_SPELLINGS = "spellings"


def encode_first_line(kind: SocketKind, token: str | None = None, *, spellings: bool = False) -> bytes:
    """Return the line that opens a socket: with its `token`, or for a login socket with the name of the device."""
    return f"{VERSION} {kind.value}{f' {token}' if token else ''}{f' {_SPELLINGS}' if spellings else ''}\n".encode()


@dataclass(frozen=True, slots=True)
class LoginSocket:
    """The first line of a login socket, with the name of the client's device, "" where it names none."""

    device: str = ""


def parse_first_line(line: bytes) -> LoginSocket | AttachSocket:
    """Return what kind of socket this is. Raises FatalPeerError for a line that begins none."""
    match text_of(line).split(" "):
        case [version, "login_socket"] if version == VERSION:
            return LoginSocket()
        case [version, "login_socket", device] if version == VERSION:
            return LoginSocket(_checked(device))
        case [version, ("chat_socket" | "check_socket") as kind, token] if version == VERSION:
            return AttachSocket(SocketKind(kind), token)
        case [version, "chat_socket", token, word] if (version, word) == (VERSION, _SPELLINGS):
            return AttachSocket(SocketKind.CHAT, token, spellings=True)
    raise unknown_first_line()


def _checked(device: str) -> str:
    try:
        check_device(device)
    except PeerError as error:
        raise FatalPeerError(error.code, error.text) from None
    return device


def unknown_first_line() -> FatalPeerError:
    return FatalPeerError(
        "unknown_first_line", f"This is a Duologue server; a connection begins with the line '{VERSION} login_socket'."
    )


def encode_nickname(command: GiveNickname) -> bytes:
    return one_line(command.nickname)


def encode_password(command: GivePassword) -> bytes:
    return one_line(command.password)


def encode_command(command: Command) -> bytes:
    """Return a line for the chat socket. Raises PeerError when it does not fit into one."""
    own = _LINES.get(type(command))
    return own(command) if own else _encode_word(command)


def _encode_word(command: Command) -> bytes:
    """Return the word of the table, and the nickname where there is one."""
    nickname: str | None = getattr(command, "nickname", None)
    takes = (Takes.NOTHING if nickname is None else Takes.NICKNAME, Takes.MAYBE_NICKNAME)
    word = next(row.word for row in WORDS if row.command is type(command) and row.takes in takes)
    return one_line(word if nickname is None else f"{word} {nickname}")


def _encode_page(command: ReadHistory) -> bytes:
    before = "" if command.before is None else f" {command.before}"
    return one_line(f"/history {command.nickname} {command.count}{before}")


def _encode_resume(command: ResumeChat) -> bytes:
    return one_line(f"/resume {command.chat}{_held(command.sent)}{_held(command.received)}")


def _held(stream: StreamHeld | None) -> str:
    return f" {stream.name} {stream.upto}" if stream else ""


def _encode_letter(letter: SendLetter) -> bytes:
    """Encode a letter; text that does not fit beside the rest of the line comes in parts before it."""
    encode_message(letter.text)  # raises where no message may have this text, whole or in parts
    *before, last = parts_of(on_one_line(letter.text))
    line = f"/msg {letter.nickname} {letter.stream} {letter.number} :{last}"
    return b"".join(one_line(text) for text in (*(f"{LETTER_PART} :{part}" for part in before), line))


_LINES: dict[type[Command], Callable[..., bytes]] = {
    Say: lambda command: encode_message(command.text),
    ListOnline: lambda command: line_after("/who", command.after),
    ReadHistory: _encode_page,
    SearchHistory: lambda command: one_line(f"/search {command.words}"),
    ResumeChat: _encode_resume,
    SendLetter: _encode_letter,
    **ROOM_LINES,
    **PEOPLE_LINES,
    **DEVICE_LINES,
}


def parse_letter_part(line: bytes) -> str | None:
    """Return the text of a `/text_part`; None for any other line of the chat socket."""
    word, colon, text = text_of(line).partition(" :")
    return in_lines(text) if word == LETTER_PART and colon else None


def parse_command(line: bytes) -> Command:
    """Parse a line of the chat socket that is no `/text_part`.

    Raises PeerError for a word that is not in the table, or whose arguments do not fit the table.
    """
    if line[:1] == b":":
        return Say(parse_message(line))
    word, space, rest = text_of(line).partition(" ")
    row = WORD_TABLE.get(word)
    if row is None:
        raise PeerError("unknown_command", f"There is no command {shortened(word)}. /help in the client lists them.")
    arguments = _ARGUMENTS[row.takes](rest if space else None)
    if arguments is None:
        raise PeerError("bad_command", f"Usage: {row.word} {row.takes.value}".rstrip())
    return row.command(*arguments)


def _no_argument(rest: str | None) -> list[str] | None:
    return [] if rest is None else None


def _nickname_argument(rest: str | None) -> list[str] | None:
    return None if rest is None or " " in rest else [rest]


def _maybe_nickname_argument(rest: str | None) -> list[str] | None:
    return [] if rest is None else _nickname_argument(rest)


def _page_arguments(rest: str | None) -> list[str | int] | None:
    match (rest or "").split(" "):
        case [nickname, *numbers] if nickname and len(numbers) in (1, 2) and all(map(is_count, numbers)):
            return [nickname, *map(int, numbers)]
    return None


def _resume_arguments(rest: str | None) -> list[str | StreamHeld] | None:
    match (rest or "").split(" "):
        case [chat] if chat:
            return [chat]
        case [chat, stream, stored, partner_stream, received] if is_count(stored) and is_count(received):
            return [chat, StreamHeld(stream, int(stored)), StreamHeld(partner_stream, int(received))]
    return None


def _letter_arguments(rest: str | None) -> list[str | int] | None:
    head, colon, text = (rest or "").partition(" :")
    match head.split(" "):
        case [nickname, stream, number] if colon and nickname and is_stream(stream) and is_count(number):
            check_number(int(number))
            return [nickname, stream, int(number), in_lines(text)]
    return None


def check_number(number: int) -> None:
    """Raise PeerError for a number that no message has."""
    if number < 1:
        raise PeerError("bad_number", "Messages are numbered from 1, so this is none; nothing was stored.")


def is_stream(word: str) -> bool:
    """Return whether this can be the name of a stream. It begins with the id of a chat (`streams.chat_of`)."""
    return (
        0 < len(word) <= STREAM_LENGTH
        and word[0] != "."
        and word.isascii()
        and word.replace("-", "").replace("_", "").replace(".", "").isalnum()
    )


def _words_argument(rest: str | None) -> list[str] | None:
    return [rest] if rest and not rest.isspace() else None


_ARGUMENTS: dict[Takes, Callable[[str | None], Sequence[str | int | StreamHeld | MayAsk] | None]] = {
    Takes.NOTHING: _no_argument,
    Takes.NICKNAME: _nickname_argument,
    Takes.MAYBE_NICKNAME: _maybe_nickname_argument,
    Takes.AFTER: _maybe_nickname_argument,
    Takes.PAGE: _page_arguments,
    Takes.WORDS: _words_argument,
    Takes.RESUME: _resume_arguments,
    Takes.LETTER: _letter_arguments,
    Takes.ROOM: room_argument,
    Takes.MEMBERS: members_arguments,
    Takes.JOIN: join_arguments,
    Takes.TOPIC: topic_arguments,
    Takes.MAYBE_TEXT: text_argument,
    Takes.SWITCH: switch_argument,
    Takes.MAY_ASK: may_ask_argument,
    Takes.MAYBE_NUMBER: maybe_number_argument,
    Takes.READ: read_arguments,
}
"""Parsers of what follows a word, by the table's name for it; each returns the arguments of the command, or None where
they do not fit.
"""


def encode_ping(ping: Ping) -> bytes:
    words = ("PING", *(str(word) for word in (ping.received, ping.stream) if word is not None))
    return f"{' '.join(words)}\n".encode()


def encode_pong(_: Pong) -> bytes:
    return b"PONG\n"


def parse_check_line(line: bytes) -> Ping | Pong:
    """Parse a line of the check socket, as the server reads it."""
    match text_of(line).split(" "):
        case ["PONG"]:
            return Pong()
        case ["PING"]:
            return Ping()
        case ["PING", received]:
            return Ping(count(received))
        case ["PING", received, stream]:
            return Ping(count(received), stream)
    raise FatalPeerError("bad_check_line", "A check socket carries PING <received> [<stream>] and PONG, nothing else.")
