"""Somebody with an original client of system 000, played as seeds.md describes it: three sockets, an account.

It knows of no rooms: its user types `/join #lobby`, and `/msg #lobby TEXT` to talk there.
"""

from __future__ import annotations

import asyncio
import socket

from duologue.server.net.pacing import unacknowledged
from tests.behaviour.in_words import SociableInWords
from tests.behaviour.people import Person
from tests.behaviour.reads import ONE_READ, unread
from tests.bound import BOUND
from tests.stage import Stage, until

BEYOND_LOGIN = (1, 2)
"""How far the local ports of the other two sockets are from that of the login socket."""


class SimpleChat(SociableInWords):
    door = "simplechat"
    end = "/quit"

    def __init__(self, stage: Stage, name: str) -> None:
        super().__init__(stage, name)
        self._answers: asyncio.Queue[str] = asyncio.Queue()
        self._sockets: tuple[socket.socket, ...] = ()
        self._reading: set[socket.socket] = set()
        self._asker: str | None = None

    # Its sockets

    @property
    def login(self) -> socket.socket:
        return self._sockets[0]

    @property
    def chat(self) -> socket.socket:
        return self._sockets[1]

    @property
    def check(self) -> socket.socket:
        return self._sockets[2]

    def _reserves_ports(self) -> bool:
        """Three in a row may not be free; this client would log in anew then, and a scene is not about that."""
        self._sockets = tuple(socket.socket() for _ in range(3))
        try:
            self.login.bind(("127.0.0.1", 0))
            for sock, beyond in zip(self._sockets[1:], BEYOND_LOGIN, strict=True):
                sock.bind(("127.0.0.1", self.login.getsockname()[1] + beyond))
        except (OSError, OverflowError):
            for sock in self._sockets:
                sock.close()
            return False
        return True

    async def _connects(self, sock: socket.socket, word: str) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        port = self.stage.settings.port
        await asyncio.get_running_loop().sock_connect(sock, (self.stage.settings.host, port))
        self._reading.add(sock)
        asyncio.get_running_loop().add_reader(sock, self._read, sock)
        await self._sends(sock, word)

    async def _sends(self, sock: socket.socket, *words: str) -> None:
        """Each is a read of its own: it goes when the server has read what was before."""
        for word in words:
            await asyncio.get_running_loop().sock_sendall(sock, word.encode())
            await until(lambda: not unacknowledged(sock) and not self._is_unread(sock))

    def _is_unread(self, sock: socket.socket) -> bool:
        port = sock.getsockname()[1]
        ends = [end for listener in self.stage.server._listeners for end in listener._open if end.port == port]
        return not ends or any(unread(end.descriptor) for end in ends)

    def _read(self, sock: socket.socket) -> None:
        try:
            data = sock.recv(ONE_READ)
        except OSError:  # a reset is a close too
            data = b""
        if not data:
            self._stops_reading(sock)
            self._queue(sock).put_nowait("")
        elif data == b"PING" and sock is self.login:
            sock.send(b"PONG")
        else:
            assert len(data) < ONE_READ
            assert not data.endswith(b"\n")
            self._queue(sock).put_nowait(data.decode())

    def _queue(self, sock: socket.socket) -> asyncio.Queue[str]:
        return self._shown if sock is self.login else self._answers

    def _stops_reading(self, sock: socket.socket) -> None:
        self._reading.discard(sock)
        asyncio.get_running_loop().remove_reader(sock)

    def closes(self) -> None:
        for sock in [*self._reading]:
            self._stops_reading(sock)
        for sock in self._sockets:
            sock.close()

    async def is_told(self, *sentences: str) -> None:
        await self.sees(*sentences)

    async def is_answered(self, answer: str) -> None:
        """On the chat socket, where it waits."""
        async with asyncio.timeout(BOUND):
            assert await self._answers.get() == answer

    # Coming and going

    async def comes_in(self) -> None:
        while not self._reserves_ports():
            pass
        await self._connects(self.login, "login_socket")
        await self._sends(self.login, self.name)
        await self.sees("AUTH_SUCCESS")
        await self._connects(self.chat, "chat_socket")
        await self._connects(self.check, "check_socket")
        await until(lambda: self.nickname in self.stage.present())

    async def comes_into_lobby(self) -> None:
        await self.types("/join #lobby")
        await self.sees_like(r"You are in #lobby, with .*\. /msg #lobby TEXT talks there\.")

    async def leaves(self) -> None:
        self.closes()

    def breaks(self) -> None:
        self.login.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._stops_reading(self.login)
        self.login.close()

    async def saw_coming(self, who: Person) -> None:
        await self.sees(f"{who.name} has joined #lobby.")

    async def saw_going(self, who: Person) -> None:
        await self.sees(f"{who.name} has left #lobby.")

    # Talking

    async def types(self, text: str) -> None:
        """Before every line it asks whether the server is there."""
        await self._sends(self.check, "PING")
        await self._sends(self.chat, text)

    async def says_to_all(self, text: str) -> None:
        await self.types(f"/msg #lobby {text}")

    def public(self, name: str, text: str) -> str:
        return f"#lobby {name}: {text}"

    def private(self, name: str, text: str) -> str:
        return f"{name} (private message): {text}"

    def from_partner(self, name: str, text: str) -> str:
        return f"{name}: {text}"

    async def is_told_of_no_such_command(self, word: str) -> None:
        await super().is_told_of_no_such_command(word)
        assert self._answers.empty()

    # A chat of two

    async def asks(self, who: Person) -> None:
        await self.types(f"/chat {who.name}")
        await self.is_told(f"Waiting for {who.name} to answer.")

    async def is_asked_by(self, who: Person) -> None:
        await self.sees(f"want_chat_with_you {who.name}", who.name)
        self._asker = who.name

    async def accepts(self) -> None:
        """The client says it twice, and then whom it believes to answer."""
        assert self._asker
        await self._sends(self.chat, "yes", "yes", self._asker)

    async def declines(self) -> None:
        """It has no word for that; its user has one of ours."""
        await self.types("/decline")

    async def was_declined_by(self, who: Person) -> None:
        await self.is_answered(f"{who.name} decline chat")

    async def is_in_chat_with(self, who: Person) -> None:
        if self._asker is None:
            await self.is_answered("start_chat")
            return
        self._asker = None
        to_one = f"what you type goes to {who.name} alone."
        await self.is_told(f"Chat with {who.name} started: {to_one} /quit leaves the chat.")

    async def quits_chat(self, who: Person) -> None:
        await self.types("/quit")
        await self.is_told(f"Chat with {who.name} ended: you left.")

    async def has_left_chat(self, who: Person) -> None:
        await self._is_out_of_chat(who, "ended: you left.")

    async def chat_is_over(self, who: Person, *, lost: bool = False) -> None:
        await self._is_out_of_chat(who, "lost: the connection did not come back." if lost else "left.")

    async def _is_out_of_chat(self, who: Person, why: str) -> None:
        """The client still sends the line that was being typed."""
        await self.sees(f"chat_ended {who.name} {why}")
        await self.types("/quit")

    # How people are

    async def was_not_available(self, who: Person) -> None:
        await self.is_answered(f"{who.name} is not available")

    async def was_not_answered_by(self, who: Person) -> None:
        await self.is_answered(f"{who.name} didn't answer")

    async def saw_doing(self, who: Person, what: str) -> None:
        await self.saw_doing_somewhere(f"#lobby {who.name}", what)
