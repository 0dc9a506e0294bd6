"""Whoever does not come in is gone 20 s after the connection was accepted, whatever it said or became until then."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest

from duologue.core.limits import Limits
from duologue.core.names import Account
from duologue.server.net.web_connection import WebConnection
from duologue.server.net.web_files import PAGE
from duologue.server.session import Hold
from tests.bound import BOUND
from tests.browser import UPGRADE
from tests.scenes.test_tls import Identity, identity
from tests.stage import Stage, opened, until

__all__ = ["identity"]

DOORS = ("native", "simplechat", "web", "rooms_json", "plain_lines", "nickname_lines", "desktop_lines")
PORT_OF = {"simplechat": "native"}

FIRST_WORDS = {
    "native": b"duologue/1 login_socket\nalice",
    "simplechat": b"login_socket",
    "web": b"GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "rooms_json": b'{"command": "LIST", "content": "',
    "plain_lines": b"\xf0\x9f\x98",
    "nickname_lines": b"\xf0\x9f\x98",
    "desktop_lines": b"\xf0\x9f\x98",
}
"""The beginning of what a client of the door says first, which is not enough to come in."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, protocols=DOORS) as stage:
        yield stage


class Caller:
    """A socket, and the server's connections, of which it is one."""

    def __init__(self, stage: Stage, door: str) -> None:
        self.stage = stage
        self._port = stage.ports[PORT_OF.get(door, door)]
        self.sock = socket.socket()
        self.sock.setblocking(False)
        stage.leaving.append(self.sock.close)

    async def connects(self) -> None:
        await asyncio.get_running_loop().sock_connect(self.sock, ("127.0.0.1", self._port))
        await until(self.is_there)

    async def says(self, data: bytes) -> None:
        """In a read of its own."""
        with contextlib.suppress(ConnectionError):
            await asyncio.get_running_loop().sock_sendall(self.sock, data)
        await asyncio.sleep(0.005)

    def is_there(self) -> bool:
        port = self.sock.getsockname()[1]
        return any(link.port == port for listener in self.stage.server._listeners for link in listener._open)


async def is_gone_after_20_s(caller: Caller, says: Iterator[bytes]) -> None:
    """And is there until then: each second it says something."""
    for _ in range(19):
        await caller.says(next(says))
        caller.stage.passes(1)
        assert caller.is_there()
    await caller.says(next(says))
    caller.stage.passes(1)
    await until(lambda: not caller.is_there())


@pytest.mark.parametrize("door", DOORS)
async def test_who_says_nothing(stage: Stage, door: str) -> None:
    caller = Caller(stage, door)
    await caller.connects()
    await is_gone_after_20_s(caller, repeat(b""))


@pytest.mark.parametrize("door", DOORS)
async def test_who_says_a_byte_a_second(stage: Stage, door: str) -> None:
    caller = Caller(stage, door)
    await caller.connects()
    words = FIRST_WORDS[door]
    await is_gone_after_20_s(caller, chain((words[at : at + 1] for at in range(len(words))), repeat(b"")))


@pytest.mark.parametrize("door", DOORS)
async def test_who_says_the_most_of_it_at_once(stage: Stage, door: str) -> None:
    caller = Caller(stage, door)
    await caller.connects()
    await is_gone_after_20_s(caller, chain([FIRST_WORDS[door]], repeat(b"")))


async def test_the_first_byte_of_a_command_is_no_way_in(stage: Stage) -> None:
    caller = Caller(stage, "rooms_json")
    await caller.connects()
    await caller.says(b"{")
    await caller.says(b" ")
    stage.passes(19)
    assert (caller.is_there(), stage.present()) == (True, set())
    stage.passes(1)
    await until(lambda: not caller.is_there())


@pytest.mark.parametrize(
    ("door", "half"),
    [("rooms_json", b'{"command": "MSG", "content": "'), ("plain_lines", b"half a sign: \xf0\x9f\x98")],
)
async def test_half_a_message_of_a_guest_who_is_in(stage: Stage, door: str, half: bytes) -> None:
    caller = Caller(stage, door)
    await caller.connects()
    await caller.says(b"Zoe")
    await until(lambda: stage.present() == {"~Zoe"})
    stage.passes(100)
    assert caller.is_there(), "who is silent is welcome"
    await caller.says(half)
    await is_gone_after_20_s(caller, repeat(b""))
    assert stage.present() == set()


async def test_a_page_that_opens_its_socket_and_does_not_log_in(stage: Stage) -> None:
    host = f"127.0.0.1:{stage.ports['web']}"
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
    upgrade = f"Origin: http://{host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}"
    caller = Caller(stage, "web")
    await caller.connects()
    for _ in range(10):
        stage.passes(1)
    await caller.says(f"GET /socket HTTP/1.1\r\nHost: {host}\r\n{upgrade}\r\n\r\n".encode())
    for _ in range(9):
        await caller.says(b"\x89\x80\0\0\0\0")  # a ping
        stage.passes(1)
    assert caller.is_there()
    stage.passes(1)
    await until(lambda: not caller.is_there())


# A connection that is kept for the next file has 5 s for that, and 10 s in all to be kept


def a_file(stage: Stage) -> bytes:
    return f"GET /client.js HTTP/1.1\r\nHost: 127.0.0.1:{stage.ports['web']}\r\n\r\n".encode()


async def asks_for_a_file(caller: Caller) -> bytes:
    """The head of the answer."""
    await caller.says(a_file(caller.stage))
    head, _, body = (await asyncio.get_running_loop().sock_recv(caller.sock, 1 << 20)).partition(b"\r\n\r\n")
    length = next(int(line.split()[1]) for line in head.splitlines() if line.startswith(b"Content-Length: "))
    while len(body) < length:
        body += await asyncio.get_running_loop().sock_recv(caller.sock, 1 << 20)
    return head


@pytest.mark.parametrize("words", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nA: " + b"x" * 99], ids=range(3))
async def test_who_is_answered_and_does_not_ask_again_in_time(stage: Stage, words: bytes) -> None:
    caller = Caller(stage, "web")
    await caller.connects()
    await asks_for_a_file(caller)
    for at in range(4):
        await caller.says(words[at : at + 1])
        stage.passes(1)
        assert caller.is_there()
    await caller.says(words[4:])
    stage.passes(1)
    await until(lambda: not caller.is_there())


async def test_who_asks_again_and_again(stage: Stage) -> None:
    caller = Caller(stage, "web")
    await caller.connects()
    for _ in range(3):
        assert b"Connection" not in await asks_for_a_file(caller)
        stage.passes(4)
    assert b"Connection: close" in await asks_for_a_file(caller)
    await until(lambda: not caller.is_there())


async def test_who_asks_for_much_at_once_and_does_not_read(stage: Stage) -> None:
    """An answer is made when the one before has been sent, or waits in the queue that each has."""
    caller = Caller(stage, "web")
    caller.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await caller.connects()
    [link] = [link for listener in stage.server._listeners for link in listener._open]
    assert isinstance(link, WebConnection)
    link._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    await caller.says(a_file(stage) * 99)
    await until(lambda: Hold.OWN_QUEUE in link._holds)
    longest = (PAGE / "client.js").stat().st_size + 2048
    assert link.queued() <= Limits().send_queue + 2 * longest
    stage.passes(5)
    await until(lambda: link._is_silent)


async def test_a_page_that_opens_its_socket_on_a_kept_connection_and_does_not_log_in(stage: Stage) -> None:
    """It has the time of a login from then on, and no more."""
    host = f"127.0.0.1:{stage.ports['web']}"
    caller = Caller(stage, "web")
    await caller.connects()
    for _ in range(2):
        await asks_for_a_file(caller)
        stage.passes(4)
    head = "GET /socket HTTP/1.1", f"Host: {host}", f"Origin: http://{host}", *UPGRADE, "\r\n"
    await caller.says("\r\n".join(head).encode())
    await is_gone_after_20_s(caller, repeat(b"\x89\x80\0\0\0\0"))


# TLS: the handshake has no time of its own


@pytest.fixture
async def secure(tmp_path: Path, identity: Identity) -> AsyncIterator[Stage]:
    limits = {"write_stall": 2 * BOUND}  # the end of TLS takes as long where nothing cuts it short
    how: dict[str, Any] = {"accounts": [Account("alice")], "limits": limits, **identity.settings}
    async with opened(tmp_path, tls=identity.client(), **how) as stage:
        yield stage


async def test_who_does_not_shake_hands(secure: Stage) -> None:
    caller = Caller(secure, "native")
    await caller.connects()
    await is_gone_after_20_s(caller, chain([b"\x16\x03\x01"], repeat(b"")))


async def test_who_shakes_hands_at_the_last_moment_and_is_silent(secure: Stage) -> None:
    caller = Caller(secure, "native")
    await caller.connects()
    for _ in range(19):
        secure.passes(1)
    ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
    assert secure._tls
    shaking = secure._tls.wrap_bio(theirs, ours, server_hostname="127.0.0.1")
    async with asyncio.timeout(BOUND):
        while True:
            try:
                shaking.do_handshake()
                break
            except ssl.SSLWantReadError:
                await caller.says(ours.read())
                theirs.write(await asyncio.get_running_loop().sock_recv(caller.sock, 1 << 16))
    await caller.says(ours.read())
    [connection] = secure.server._listeners[0]._open
    await until(lambda: connection.is_made)
    secure.passes(1)
    await until(lambda: not caller.is_there())
