"""Those who come with an original client, and what these have in common (seeds.md, on the wire).

They read as those clients do, `recv(1024)` as soon as there is something: that is one message, which they show.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from abc import abstractmethod
from typing import ClassVar, Protocol

from duologue.core.names import GUEST_MARK
from tests.behaviour.in_words import SociableInWords
from tests.behaviour.people import Person
from tests.behaviour.reads import ONE_READ
from tests.stage import Stage, until


class Guest(SociableInWords):
    end: ClassVar[str] = "/quit"
    """The word that leaves a chat."""

    sock: socket.socket

    def __init__(self, stage: Stage, name: str) -> None:
        super().__init__(stage, name)
        self.is_called(name)
        self.messages: list[bytes] = []
        """All reads of this client."""
        self._is_reading = False

    def is_called(self, name: str, *, believes: str | None = None) -> None:
        """That is its name now; its client `believes` in the one that it sent first."""
        self.name = name
        self.nickname = GUEST_MARK + name
        self.believes = believes or name

    # The socket

    async def connects(self, *, buffer: int = 1 << 20) -> None:
        """It takes about twice `buffer` bytes that nobody reads."""
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self.sock, (self.stage.settings.host, self.stage.ports[self.door]))
        self.reads_on()

    def stops_reading(self) -> None:
        self._is_reading = False
        asyncio.get_running_loop().remove_reader(self.sock)

    def reads_on(self) -> None:
        self._is_reading = True
        asyncio.get_running_loop().add_reader(self.sock, self._read)

    def _read(self) -> None:
        try:
            data = self.sock.recv(ONE_READ)
        except OSError:  # a reset is a close too
            data = b""
        if data:
            self.messages.append(data)
            self._take(data)
        else:
            self.stops_reading()
            self._shown.put_nowait("")

    def _take(self, data: bytes) -> None:
        """One message to this client."""
        assert len(data) < ONE_READ
        text = data.decode()
        assert not text.endswith("\n")
        self.shows(text)

    async def sends(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.sock, data)

    def closes(self) -> None:
        if self._is_reading:
            self.stops_reading()
        self.sock.close()

    # Coming and going

    @abstractmethod
    async def gives_name(self, name: str) -> None:
        """On a new connection."""

    @abstractmethod
    async def is_refused(self, reason: str) -> None:
        """The server takes no guest of that name, and says a sentence like `reason`."""

    async def comes_in(self) -> None:
        await self.connects()
        await self.gives_name(self.name)
        await self.is_in()

    async def is_in(self) -> None:
        await until(lambda: self.nickname in self.stage.present())

    async def comes_into_lobby(self) -> None:
        """One is there by coming in."""

    async def leaves(self) -> None:
        self.closes()

    def breaks(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.closes()

    # Talking

    def before_now(self, name: str, text: str) -> str:
        """What is shown of a text to all that was said earlier."""
        return self.public(f"(earlier) {name}", text)

    async def types(self, text: str) -> None:
        await self.sends(text.encode())

    async def says_to_all(self, text: str) -> None:
        await self.types(text)

    # A chat of two

    async def asks(self, who: Person) -> None:
        await self.types(f"/chat {who.name}")
        await self.is_told(f"Waiting for {who.name} to answer. {self.before}/cancel withdraws.")

    async def is_asked_by(self, who: Person) -> None:
        await self.is_told(f"{who.name} wants to chat with you. Type {self.before}yes or {self.before}no.")

    async def was_declined_by(self, who: Person) -> None:
        await self.is_told(f"{who.name} declined the chat.")

    async def is_in_chat_with(self, who: Person) -> None:
        leaves = f"{self.before}{self.end} leaves the chat."
        await self.is_told(f"Chat with {who.name} started: what you type goes to {who.name} alone. {leaves}")

    async def quits_chat(self, who: Person) -> None:
        await self.types(self.end)
        await self.has_left_chat(who)

    async def has_left_chat(self, who: Person) -> None:
        await self.is_told(f"Chat with {who.name} ended: you left. What you type goes to everyone in #lobby.")

    async def chat_is_over(self, who: Person, *, lost: bool = False) -> None:
        reason = f"the connection to {who.name} was lost." if lost else f"{who.name} left."
        await self.is_told(f"Chat with {who.name} ended: {reason} What you type goes to everyone in #lobby.")


class Closes(Protocol):
    def closes(self) -> None: ...


def quietly_closed(guest: Closes) -> None:
    """Whatever became of it."""
    with contextlib.suppress(AttributeError, OSError, ValueError):
        guest.closes()
