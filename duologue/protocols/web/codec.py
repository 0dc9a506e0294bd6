"""The server's codec of the web front door: bytes of one socket to commands, events to frames.

Sans-I/O, over the sans-I/O half of `websockets`: HTTP requests first, and where one opens a WebSocket, its frames. The
caller answers requests (`Site`) and carries out commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import CONNECTING, OPEN
from websockets.server import ServerProtocol

from duologue.core.commands.chat import Command, GiveNickname, GivePass, GivePassword, NoCommand
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import Event, LoggedIn, LoginDenied, PasswordWanted
from duologue.protocols.lines import TRIES
from duologue.protocols.web.json_frames import encode_event, encode_said, parse_frame, texts_of

FRAME_LIMIT = 16 * 1024
"""Bytes of a message with all its fragments: twice the longest line of the native protocol, for what JSON adds."""

HEAD_LIMIT = 8 * 1024
"""Bytes of a request with its headers. nginx and Apache take as many; a browser's have one KiB, without cookies."""

MOST_REQUESTS = 100
"""Requests answered on one connection: a page has a quarter of them, and nobody stays for ever."""

SLICE = 4 * 1024
"""Bytes looked at before others get their turn: they hold no more than 700 frames, which take a few ms."""

Site = Callable[[Request], Response | None]
"""Returns the answer to a request; None lets a WebSocket begin, if that is what it asks for. After an answer without a
Connection header the connection is kept for the next request, if the client and the codec agree.
"""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""Headers of every answer: nothing from elsewhere, nothing inline, in nobody's frame, and never out of date."""

_LOGIN = (GiveNickname, GivePassword, GivePass)


class Handshake(ServerProtocol):
    """A handshake without compression: what a stranger says and what is secret are never in one frame, and no client
    needs a window of memory (decision 0035).
    """

    def __init__(self) -> None:
        super().__init__(max_size=FRAME_LIMIT)

    def reject(self, status: Any, text: str) -> Response:
        response = super().reject(status, text)
        response.headers.update(HEADERS)
        return response


class WebCodec:
    """The connection of one browser. `data_to_send` gives what is to be sent back, after every `receive_data`."""

    __slots__ = ("_answers", "_awaits", "_has_failed", "_head", "_protocol", "_requests", "_site", "_text")

    hears_itself = False
    watches = False
    lobby = False
    tries = TRIES

    def __init__(self, site: Site) -> None:
        self._site = site
        self._protocol = Handshake()
        self._answers = b""  # those after which the connection is kept
        self._requests = 0
        self._head = 0
        self._has_failed = False
        self._text: bytearray | None = None  # of a message whose last fragment has not come
        self._awaits: tuple[type, ...] = (GiveNickname, GivePass)

    @property
    def is_open(self) -> bool:
        """Whether it is a WebSocket, and not closing."""
        return self._protocol.state is OPEN

    @property
    def is_over(self) -> bool:
        """Whether everything has been said, so that the connection is to be closed."""
        return self._protocol.eof_sent

    @property
    def awaited(self) -> int:
        """The place of the request that is awaited after others; 0 if it is the first, or no more is awaited."""
        return self._requests if self._protocol.state is CONNECTING and not self.is_over else 0

    # In

    def receive_data(self, data: bytes) -> Iterator[Command | PeerError]:
        """Yield commands one by one: carry out each before taking the next, as an answer can change whose turn it is.

        Each frame gives one; a frame that is no command gives a NoCommand. Raises FatalPeerError.
        """
        for piece in self._pieces(data):
            if self.is_over:
                return
            protocol = self._protocol
            protocol.receive_data(piece)
            for event in protocol.events_received():
                yield self._command(event)
                if self._has_failed:
                    return
            if self._protocol is protocol:
                self._check_head(len(piece))

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        """Split `data` by lines until there is a WebSocket: what follows a request is looked at when it has been
        answered.
        """
        start = 0
        while start < len(data):
            end = start + SLICE
            if not self.is_open:
                end = data.find(b"\n", start, end) + 1 or end
            yield data[start:end]
            start = end

    def _command(self, event: Request | Response | Frame) -> Command | PeerError:
        if isinstance(event, Request):
            self._answer(event)
        elif isinstance(event, Frame):
            return self._frame(event)
        return NoCommand()

    def _answer(self, request: Request) -> None:
        self._requests += 1
        answer = self._site(request)
        if answer is None:
            self._protocol.send_response(self._protocol.accept(request))
        elif "Connection" not in answer.headers and self._may_keep(request):
            self._answers += answer.serialize()
            self._protocol = Handshake()
            self._head = 0
        else:
            self._protocol.send_response(closing(answer))

    def _may_keep(self, request: Request) -> bool:
        """Return whether the connection may serve another request after this one."""
        options = ",".join(request.headers.get_all("Connection")).lower().split(",")
        wants_more = request.protocol == "HTTP/1.1" and "close" not in map(str.strip, options)
        return wants_more and self._requests < MOST_REQUESTS

    def _check_head(self, size: int) -> None:
        """Refuse a head that is too long before it is whole, or is no request at all."""
        if self._protocol.handshake_exc and self._protocol.writes == [b""]:
            self._protocol.writes = [self._protocol.reject(HTTPStatus.BAD_REQUEST, _NO_REQUEST).serialize()]
        elif not (self.is_open or self.is_over):
            self._head += size
            if self._head >= HEAD_LIMIT:
                text = f"A request may have {HEAD_LIMIT} bytes.\n"
                self._protocol.send_response(self._protocol.reject(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, text))

    def _frame(self, frame: Frame) -> Command | PeerError:
        match frame.opcode:
            case Opcode.BINARY:
                self._fail(CloseCode.UNSUPPORTED_DATA, "frames are text")
            case Opcode.TEXT | Opcode.CONT:
                text = self._whole(frame)
                if text is not None:
                    return self._message(text)
        return NoCommand()

    def _fail(self, code: CloseCode, reason: str) -> None:
        self._has_failed = True
        self._protocol.fail(code, reason)

    def _whole(self, frame: Frame) -> bytes | bytearray | None:
        """Return the message that ends with this fragment; None if there is none."""
        if self._text is None:
            if frame.fin:
                return bytes(frame.data)
            self._text = bytearray()
        self._text += frame.data
        if not frame.fin:
            return None
        text, self._text = self._text, None
        return text

    def _message(self, text: bytes | bytearray) -> Command | PeerError:
        try:
            command = parse_frame(text.decode())
        except UnicodeDecodeError:
            self._fail(CloseCode.INVALID_DATA, "frames are UTF-8")
            return NoCommand()
        except PeerError as error:
            return error
        return self._in_turn(command) if isinstance(command, _LOGIN) else command

    def _in_turn(self, command: Command) -> Command:
        if not isinstance(command, self._awaits):
            raise FatalPeerError("out_of_turn", "It is not your turn in the login: wait for the answer.")
        self._awaits = ()
        return command

    # Out

    def encode(self, event: Event) -> bytes:
        """Return the frame of an event; the answer to a login also says what the page may send next."""
        self._awaits = _NEXT.get(type(event), self._awaits)
        return encode_frame(event)

    def data_to_send(self) -> bytes:
        """Return what the codec says by itself: answers to requests and to pings, and the last words."""
        answers, self._answers = self._answers, b""
        return answers + b"".join(self._protocol.data_to_send())

    def close(self) -> bytes:
        """Return the last words, if there are any: nothing may be sent after them."""
        if self.is_open:
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
        return self.data_to_send()


def closing(answer: Response) -> Response:
    """Return an answer that closes the connection."""
    if "Connection" not in answer.headers:
        answer.headers["Connection"] = "close"
    return answer


def encode_frame(event: Event) -> bytes:
    """Return an event as any page gets it."""
    return _framed(encode_event(event))


def encode_lines(nickname: str, lines: bytes) -> bytes:
    """Return whole message lines of `nickname` as one frame."""
    return _framed(encode_said(nickname, texts_of(lines)))


def _framed(data: bytes) -> bytes:
    return Frame(Opcode.TEXT, data).serialize(mask=False)


_NO_REQUEST = "That is not an HTTP request that this server accepts; none has a body.\n"

_NEXT: dict[type[Event], tuple[type, ...]] = {
    PasswordWanted: (GivePassword,),
    LoginDenied: (GiveNickname, GivePass),
    LoggedIn: (),
}
"""The frames of a login that a page may send after an event."""
