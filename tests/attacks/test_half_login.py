"""Whoever does not read what they are answered is not read from, logged in or not, at whatever door and on whichever
socket; and at the deadline of the login it is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.frames import Frame, Opcode

from duologue.server.net.listener import AnyConnection
from duologue.server.session import Hold
from tests.browser import UPGRADE
from tests.stage import UNPAID, Stage, opened, until

QUEUE = 4096
"""Bytes that may wait for one peer in these scenes."""

ONE_TURN = 64 * 1024
"""More than the answers to one turn's commands can be, which come on top of a full queue."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    doors = ("native", "simplechat", "web", "rooms_json", "plain_lines", "nickname_lines", "desktop_lines")
    async with opened(tmp_path, protocols=doors, limits=UNPAID | {"send_queue": QUEUE}) as stage:
        yield stage


class Deaf:
    """A socket that is written to and never read from."""

    def __init__(self, stage: Stage, door: str = "native") -> None:
        self._stage = stage
        self._sock = socket.socket()
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self._sock.setblocking(False)
        self._port = stage.ports[door]
        self._writing: asyncio.Task[None] | None = None
        stage.leaving.append(self.goes)

    async def connects(self, first: bytes = b"") -> AnyConnection:
        """The server's end of it."""
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._sock, ("127.0.0.1", self._port))
        if first:
            await loop.sock_sendall(self._sock, first)
        port = self._sock.getsockname()[1]
        await until(lambda: any(link.port == port for link in self.links()))
        return next(link for link in self.links() if link.port == port)

    def links(self) -> list[AnyConnection]:
        return [link for listener in self._stage.server._listeners for link in listener._open]

    def writes_without_end(self, data: bytes) -> None:
        self._writing = asyncio.create_task(self._write(data))

    async def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            while True:
                await asyncio.get_running_loop().sock_sendall(self._sock, data)
                await asyncio.sleep(0)

    def goes(self) -> None:
        if self._writing:
            self._writing.cancel()
        self._sock.close()

    async def is_not_read_from(self, link: AnyConnection) -> None:
        await until(lambda: Hold.OWN_QUEUE in link._holds)
        for _ in range(100):
            await asyncio.sleep(0)
        assert link.queued() < QUEUE + ONE_TURN

    async def is_over_at_the_deadline(self, link: AnyConnection) -> None:
        self._stage.passes(20)
        assert link._is_silent
        self.goes()
        await until(lambda: link not in self.links())


async def test_half_a_login(stage: Stage) -> None:
    _, token = await stage.knocks("alice")
    deaf = Deaf(stage)
    link = await deaf.connects(f"duologue/1 chat_socket {token}\n".encode())
    deaf.writes_without_end(b"x\n" * 10_000)
    await deaf.is_not_read_from(link)
    await deaf.is_over_at_the_deadline(link)


async def test_the_check_socket_of_somebody_who_is_in(stage: Stage) -> None:
    _, token = await stage.knocks("alice")
    await stage.connects(f"duologue/1 chat_socket {token}")
    deaf = Deaf(stage)
    link = await deaf.connects(f"duologue/1 check_socket {token}\n".encode())
    await until(lambda: stage.present() == {"alice"})
    stage.server.hub.backpressure.congested(link)
    assert Hold.OWN_QUEUE in link._holds
    stage.server.hub.backpressure.drained(link)
    assert not link._holds


@pytest.mark.parametrize("door", ["rooms_json", "plain_lines", "nickname_lines", "desktop_lines"])
async def test_a_guest_who_has_no_name_yet(stage: Stage, door: str) -> None:
    deaf = Deaf(stage, door)
    link = await deaf.connects()
    deaf.writes_without_end(b"\xff" * 1000)
    await deaf.is_not_read_from(link)
    await deaf.is_over_at_the_deadline(link)


async def test_an_original_client_who_has_no_name_yet(stage: Stage) -> None:
    deaf = Deaf(stage)
    undecided = await deaf.connects(b"login_socket")
    await until(lambda: undecided not in deaf.links())
    [link] = deaf.links()
    deaf.writes_without_end(b"\xff" * 1000)
    await deaf.is_not_read_from(link)
    await deaf.is_over_at_the_deadline(link)


async def test_a_page_that_has_not_logged_in_is_not_even_kept(stage: Stage) -> None:
    host = f"127.0.0.1:{stage.ports['web']}"
    head = "\r\n".join(("GET /socket HTTP/1.1", f"Host: {host}", f"Origin: http://{host}", *UPGRADE, "", ""))
    deaf = Deaf(stage, "web")
    link = await deaf.connects(head.encode())
    deaf.writes_without_end(Frame(Opcode.TEXT, b'{"type":"nonsense"}').serialize(mask=True) * 1000)
    await until(lambda: link not in deaf.links())
