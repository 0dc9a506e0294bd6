"""Who takes part while one client does its worst, and how they speak: blocking sockets, one after the other.

What floods a server has to be bytes that no library would send, so nothing here is of the server's own code.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from dataclasses import dataclass
from threading import Thread
from types import TracebackType
from typing import Self

MALLORY, TRUDY = "mallory", "trudy"
"""Who attacks, and who is there for it."""
MUCH, MUCH_TOO = "oscar", "peggy"
"""Who have said very much to one another, line by line."""
READER, FRIEND, PAGE = "reader", "friend", 50
"""Who asks for the last PAGE of what the two have said."""
ABSENT, SENDER = "absent", "sender"
"""Who comes for a letter, and whose it is."""
OWNER, PASSWORD = "owner", "correct horse battery staple"

CAST = (MALLORY, TRUDY, MUCH, MUCH_TOO, READER, FRIEND, ABSENT, SENDER)
"""Who log in by their nickname alone."""

_GONE_AT_ONCE = struct.pack("ii", 1, 0)
_READ = 1 << 18


class Denied(ConnectionError):
    """Somebody was not let in."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The ports of a server."""

    native: int
    web: int
    rooms_json: int
    plain_lines: int


class Wire:
    """One socket. It waits for `patience` seconds, and then TimeoutError is raised."""

    def __init__(self, port: int, patience: float) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._held = b""

    def sends(self, data: bytes) -> None:
        self.socket.sendall(data)

    def says(self, *lines: str) -> None:
        self.sends("".join(f"{line}\n" for line in lines).encode())

    def line(self) -> str:
        """Raises ConnectionError when there is no further one."""
        while b"\n" not in self._held:
            data = self.socket.recv(_READ)
            if not data:
                raise ConnectionError("closed")
            self._held += data
        line, _, self._held = self._held.partition(b"\n")
        return line.decode()

    def hears(self, *beginnings: str) -> str:
        """The next line that begins with one of these, whatever comes before it."""
        while not (line := self.line()).startswith(beginnings):
            pass
        return line

    def is_drained(self) -> None:
        """From now on all that comes is read, and nobody looks at it."""
        Thread(target=self._drains, daemon=True).start()

    def _drains(self) -> None:
        self._held = b""
        with contextlib.suppress(OSError):
            while True:
                try:
                    if not self.socket.recv(_READ):
                        return
                except TimeoutError:
                    pass

    def breaks(self) -> None:
        """Gone without a goodbye."""
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _GONE_AT_ONCE)
            self.socket.shutdown(socket.SHUT_RDWR)  # who drains it in another thread wakes up
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.breaks()


class Person:
    """Somebody who has logged in at the native door. What a chat says comes on `up`, all else on `down`."""

    def __init__(self, port: int, nickname: str, patience: float, password: str = "") -> None:
        self.down, token = knock(port, nickname, patience, password)
        self._wires = [self.down]
        try:
            self.up = self._attached(port, patience, f"chat_socket {token}")
            self.check = self._attached(port, patience, f"check_socket {token}")
            self.check.hears("PONG")
        except OSError:
            self.breaks()
            raise

    def _attached(self, port: int, patience: float, line: str) -> Wire:
        wire = Wire(port, patience)
        self._wires.append(wire)
        wire.says(f"duologue/1 {line}")
        return wire

    def is_drained(self) -> None:
        for wire in self._wires:
            wire.is_drained()

    def breaks(self) -> None:
        for wire in self._wires:
            wire.breaks()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.breaks()


def knock(port: int, nickname: str, patience: float, password: str = "") -> tuple[Wire, str]:
    """A login socket that got in, and its token. Raises Denied."""
    wire = Wire(port, patience)
    try:
        wire.says("duologue/1 login_socket", nickname, *([password] if password else []))
        answer = wire.hears("AUTH_", "ERROR ")
        if not answer.startswith("AUTH_SUCCESS "):
            raise Denied(answer)
    except OSError:
        wire.breaks()
        raise
    return wire, answer.split()[1]


def start_chat(asker: Person, target: Person, asked: str) -> str:
    """The id of the chat that `asker` has with the target, whose name is `asked`."""
    asker.up.says(f"/chat {asked}")
    target.down.hears("want_chat_with_you ")
    target.up.says("yes")
    target.up.hears("start_chat ")
    return asker.up.hears("start_chat ").split()[2]


TEXT_FRAME, TEXT_BEGINS, TEXT_GOES_ON, PING = 0x81, 0x01, 0x00, 0x89
"""First bytes of a frame (RFC 6455, 5.2)."""


def frame(first: int, data: bytes = b"") -> bytes:
    """A masked frame of at most 125 bytes; the mask is zero, so the data stand in it as they are."""
    return bytes((first, 0x80 | len(data))) + bytes(4) + data


class Tab(Wire):
    """A WebSocket on which somebody has logged in."""

    def __init__(self, port: int, nickname: str, patience: float) -> None:
        super().__init__(port, patience)
        host = f"127.0.0.1:{port}"
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
        upgrade = f"Upgrade: websocket\r\nConnection: Upgrade\r\n{key}"
        try:
            self.sends(f"GET /socket HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n{upgrade}\r\n\r\n".encode())
            self.sends(frame(TEXT_FRAME, b'{"type":"give_nickname","nickname":"%b"}' % nickname.encode()))
            self._waits_for(b'"acknowledged"')
        except OSError:
            self.breaks()
            raise

    def _waits_for(self, text: bytes) -> None:
        heard = b""
        while text not in heard:
            data = self.socket.recv(_READ)
            if not data:
                raise Denied(heard.decode(errors="replace"))
            heard += data
