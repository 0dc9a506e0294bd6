"""The proxy does what a cell of the matrix says it does, to the socket that it says."""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from duologue.core.commands.chat import SocketKind
from tests.bound import BOUND
from tests.faults.proxy import ALL, FAIR, Proxy, Way, Weather

LINES = {kind: f"duologue/1 {kind.value} token\n".encode() for kind in SocketKind}


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """Behind it is somebody who sends everything back."""
    echoes = set[asyncio.StreamWriter]()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        echoes.add(writer)
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with Proxy(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    for writer in echoes:
        writer.transport.abort()
    server.close()


class Caller:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hears(self, data: bytes) -> None:
        async with asyncio.timeout(BOUND):
            assert await self.reader.readexactly(len(data)) == data

    async def echoes(self, data: bytes) -> None:
        self.writer.write(data)
        await self.hears(data)

    async def hears_nothing(self) -> None:
        """While others, who are asked afterwards, are answered."""
        assert not self.reader._buffer  # type: ignore[attr-defined]

    async def is_closed(self) -> None:
        async with asyncio.timeout(BOUND):
            assert await self.reader.read() == b""

    async def is_reset(self) -> None:
        async with asyncio.timeout(BOUND):
            with pytest.raises(ConnectionResetError):
                await self.reader.read()


@asynccontextmanager
async def callers(proxy: Proxy) -> AsyncIterator[dict[SocketKind, Caller]]:
    calls = {kind: Caller(*await asyncio.open_connection("127.0.0.1", proxy.port)) for kind in SocketKind}
    for kind, caller in calls.items():
        await caller.echoes(LINES[kind])
    yield calls
    for caller in calls.values():
        caller.writer.transport.abort()


@pytest.mark.parametrize(
    "weather", [FAIR, Weather(latency=0.01), Weather(slices=True), Weather(bandwidth=100_000)], ids=str
)
async def test_everything_arrives_in_order(proxy: Proxy, weather: Weather) -> None:
    async with callers(proxy) as calls:
        proxy.set(weather)
        for caller in calls.values():
            await caller.echoes(bytes(range(256)) * 4)


@pytest.mark.parametrize("kind", SocketKind)
@pytest.mark.parametrize("way", Way)
async def test_a_stall_holds_one_lane_and_loses_nothing(proxy: Proxy, kind: SocketKind, way: Way) -> None:
    async with callers(proxy) as calls:
        proxy.set(Weather(stalled=True), [kind], [way])
        calls[kind].writer.write(b"waits")
        for other in set(SocketKind) - {kind}:
            await calls[other].echoes(b"moves")
        await calls[kind].hears_nothing()
        proxy.clear()
        await calls[kind].hears(b"waits")
        await calls[kind].echoes(b"moves")


async def test_a_stall_holds_back_the_end_of_a_connection_too(proxy: Proxy) -> None:
    async with callers(proxy) as calls:
        proxy.set(Weather(stalled=True), [SocketKind.CHAT], [Way.UP])
        calls[SocketKind.CHAT].writer.write_eof()
        await calls[SocketKind.LOGIN].echoes(b"moves")
        assert not calls[SocketKind.CHAT].reader.at_eof()
        proxy.clear()
        await calls[SocketKind.CHAT].is_closed()


@pytest.mark.parametrize("way", Way)
async def test_what_is_dropped_is_not_even_answered_by_a_kernel(proxy: Proxy, way: Way) -> None:
    async with callers(proxy) as calls:
        caller = calls[SocketKind.CHAT]
        proxy.set(Weather(dropped=True), [SocketKind.CHAT], [way])
        caller.writer.write(b"vanishes")
        await calls[SocketKind.LOGIN].echoes(b"here")
        await calls[SocketKind.LOGIN].echoes(b"still")
        await caller.hears_nothing()
        assert way is Way.DOWN or unanswered(caller) == 8
        proxy.clear()
        await caller.hears(b"vanishes")
        await caller.echoes(b"moves")


def unanswered(caller: Caller) -> int:
    """Bytes that the kernel has sent, or is to send, and that the other end's has not taken (SIOCOUTQ)."""
    count = ctypes.c_int()
    fcntl.ioctl(caller.writer.get_extra_info("socket").fileno(), termios.TIOCOUTQ, count)
    return count.value


@pytest.mark.parametrize("kinds", [[kind] for kind in SocketKind] + [list(ALL)], ids=str)
async def test_a_cut_ends_the_sockets_it_names_and_no_other(proxy: Proxy, kinds: list[SocketKind]) -> None:
    for reset in (True, False):
        async with callers(proxy) as calls:
            proxy.cut(kinds, reset=reset)
            for kind in kinds:
                await (calls[kind].is_reset() if reset else calls[kind].is_closed())
            for kind in set(SocketKind) - set(kinds):
                await calls[kind].echoes(b"moves")


async def test_a_trap_stops_a_lane_in_the_middle_of_a_line(proxy: Proxy) -> None:
    async with callers(proxy) as calls:
        caught = proxy.trap(SocketKind.CHAT, Way.UP, lambda data: 3 if data.startswith(b":") else None)
        await calls[SocketKind.CHAT].echoes(b"/who\n")
        calls[SocketKind.CHAT].writer.write(b":hello\n")
        await asyncio.wait_for(caught, BOUND)
        await calls[SocketKind.CHAT].hears(b":he")
        await calls[SocketKind.CHECK].echoes(b"moves")
        await calls[SocketKind.CHAT].hears_nothing()
        proxy.clear()
        await calls[SocketKind.CHAT].hears(b"llo\n")


async def test_a_stranded_connection_waits_while_a_new_one_moves(proxy: Proxy) -> None:
    async with callers(proxy) as before:
        free = proxy.strand()
        before[SocketKind.CHAT].writer.write(b"waits")
        async with callers(proxy) as after:
            await after[SocketKind.CHAT].echoes(b"moves")
            await before[SocketKind.CHAT].hears_nothing()
        free()
        await before[SocketKind.CHAT].hears(b"waits")


async def test_without_a_server_a_connection_is_closed(proxy: Proxy) -> None:
    proxy.server = 1
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(LINES[SocketKind.LOGIN])
    await Caller(reader, writer).is_closed()
    writer.close()
