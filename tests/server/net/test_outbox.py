"""What waits for one peer, by its contract's numbers (duologue/server/net/outbox.py)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from duologue.server.net.outbox import Outbox
from tests.bound import BOUND
from tests.stage import until

LIMIT = 64 * 1024


class Peer(asyncio.Protocol):
    """The near end: notes what its transport says."""

    outbox: Outbox

    def __init__(self) -> None:
        self.full = 0
        self.drained = 0
        self.closed = False

    def pause_writing(self) -> None:
        self.full += 1

    def resume_writing(self) -> None:
        self.drained += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self.outbox.closed()


class Ends:
    """Two sockets that are joined: an outbox over the near one, and the far one, which reads when the test does."""

    def __init__(self, outbox: Outbox, peer: Peer, far: socket.socket) -> None:
        self.outbox = outbox
        self.peer = peer
        self.far = far

    def fill(self) -> int:
        sent = 0
        while not self.peer.full:
            self.outbox.send(bytes(LIMIT))
            sent += LIMIT
        return sent

    async def read(self, amount: int) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(BOUND):
            while amount:
                amount -= len(await loop.sock_recv(self.far, amount))


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    near, far = socket.socketpair()
    far.setblocking(False)
    transport, peer = await asyncio.get_running_loop().connect_accepted_socket(Peer, near)
    peer.outbox = Outbox(transport, LIMIT)
    yield Ends(peer.outbox, peer, far)
    if not peer.closed:
        transport.abort()
    far.close()
    await until(lambda: peer.closed)


async def test_full_at_the_limit_and_drained_when_read(ends: Ends) -> None:
    """1, 2 and 3."""
    sent = ends.fill()
    assert LIMIT <= ends.outbox.queued() <= 2 * LIMIT
    assert not ends.peer.drained
    await ends.read(sent)
    await until(lambda: ends.peer.drained == 1)
    assert ends.outbox.queued() == 0


async def test_closing_sends_what_is_queued(ends: Ends) -> None:
    """4."""
    sent = ends.fill()
    ends.outbox.close(BOUND)
    assert not ends.peer.closed
    await ends.read(sent)
    await until(lambda: ends.peer.closed)
    assert await asyncio.get_running_loop().sock_recv(ends.far, 1) == b""


async def test_closing_stops_waiting_for_one_who_takes_nothing(ends: Ends) -> None:
    """4."""
    ends.fill()
    ends.outbox.close(0.05)
    await until(lambda: ends.peer.closed)


async def test_the_wait_for_a_slow_peer_ends_with_the_peer(ends: Ends) -> None:
    """4: when all was taken in time, the end of the patience changes nothing any more."""
    failures: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    sent = ends.fill()
    ends.outbox.close(0.1)
    await ends.read(sent)
    await until(lambda: ends.peer.closed)
    await asyncio.sleep(0.15)  # past the end of the patience
    assert failures == []


async def test_closing_twice_is_harmless(ends: Ends) -> None:
    ends.outbox.close(BOUND)
    ends.outbox.close(BOUND)
    await until(lambda: ends.peer.closed)
