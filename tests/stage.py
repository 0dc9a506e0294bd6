"""A stage for scenes: a real server on loopback, with its own clock, and actors who speak the native protocol.

Actors read and write bare lines, so that a scene shows what is on the wire and not what a client makes of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, fields, replace
from math import inf
from pathlib import Path
from typing import Any

from duologue.core.names import Account
from duologue.server.net import control
from duologue.server.server import Server
from duologue.server.storage import users_file
from duologue.settings import Settings
from tests.bound import BOUND

CAST = ("alice", "bob", "carol", "dave")

ANY_PORTS = {setting.name: 0 for setting in fields(Settings) if setting.name.split("_")[-1] == "port"}
"""Free ports, for each protocol that a scene turns on."""

UNLESS_SAID = {"history": False, "protocols": ("native", "simplechat")}
"""Settings for scenes that are about something else."""


UNPAID = dict.fromkeys(("message_burst", "message_rate", "stranger_burst", "stranger_rate"), inf)
"""Limits for scenes in which the rate must not hold anybody up."""


async def until(condition: Callable[[], bool]) -> None:
    """Let others act until `condition` holds."""
    async with asyncio.timeout(BOUND):
        while not condition():  # noqa: ASYNC110 - what is waited for is the server's, and gives no signal
            await asyncio.sleep(0.002)


def descriptors() -> int:
    """Count the descriptors that this process has open."""
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - Path.iterdir would leave open what it lists its own


class Clock:
    """The server's time, which stands still until a scene advances it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Wire:
    """One socket, by lines."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def says(self, *lines: str) -> None:
        """Send all lines in one write."""
        await self.sends("".join(f"{line}\n" for line in lines).encode())

    async def sends(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def line(self) -> str:
        """Return the next line, or "" when the server has closed."""
        async with asyncio.timeout(BOUND):
            return (await self.reader.readline()).decode().removesuffix("\n")

    @property
    def has_more(self) -> bool:
        """Whether something has come that was not read."""
        return bool(self.reader._buffer)  # type: ignore[attr-defined]

    async def hears(self, *expected: str) -> None:
        for line in expected:
            heard = await self.line()
            assert heard == line, f"{heard!r} is not {line!r}"

    async def hears_like(self, pattern: str) -> re.Match[str]:
        line = await self.line()
        found = re.fullmatch(pattern, line)
        assert found, f"{line!r} is not like {pattern!r}"
        return found

    async def is_closed(self) -> None:
        """Expect nothing more, and that the server has closed. A reset counts as a close."""
        with contextlib.suppress(ConnectionError):
            assert await self.line() == ""

    async def leaves(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()

    def breaks(self) -> None:
        """Leave without a goodbye: the server gets a reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.writer.transport.abort()


CONVERSATION = (
    *(":", "start_chat", "stream_begins", "chat_paused", "chat_resumed", "chat_ended", "chat_unknown"),
    "chat_elsewhere",
)
"""What lines on the chat socket begin with (docs/protocol.md 5)."""


@dataclass(slots=True)
class Actor:
    """Somebody who is logged in over three sockets. Each line is expected on the socket that carries it."""

    nickname: str
    login: Wire
    chat: Wire
    check: Wire

    async def says(self, *lines: str) -> None:
        await self.chat.says(*lines)

    async def hears(self, *expected: str) -> None:
        for line in expected:
            await self._wire_of(line).hears(line)

    async def hears_like(self, pattern: str) -> re.Match[str]:
        return await self._wire_of(pattern).hears_like(pattern)

    def _wire_of(self, line: str) -> Wire:
        return self.chat if line.startswith(CONVERSATION) else self.login

    async def heard_nothing(self) -> None:
        """Expect nothing to read: the answer to a question is the very next line, and nothing has come on the chat
        socket before it.
        """
        await self.says("/nothing")
        await self.hears_like("ERROR unknown_command .*")
        assert not self.chat.has_more

    async def is_out(self) -> None:
        """Expect all three sockets to be closed."""
        for wire in (self.login, self.chat, self.check):
            await wire.is_closed()

    async def is_out_after(self, last_line: str) -> None:
        """Expect all three sockets to be closed, after `last_line`."""
        heard = ""
        while line := await self.login.line():
            heard = line
        assert heard == last_line
        with contextlib.suppress(ConnectionError):
            while line := await self.chat.line():
                assert line.startswith(CONVERSATION), f"{line!r} on a chat socket that was to close"
        with contextlib.suppress(ConnectionError):
            while line := await self.check.line():
                assert re.match("PING|PONG|ERROR", line), f"{line!r} on a socket that was to close"

    async def vanishes(self) -> None:
        for wire in (self.login, self.chat, self.check):
            await wire.leaves()


class Stage:
    def __init__(self, server: Server, clock: Clock, settings: Settings, tls: ssl.SSLContext | None) -> None:
        self.server = server
        self.clock = clock
        self.settings = settings
        """The settings that the server runs with, including its port."""
        self.ports = {listener._door.name: listener.port for listener in server._listeners}
        """The port of each protocol that has its own."""
        self.leaving: list[Callable[[], object]] = []
        """Calls to make when the scene is over."""
        self._tls = tls
        self._wires: list[Wire] = []

    async def connects(
        self, *lines: str, source: str | None = None, buffer: int = 1 << 20, port: int | None = None
    ) -> Wire:
        """Open a bare socket, and send `lines` on it. It comes from the address `source`, and takes about twice
        `buffer` bytes that nobody reads. Without a `port` it connects to the native one.
        """
        host, port = self.settings.host, port or self.settings.port
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        if source:
            sock.bind((source, 0))
        name = host if self._tls else None
        try:
            async with asyncio.timeout(BOUND):
                await asyncio.get_running_loop().sock_connect(sock, (host, port))
                opening = asyncio.open_connection(sock=sock, ssl=self._tls, server_hostname=name, limit=buffer // 2)
                wire = Wire(*await opening)
        except OSError:
            sock.close()
            raise
        self._wires.append(wire)
        if lines:
            await wire.says(*lines)
        return wire

    async def knocks(
        self, nickname: str, password: str | None = None, *, device: str = "", **how: Any
    ) -> tuple[Wire, str]:
        """Open a login socket that is let in; return it with its token. `how` says how it connects."""
        login = await self.connects(f"duologue/1 login_socket {device}".rstrip(), nickname, **how)
        if password is not None:
            await login.hears("PASSWORD")
            await login.says(password)
        found = await login.hears_like(r"AUTH_SUCCESS (\S+) \S+ \S+")
        return login, found[1]

    async def enters(self, nickname: str, password: str | None = None, *, device: str = "", **how: Any) -> Actor:
        login, token = await self.knocks(nickname, password, device=device, **how)
        chat = await self.connects(f"duologue/1 chat_socket {token}", **how)
        check = await self.connects(f"duologue/1 check_socket {token}", **how)
        await check.hears("PONG 0 0")
        return Actor(nickname, login, chat, check)

    async def chat_between(self, one: str, other: str) -> tuple[Actor, Actor, str]:
        """Start a chat between two people; return them and its id."""
        return await self.start_chat(await self.enters(one), await self.enters(other))

    async def start_chat(self, asker: Actor, target: Actor) -> tuple[Actor, Actor, str]:
        one, other = asker.nickname, target.nickname
        await asker.says(f"/chat {other}")
        await target.hears(f"want_chat_with_you {one} 120")
        await asker.hears(f"chat_requested {other} 120")
        await target.says("yes")
        await asker.hears(f"requests_ended {other}")
        await target.hears(f"requests_ended {one}")
        started = await asker.hears_like(rf"start_chat {other} (\S+)")
        await target.hears(f"start_chat {one} {started[1]}")
        return asker, target, started[1]

    def passes(self, seconds: float) -> None:
        """Advance the time, and let the server do what is due. What came in before is recorded as of then."""
        self.server.hub.sweep()
        self.clock.now += seconds
        self.server.hub.sweep()

    def present(self) -> set[str]:
        """Return the nicknames in the connection table."""
        return self.server.hub.connections.nicknames()

    def queued(self) -> int:
        """Return the bytes that wait in the server for people who do not read."""
        return sum(socket.queued() for listener in self.server._listeners for socket in listener._open)

    async def registers(self, *accounts: Account) -> str:
        """Write these users to the users file, and tell the server; return its answer."""
        await asyncio.to_thread(users_file.write, self.settings.users, accounts)
        return str(await self.asks_server("reload"))

    async def asks_server(self, question: str) -> Any:
        """Ask the server what an operator asks from another terminal; return the answer."""
        return await asyncio.to_thread(control.ask, self.settings, question)

    async def closes(self) -> None:
        for wire in self._wires:
            wire.writer.close()
        for leave in self.leaving:
            leave()


@contextlib.asynccontextmanager
async def opened(
    folder: Path, *, accounts: list[Account] | None = None, tls: ssl.SSLContext | None = None, **changes: Any
) -> AsyncIterator[Stage]:
    """Run a server in `folder`; `changes` are settings, and `limits` maps the limits that differ.

    It keeps no history unless a scene is about that.
    """
    limits: Mapping[str, Any] = changes.pop("limits", {})
    settings = Settings(users=folder / "users.csv", data=folder / "data", **{**ANY_PORTS, **UNLESS_SAID, **changes})
    settings = replace(settings, limits=replace(settings.limits, **limits))
    users_file.write(settings.users, accounts or [Account(nickname) for nickname in CAST])
    clock = Clock()
    server = Server(settings, clock=clock)
    port = await server.start()
    stage = Stage(server, clock, replace(settings, port=port), tls)
    try:
        yield stage
    finally:
        await stage.closes()
        await server.stop()
