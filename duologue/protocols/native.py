"""The native front door, as the server sees it: bytes of one socket in, commands out; events in, bytes out.

Sans-I/O: which of the three sockets this is, and what may be said on it now. Not who is logged in, and not what a
command does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from duologue.core.commands import AttachSocket, Command, GiveNickname, GivePassword, SendLetter, SocketKind
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events import Event, LoggedIn, LoginDenied, PasswordWanted
from duologue.protocols.lines import LINE_LIMIT, TRIES, LineBuffer, LineTooLong, text_of
from duologue.protocols.native_commands import parse_check_line, parse_command, parse_first_line, parse_letter_part
from duologue.protocols.native_signals import encode_event


class NativeSocket:
    """One of a native client's sockets. `kind` is None until its first line has come."""

    __slots__ = ("_parse", "_part", "kind", "lines")

    hears_itself = False
    watches = False
    lobby = False
    tries = TRIES

    def __init__(self) -> None:
        self.kind: SocketKind | None = None
        self.lines = LineBuffer()
        self._part: str | None = ""  # None: too long
        self._parse: Callable[[bytes], Command | None] = self._first_line

    def receive_data(self, data: bytes) -> Iterable[Command | PeerError]:
        """Commands, one by one: carry out each before taking the next, for an answer can change what the next line
        means.

        A line that is a mistake comes as the error to tell. Raises FatalPeerError where no further line can be trusted.
        """
        return self.receive_past(_takes_nothing, data)

    def receive_past(self, take: Callable[[bytes], bool], data: bytes) -> Iterable[Command | PeerError]:
        """The same, but first `take` is offered the whole lines: where it says True they are done with."""
        try:
            chunk = self.lines.feed(data)
        except LineTooLong as error:
            return self._parse_before(error)
        return () if not chunk or take(chunk) else self._parse_lines(chunk)

    def _parse_before(self, error: LineTooLong) -> Iterator[Command | PeerError]:
        """The lines before one that is too long, and then the error."""
        yield from self._parse_lines(error.before)
        raise error

    def _parse_lines(self, chunk: bytes) -> Iterator[Command | PeerError]:
        start = 0
        # One after the other: what waits while its sender does not read costs its bytes, and not an object a line.
        while (end := chunk.find(b"\n", start)) >= 0:
            line, start = chunk[start:end], end + 1
            try:
                command = self._parse(line)
            except FatalPeerError:
                raise
            except PeerError as error:
                yield error
            else:
                if command is not None:
                    yield command

    def encode(self, event: Event) -> bytes:
        """The bytes of an event; a login's answer also says what the client may send next."""
        following = _NEXT_LINE.get(type(event))
        if following is not None:
            self._parse = following(self)
        return encode_event(event)

    def _first_line(self, line: bytes) -> Command | None:
        first = parse_first_line(line)
        if isinstance(first, AttachSocket):
            self.kind = first.kind
            self._parse = self._chat_line if first.kind is SocketKind.CHAT else parse_check_line
            return first
        self.kind = SocketKind.LOGIN
        self._parse = self.nickname_line
        return None

    def _chat_line(self, line: bytes) -> Command | None:
        part = parse_letter_part(line)
        if part is None:
            return self._with_text_before(parse_command(line))
        if self._part is not None:
            self._part += part
            if len(self._part) > LINE_LIMIT:
                self._part = None
                raise _TOO_LONG
        return None

    def _with_text_before(self, command: Command) -> Command:
        if not isinstance(command, SendLetter):
            return command
        part, self._part = self._part, ""
        if part is None:
            raise _TOO_LONG
        return replace(command, text=part + command.text)

    def nickname_line(self, line: bytes) -> Command:
        self._parse = _out_of_turn
        return GiveNickname(text_of(line))

    def password_line(self, line: bytes) -> Command:
        self._parse = _out_of_turn
        return GivePassword(text_of(line))


def _takes_nothing(_: bytes) -> bool:
    return False


def _out_of_turn(_: bytes) -> Command:
    raise FatalPeerError(
        "out_of_turn",
        "It is not your turn on the login socket: wait for its answer; after AUTH_SUCCESS it only listens.",
    )


_TOO_LONG = PeerError("line_too_long", f"A message may have {LINE_LIMIT} bytes, in parts or not.")

_NEXT_LINE: dict[type[Event], Callable[[NativeSocket], Callable[[bytes], Command]]] = {
    PasswordWanted: lambda socket: socket.password_line,
    LoginDenied: lambda socket: socket.nickname_line,
    LoggedIn: lambda _: _out_of_turn,
}
"""What a login socket's next line means after an event."""
