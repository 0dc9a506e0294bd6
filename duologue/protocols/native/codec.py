"""The server's codec of the native front door: bytes of one socket to commands, events to bytes.

Sans-I/O: knows which of the three sockets this is, and what may be said on it now. Knows neither who is logged in nor
what a command does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from duologue.core.commands.chat import (
    AttachSocket,
    Command,
    GiveNickname,
    GivePassword,
    NoCommand,
    SendLetter,
    SocketKind,
)
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import Event, LoggedIn, LoginDenied, PasswordWanted
from duologue.protocols.lines import LINE_LIMIT, TRIES, LineBuffer, LineTooLong, lines_of, text_of
from duologue.protocols.native.commands import (
    parse_check_line,
    parse_command,
    parse_first_line,
    parse_letter_part,
    unknown_first_line,
)
from duologue.protocols.native.signals import encode_event

FIRST_LINE_LIMIT = 256
"""Bytes in which the first line has to end: with the longest token it has 70, and strangers who scan for other services
send more.
"""


class NativeCodec:
    """The codec of one of a native client's sockets. `kind` is None until its first line has come."""

    __slots__ = ("_device", "_has_begun", "_parse", "_part", "kind", "lines")

    hears_itself = False
    watches = False
    lobby = False
    tries = TRIES

    def __init__(self) -> None:
        self.kind: SocketKind | None = None
        self.lines = LineBuffer()
        self._device = ""
        self._has_begun = False
        self._part: str | None = ""  # None: too long
        self._parse: Callable[[bytes], Command] = self._first_line

    def receive_data(self, data: bytes) -> Iterable[Command | PeerError]:
        """Yield commands one by one: carry out each before taking the next, as an answer can change what the next line
        means.

        A line that is a mistake comes as the error to send. Raises FatalPeerError where no further line can be trusted.
        """
        return self.receive_past(_takes_nothing, data)

    def receive_past(self, take: Callable[[bytes], bool], data: bytes) -> Iterable[Command | PeerError]:
        """Do the same, but offer the whole lines to `take` first; if it returns True, they are done with."""
        try:
            chunk = self.lines.feed(data)
        except LineTooLong as error:
            return self._parse_before(error)
        if not chunk:
            self._check_first_line()
            return _NO_LINE
        self._has_begun = True
        return () if take(chunk) else self._parse_lines(chunk)

    def _check_first_line(self) -> None:
        """Refuse early what cannot become a first line any more: bytes that come one by one cost a read each."""
        if not self._has_begun and len(self.lines.rest) > FIRST_LINE_LIMIT:
            raise unknown_first_line()

    def _parse_before(self, error: LineTooLong) -> Iterator[Command | PeerError]:
        """Yield the lines before one that is too long, and then the error."""
        yield from self._parse_lines(error.before)
        raise error

    def _parse_lines(self, chunk: bytes) -> Iterator[Command | PeerError]:
        for line in lines_of(chunk):
            try:
                yield self._parse(line)
            except FatalPeerError:
                raise
            except PeerError as error:
                yield error

    def encode(self, event: Event) -> bytes:
        """Return the bytes of an event; the answer to a login also says what the client may send next."""
        following = _NEXT_LINE.get(type(event))
        if following is not None:
            self._parse = following(self)
        return encode_event(event)

    def _first_line(self, line: bytes) -> Command:
        first = parse_first_line(line)
        if isinstance(first, AttachSocket):
            self.kind = first.kind
            self._parse = self._chat_line if first.kind is SocketKind.CHAT else parse_check_line
            return first
        self.kind, self._device = SocketKind.LOGIN, first.device
        self._parse = self.nickname_line
        return NoCommand()

    def _chat_line(self, line: bytes) -> Command:
        part = parse_letter_part(line)
        if part is None:
            return self._with_text_before(parse_command(line))
        if self._part is not None:
            self._part += part
            if len(self._part) > LINE_LIMIT:
                self._part = None
                raise _TOO_LONG
        return NoCommand()

    def _with_text_before(self, command: Command) -> Command:
        if not isinstance(command, SendLetter):
            return command
        part, self._part = self._part, ""
        if part is None:
            raise _TOO_LONG
        return replace(command, text=part + command.text) if part else command

    def nickname_line(self, line: bytes) -> Command:
        self._parse = _out_of_turn
        return GiveNickname(text_of(line), device=self._device)

    def password_line(self, line: bytes) -> Command:
        self._parse = _out_of_turn
        return GivePassword(text_of(line))


_NO_LINE = (NoCommand(),)


def _takes_nothing(_: bytes) -> bool:
    return False


def _out_of_turn(_: bytes) -> Command:
    raise FatalPeerError(
        "out_of_turn",
        "It is not your turn on the login socket: wait for its answer; after AUTH_SUCCESS it only listens.",
    )


_TOO_LONG = PeerError("line_too_long", f"A message may have {LINE_LIMIT} bytes, in parts or not.")

_NEXT_LINE: dict[type[Event], Callable[[NativeCodec], Callable[[bytes], Command]]] = {
    PasswordWanted: lambda socket: socket.password_line,
    LoginDenied: lambda socket: socket.nickname_line,
    LoggedIn: lambda _: _out_of_turn,
}
"""The meaning of a login socket's next line after an event."""
