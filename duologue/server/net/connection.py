"""One socket, between its transport and the hub: bytes in, commands to the hub; events from the hub, bytes out."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from duologue.core.commands.chat import Command, NoCommand
from duologue.core.costs import BYTE, FREE_BYTES
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import Event
from duologue.core.limits import Limits
from duologue.core.spellings import Introductions, names_in
from duologue.protocols.native.codec import NativeCodec
from duologue.protocols.native.signals import encode_event
from duologue.server.dispatch import handle_client
from duologue.server.hub import Hub
from duologue.server.net.outbox import Outbox
from duologue.server.net.pacing import Pacer
from duologue.server.pastes import gathered
from duologue.server.session import Codec, Commands, Connection, Hold, Receiver, Session
from duologue.server.turns import COMMANDS_AT_A_TIME

_NOTHING = NoCommand()

LAST_WORDS = 1.0
"""Seconds for a refused peer to take its last words, and to do its part in the end of TLS: a round
trip on a bad line.
"""

AnyCodec = TypeVar("AnyCodec", bound=Codec)


class BaseConnection(asyncio.Protocol, ABC, Generic[AnyCodec]):
    """A `Connection` over an asyncio transport, whatever its codec. `closed` is called once, when it is gone.

    How input is read, and how a connection ends, is the same for every codec; how it is answered is not.
    """

    __slots__ = (
        "_backlog",
        "_closed",
        "_heard",
        "_holds",
        "_hub",
        "_is_paused",
        "_limits",
        "_outbox",
        "_receive",
        "_socket",
        "_transport",
        "address",
        "bucket",
        "codec",
        "descriptor",
        "peer",
        "port",
        "row",
        "send",
        "session",
    )

    is_all_three: ClassVar[bool] = False

    _transport: asyncio.Transport
    _outbox: Outbox | Pacer
    _closed: Callable[[Self], None]
    send: Callable[[bytes], None]

    def __init__(
        self,
        hub: Hub,
        codec: AnyCodec,
        sock: socket.socket,
        peer: tuple[str, int],
        *,
        limits: Limits,
        closed: Callable[[Self], None],
    ) -> None:
        self.address, self.port = peer
        self.peer = f"{self.address}:{self.port}"
        self.descriptor = sock.fileno()
        self.row = -1
        self.session: Session | None = None
        self.bucket = hub.metering.of_stranger(self.address, self.port)
        self.codec = codec
        self._hub = hub
        self._socket = sock
        self._limits = limits
        self._closed = closed
        self._heard = hub.heartbeat.heard
        self._receive: Receiver = self.codec.receive_data
        self._holds: set[Hold] = set()
        self._is_paused = False
        self._backlog: Iterator[Command | PeerError] | None = None
        self.send = _mute  # until there is a transport

    # From the network

    @property
    def is_made(self) -> bool:
        """Whether the transport has been handed over, with TLS after the handshake. From then on `closed` tells the
        end.
        """
        return hasattr(self, "_transport")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._outbox = self._make_outbox()
        self.send = self._outbox.send

    def data_received(self, data: bytes) -> None:
        self._heard.add(self.row)
        try:
            commands = self._receive(data) if self._backlog is None else self.codec.receive_data(data)
            if commands:  # or else a shortcut past them has done all of it, and paid for it
                self._take(iter(commands), len(data))
        except FatalPeerError as error:
            self._hub.cast_out(self, error)

    def _take(self, commands: Iterator[Command | PeerError], size: int) -> None:
        # What a read brings pays for it, with its first KiB.
        if size > FREE_BYTES:
            self._hub.metering.spend(self, (size - FREE_BYTES) * BYTE)
        commands = _or_nothing(commands)
        commands = gathered(self._hub, self, commands)
        if self._backlog is None:
            self._carry_out(commands)
        else:
            self._backlog = chain(self._backlog, commands)

    def eof_received(self) -> None:
        """Close: a peer that has closed its sending side is gone, as no protocol here has a use for half a socket."""

    def connection_lost(self: Self, exc: Exception | None) -> None:
        self._fall_silent()
        self._outbox.closed()
        self._hub.lost(self)
        self._closed(self)

    def pause_writing(self) -> None:
        self._hub.backpressure.congested(self)

    def resume_writing(self) -> None:
        self._hub.backpressure.drained(self)

    def _carry_out(self, commands: Iterator[Command | PeerError]) -> None:
        # A hold can come with any command; what is left then waits here, in the sender's order.
        self._backlog = None
        turns = self._hub.turns
        for command in islice(commands, 0 if self._holds else COMMANDS_AT_A_TIME):
            handle_client(self._hub, self, command)
            if self._is_silent:
                return
            if self._holds or turns.is_over():
                break
        if self._holds:
            self._backlog = commands
        elif (following := next(commands, None)) is not None:
            self._backlog = chain((following,), commands)
            self._wait_for_turn()

    def _wait_for_turn(self) -> None:
        if Hold.TURN not in self._holds:
            self.hold(Hold.TURN)
            self._hub.turns.wait(partial(self.release, Hold.TURN), self.bucket)

    @property
    def heard_on(self) -> Connection:
        return self

    # From the hub

    def introduce(self, spelling_of: Callable[[str], str]) -> None:
        """Doors that say so in what they tell, or show no other names, have nothing to do."""

    @abstractmethod
    def tell(self, event: Event) -> None: ...

    @staticmethod
    @abstractmethod
    def tell_all(connections: Iterable[Any], *events: Event) -> None: ...

    def tell_each(self, events: Iterable[Event]) -> None:
        for event in events:
            self.tell(event)

    @abstractmethod
    def messages_from(self, nickname: str, taken: Callable[[int], None]) -> Callable[[bytes], None]: ...

    @abstractmethod
    def receive_through(self, reader: Callable[[NativeCodec], Receiver] | None) -> None: ...

    def hold(self, reason: Hold) -> None:
        if self._is_silent:
            return  # what it says is not heard any more, and only reading shows that the peer has gone
        if not self._is_paused:
            self._is_paused = True
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
            self._is_paused = False
            self._transport.resume_reading()

    @property
    def is_held(self) -> bool:
        return bool(self._holds)

    def queued(self) -> int:
        return self._outbox.queued()

    def close(self) -> None:
        self._fall_silent()
        if not self.is_made:
            self.cut()
        elif not self._transport.is_closing():
            self._outbox.close(self._limits.write_stall)

    def dismiss(self) -> None:
        self.close()
        asyncio.get_running_loop().call_later(LAST_WORDS, self.abort)

    def cut(self) -> None:
        """End the connection below the transport, where there is none yet: both ends see it closed."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def abort(self) -> None:
        """End it at once, whatever is queued."""
        if self.is_made:
            self._transport.abort()

    @abstractmethod
    def _make_outbox(self) -> Outbox | Pacer: ...

    @property
    def _is_silent(self) -> bool:
        return self._receive is _deaf

    def _fall_silent(self) -> None:
        # Ending swaps the handler, so that what still comes in, or was read already, is harmless.
        self._receive = _deaf
        self.send = _mute
        self._backlog = None
        self._holds.clear()


class NativeConnection(BaseConnection[NativeCodec]):
    """One of a native client's sockets."""

    __slots__ = ("_introductions",)

    _introductions: Introductions | None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._introductions = None

    def introduce(self, spelling_of: Callable[[str], str]) -> None:
        self._introductions = Introductions(spelling_of)

    def _make_outbox(self) -> Outbox:
        return Outbox(self._transport, self._limits.send_queue)

    def tell(self, event: Event) -> None:
        if self._introductions:
            self._introduce(names_in(event))
        self.send(self.codec.encode(event))

    def tell_each(self, events: Iterable[Event]) -> None:
        self.tell_all((self,), *events)

    @staticmethod
    def tell_all(connections: Iterable[NativeConnection], *events: Event) -> None:
        lines = b"".join(map(encode_event, events))
        names: dict[str, None] = {}
        for connection in connections:
            if connection._introductions:
                names = names or dict.fromkeys(chain.from_iterable(map(names_in, events)))
                connection._introduce(names)
            connection.send(lines)

    def _introduce(self, names: Iterable[str]) -> None:
        for spelled in self._introductions.before(names) if self._introductions else ():
            self.send(self.codec.encode(spelled))

    def messages_from(self, nickname: str, taken: Callable[[int], None]) -> Callable[[bytes], None]:
        """Send messages as they are: a native client reads lines, and says itself how many it has."""
        return self.send

    def receive_through(self, reader: Callable[[NativeCodec], Receiver] | None) -> None:
        if not self._is_silent:
            self._receive = reader(self.codec) if reader else self.codec.receive_data


class UndecidedConnection(NativeConnection):
    """A socket of a port that two protocols share: a native one, unless its first bytes are the other's.

    `is_other` tells them apart, and returns None while it cannot. `pass_on` puts another protocol on this transport,
    and gives it these bytes.
    """

    __slots__ = ("_first", "_is_other", "_pass_on")

    def __init__(
        self,
        *arguments: Any,
        is_other: Callable[[bytes], bool | None],
        pass_on: Callable[[UndecidedConnection, asyncio.Transport, bytes], None],
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self._is_other = is_other
        self._pass_on = pass_on
        self._first = b""
        self._receive = self._receive_first

    def _receive_first(self, data: bytes) -> Commands:
        first = self._first = self._first + data
        is_other = self._is_other(first)
        if is_other is None:
            return ()
        self._first = b""
        if is_other:
            self._fall_silent()
            self._pass_on(self, self._transport, first)
            return ()
        self._receive = self.codec.receive_data
        return self._receive(first)


def _or_nothing(commands: Iterator[Command | PeerError]) -> Iterator[Command | PeerError]:
    """Yield the commands of a read, or a NoCommand where it brings none, as that costs too. Takes none before it is
    asked for: the meaning of a line can depend on the answer to the line before.
    """
    yield next(commands, _NOTHING)
    yield from commands


def _mute(_: bytes) -> None:
    pass


def _deaf(_: bytes) -> tuple[()]:
    return ()
