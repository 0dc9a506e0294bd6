"""One socket, between its transport and the hub: bytes in, commands to the hub; events from the hub, bytes out."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import cast

from duologue.core.commands import Command
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events import Event
from duologue.core.limits import Limits
from duologue.handle_client import handle_client
from duologue.hub import Hub
from duologue.link import Client, Hold, Receiver
from duologue.net.outbox import Outbox
from duologue.protocols.native import NativeSocket

COMMANDS_PER_TURN = 200
"""Commands of one socket in one turn of the loop, then others are served: a read can hold 50,000 of them, or 400 ms."""

_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class Connection(asyncio.Protocol):
    """A `Link` over an asyncio transport. `closed` is called once, when the socket is gone."""

    __slots__ = (
        "_backlog",
        "_closed",
        "_heard",
        "_holds",
        "_hub",
        "_limits",
        "_outbox",
        "_receive",
        "_socket",
        "_transport",
        "address",
        "client",
        "descriptor",
        "door",
        "peer",
        "row",
        "send",
    )

    _transport: asyncio.Transport
    _outbox: Outbox
    send: Callable[[bytes], None]

    def __init__(
        self,
        hub: Hub,
        door: NativeSocket,
        sock: socket.socket,
        peer: tuple[str, int],
        *,
        limits: Limits,
        closed: Callable[[Connection], None],
    ) -> None:
        self.address = peer[0]
        self.peer = f"{peer[0]}:{peer[1]}"
        self.descriptor = sock.fileno()
        self.row = -1
        self.client: Client | None = None
        self.door = door
        self._hub = hub
        self._socket = sock
        self._limits = limits
        self._closed = closed
        self._heard = hub.heartbeat.heard
        self._receive: Receiver = self.door.receive_data
        self._holds: set[Hold] = set()
        self._backlog: Iterator[Command | PeerError] | None = None

    # From the network

    @property
    def is_made(self) -> bool:
        """Has the transport been handed over, with TLS after the handshake? From then on `closed` tells the end."""
        return hasattr(self, "_transport")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._outbox = Outbox(self._transport, self._limits.send_queue)
        self.send = self._outbox.send
        self._hub.login.connected(self)

    def data_received(self, data: bytes) -> None:
        self._heard.add(self.row)
        try:
            if self._backlog is None:
                commands = self._receive(data)
                if commands:
                    self._carry_out(iter(commands))
            else:
                self._backlog = chain(self._backlog, self.door.receive_data(data))
        except FatalPeerError as error:
            self._hub.cast_out(self, error)

    def eof_received(self) -> None:
        """A peer that has closed its sending side is gone: three one-way sockets have no use for a half."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._fall_silent()
        self._outbox.closed()
        self._hub.lost(self)
        self._closed(self)

    def pause_writing(self) -> None:
        self._hub.congestion.congested(self)

    def resume_writing(self) -> None:
        self._hub.congestion.drained(self)

    def _carry_out(self, commands: Iterator[Command | PeerError]) -> None:
        # A hold can come with any command; what is left then waits here, in the sender's order.
        for command in islice(commands, COMMANDS_PER_TURN):
            handle_client(self._hub, self, command)
            if self._is_silent:
                return
            if self._holds:
                self._backlog = commands
                return
        self._backlog = None if (following := next(commands, None)) is None else chain((following,), commands)
        if self._backlog is not None:
            self.hold(Hold.TURN)
            asyncio.get_running_loop().call_soon(self.release, Hold.TURN)

    # From the hub

    def tell(self, event: Event) -> None:
        self.send(self.door.encode(event))

    def receive_through(self, receive: Receiver | None) -> None:
        if not self._is_silent:
            self._receive = receive or self.door.receive_data

    def hold(self, reason: Hold) -> None:
        if not self._holds:
            self._transport.pause_reading()
        self._holds.add(reason)

    def release(self, reason: Hold) -> None:
        if reason not in self._holds:
            return
        self._holds.discard(reason)
        if self._holds or self._transport.is_closing():
            return
        try:
            self._carry_out(self._backlog or iter(()))
        except FatalPeerError as error:
            self._hub.cast_out(self, error)
        if not self._holds and not self._transport.is_closing():
            self._transport.resume_reading()

    def delay_acks(self) -> None:
        # A chat socket carries nothing back that an ACK could ride on, so the kernel sends one for each read: a quarter
        # of the server's CPU in ping-pong (docs/decisions/0026). It forgets this wish when the socket falls idle.
        if _QUICKACK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 0)

    def queued(self) -> int:
        return self._outbox.queued()

    def close(self) -> None:
        self._fall_silent()
        if not self._transport.is_closing():
            self._outbox.close(self._limits.write_stall)

    def cut(self) -> None:
        """End the connection below the transport, where there is none yet: both ends see it closed."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def abort(self) -> None:
        """End it at once, whatever is queued."""
        if self.is_made:
            self._transport.abort()

    @property
    def _is_silent(self) -> bool:
        return self._receive is _deaf

    def _fall_silent(self) -> None:
        # Ending swaps the handler, so that what still comes in, or was read already, is harmless.
        self._receive = _deaf
        self.send = _mute
        self._backlog = None
        self._holds.clear()


def _mute(_: bytes) -> None:
    pass


def _deaf(_: bytes) -> tuple[()]:
    return ()
