"""The native front door, as the server sees it: bytes of one socket in, commands out; events in, bytes out.

Sans-I/O: which of the three sockets this is, and what may be said on it now. Not who is logged in, and not what a
command does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from duologue.core.commands import AttachSocket, Command, GiveNickname, GivePassword, SocketKind
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events import Event, LoggedIn, LoginDenied, PasswordWanted
from duologue.protocols.lines import LineBuffer, LineTooLong, text_of
from duologue.protocols.native_wire import encode_event, parse_check_line, parse_command, parse_first_line


class NativeSocket:
    """One of a native client's sockets. `kind` is None until its first line has come."""

    __slots__ = ("_parse", "kind", "lines")

    def __init__(self) -> None:
        self.kind: SocketKind | None = None
        self.lines = LineBuffer()
        self._parse: Callable[[bytes], Command | None] = self._first_line

    def receive_data(self, data: bytes) -> Iterator[Command | PeerError]:
        """Commands, one by one: carry out each before taking the next, for an answer can change what the next line
        means.

        A line that is a mistake comes as the error to tell. Raises FatalPeerError where no further line can be trusted.
        """
        try:
            chunk = self.lines.feed(data)
        except LineTooLong as error:
            return self.parse_before(error)
        return self.parse_lines(chunk)

    def parse_before(self, error: LineTooLong) -> Iterator[Command | PeerError]:
        """The lines before one that is too long, and then the error."""
        yield from self.parse_lines(error.before)
        raise error

    def parse_lines(self, chunk: bytes) -> Iterator[Command | PeerError]:
        """The same for whole lines that have been through `lines` already."""
        for line in chunk.split(b"\n")[:-1]:
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
            self._parse = parse_command if first.kind is SocketKind.CHAT else parse_check_line
            return first
        self.kind = SocketKind.LOGIN
        self._parse = self.nickname_line
        return None

    def nickname_line(self, line: bytes) -> Command:
        self._parse = _out_of_turn
        return GiveNickname(text_of(line))

    def password_line(self, line: bytes) -> Command:
        self._parse = _out_of_turn
        return GivePassword(text_of(line))


def _out_of_turn(_: bytes) -> Command:
    raise FatalPeerError(
        "out_of_turn",
        "It is not your turn on the login socket: wait for its answer; after AUTH_SUCCESS it only listens.",
    )


_NEXT_LINE: dict[type[Event], Callable[[NativeSocket], Callable[[bytes], Command]]] = {
    PasswordWanted: lambda socket: socket.password_line,
    LoginDenied: lambda socket: socket.nickname_line,
    LoggedIn: lambda _: _out_of_turn,
}
"""What a login socket's next line means after an event."""
