"""The network between a client and the server, with everything that can go wrong in one.

Of each connection it knows which of the three sockets it is. What goes wrong is set for a socket and a direction, at
any moment, and holds for connections to come until it is set right again.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

from duologue.core.commands.chat import SocketKind

CHUNK = 65536

ALL = tuple(SocketKind)


class Way(Enum):
    UP = "from client to server"
    DOWN = "from server to client"


BOTH = tuple(Way)
Lane = tuple[SocketKind, Way]


@dataclass(frozen=True, slots=True)
class Weather:
    """How bytes travel. `latency` in seconds for each chunk, `bandwidth` in bytes a second.

    Stalled, bytes wait, and the kernels at both ends see a live connection. Dropped, packets vanish in the kernel, as
    with a pulled cable: nothing is answered, and what is still wanted when it is plugged in again is sent again.
    """

    latency: float = 0.0
    bandwidth: float = 0.0
    slices: bool = False
    stalled: bool = False
    dropped: bool = False


FAIR = Weather()

Trap = Callable[[bytes], int | None]
"""Looks at a chunk: at which byte of it to stop, or None to let it pass."""


_DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)
"""A socket filter (Linux, Documentation/networking/filter.rst) that returns 0: so many bytes of a packet are taken."""

_ATTACH_FILTER, _DETACH_FILTER = 26, 27


def _drop(writer: asyncio.StreamWriter, is_dropped: bool) -> None:
    """Whether packets that come in on this socket vanish, those that the other end's kernel sends by itself too."""
    code = ctypes.create_string_buffer(_DROP_ALL)
    program = struct.pack("HP", 1, ctypes.addressof(code))
    with contextlib.suppress(OSError, ValueError):  # it is closed, or has no filter
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, *((_ATTACH_FILTER, program) if is_dropped else (_DETACH_FILTER, 0))
        )


@dataclass(eq=False)
class _Connection:
    """One client's socket and the one to the server that belongs to it."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    kind: SocketKind
    free: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared while it is stranded."""

    def drop(self, way: Way, is_dropped: bool) -> None:
        _drop(self.client if way is Way.UP else self.server, is_dropped)

    def end(self, *, reset: bool) -> None:
        for writer in (self.client, self.server):
            if reset:
                _reset(writer)
            else:
                writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ValueError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()


@dataclass
class Proxy:
    """Carries connections to the port `server` on loopback; `port` is where clients come in. Use with `async with`."""

    server: int = 0
    port: int = 0
    weather: dict[Lane, Weather] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _traps: dict[Lane, tuple[Trap, asyncio.Future[None]]] = field(default_factory=dict)
    _connections: set[_Connection] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Proxy:
        self._listener = await asyncio.start_server(self._come_in, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        for connection in self._connections:
            connection.end(reset=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # What goes wrong

    def set(self, weather: Weather, kinds: Iterable[SocketKind] = ALL, ways: Iterable[Way] = BOTH) -> None:
        ways = (*ways,)
        self.weather |= {(kind, way): weather for kind in kinds for way in ways}
        self._change()

    def clear(self) -> None:
        """Fair weather, no trap."""
        self.weather.clear()
        self._traps.clear()
        self._change()

    def _change(self) -> None:
        for connection in self._connections:
            self._apply_drops(connection)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _apply_drops(self, connection: _Connection) -> None:
        for way in Way:
            connection.drop(way, self._weather((connection.kind, way)).dropped)

    def _weather(self, lane: Lane) -> Weather:
        return self.weather.get(lane, FAIR)

    def cut(self, kinds: Iterable[SocketKind] = ALL, *, reset: bool = True) -> None:
        """End the connections that there are: with a reset, or in an orderly way."""
        kinds = (*kinds,)
        for connection in [*self._connections]:
            if connection.kind in kinds:
                connection.end(reset=reset)

    def strand(self) -> Callable[[], None]:
        """Stall the connections that there are, and no later ones, until the answer is called."""
        stranded = [*self._connections]
        for connection in stranded:
            connection.free.clear()

        def free() -> None:
            for connection in stranded:
                connection.free.set()

        return free

    def trap(self, kind: SocketKind, way: Way, trap: Trap) -> asyncio.Future[None]:
        """The future is done when a chunk is caught; its lane is stalled from that byte on."""
        caught: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._traps[kind, way] = trap, caught
        return caught

    # Connections

    def _come_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry_safely(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_safely(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
                await self._carry(reader, writer)
        finally:
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readuntil(b"\n")
        kind = SocketKind(first.split()[1].decode())
        back, server = await asyncio.open_connection("127.0.0.1", self.server)
        connection = _Connection(writer, server, kind)
        connection.free.set()
        self._connections.add(connection)
        self._apply_drops(connection)
        pumps = [
            asyncio.create_task(self._pump(connection, Way.UP, first, reader, server)),
            asyncio.create_task(self._pump(connection, Way.DOWN, b"", back, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._connections.discard(connection)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            server.close()

    async def _pump(
        self,
        connection: _Connection,
        way: Way,
        data: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Ends when either end does, and the other hears of that as of everything else: when the lane moves."""
        lane = connection.kind, way
        with contextlib.suppress(OSError):
            while data := data or await reader.read(CHUNK):
                await connection.free.wait()
                await self._pass(lane, data, writer)
                data = b""
        await connection.free.wait()
        await self._until_moving(lane)

    async def _pass(self, lane: Lane, data: bytes, writer: asyncio.StreamWriter) -> None:
        if lane in self._traps:
            data = self._sprung(lane, data, writer)
        weather = await self._until_moving(lane)
        if weather == FAIR:
            writer.write(data)
            await writer.drain()
        else:
            await _travel(weather, data, writer)

    def _sprung(self, lane: Lane, data: bytes, writer: asyncio.StreamWriter) -> bytes:
        """What of the chunk is left behind the trap, or all of it where that lets it pass."""
        trap, caught = self._traps[lane]
        place = trap(data)
        if place is None:
            return data
        del self._traps[lane]
        writer.write(data[:place])
        self.set(replace(self._weather(lane), stalled=True), (lane[0],), (lane[1],))
        if not caught.done():
            caught.set_result(None)
        return data[place:]

    async def _until_moving(self, lane: Lane) -> Weather:
        while (weather := self._weather(lane)).stalled or weather.dropped:
            await self._changed.wait()
        return weather


async def _travel(weather: Weather, data: bytes, writer: asyncio.StreamWriter) -> None:
    if weather.latency:
        await asyncio.sleep(weather.latency)
    step = 1 if weather.slices else max(1, int(weather.bandwidth / 100)) if weather.bandwidth else len(data)
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
        await writer.drain()
        await asyncio.sleep(step / weather.bandwidth if weather.bandwidth else 0)
