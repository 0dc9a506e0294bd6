"""A connection for front doors whose clients use one socket and frame nothing: each read of theirs is one message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol, cast

from duologue.core.events import Event, Said
from duologue.link import Door, Encoded, Receiver
from duologue.net.connection import BaseConnection
from duologue.net.pacing import GAP, Pacer
from duologue.protocols.native import NativeSocket
from duologue.protocols.native_wire import parse_message


class PacedDoor(Door, Protocol):
    """The sans-I/O end of such a socket. What it gives out are messages, each of which is to be a read of its own."""

    def greet(self) -> tuple[bytes, ...]:
        """What the server says before anything has come."""

    def hears(self, event: Event) -> bool:
        """Is what many are told for this one too? How it is written down may not depend on who it is."""

    def encode(self, event: Event) -> tuple[bytes, ...]:
        """None where this protocol cannot say it."""


class PacedConnection(BaseConnection[PacedDoor]):
    """Its client's three sockets are this one. Nothing probes it, so its `row` stays -1: TCP finds the dead."""

    __slots__ = ()

    _outbox: Pacer

    def _make_outbox(self) -> Pacer:
        limit = self._limits.send_queue
        return Pacer(self._socket, self._transport, GAP, limit, self.pause_writing, self.resume_writing)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._send_all(self.door.greet())

    def tell(self, event: Event) -> None:
        self._send_all(self.door.encode(event))

    def tell_among(self, event: Event, encoded: Encoded) -> None:
        if not self.door.hears(event):
            return
        kind = type(self.door)
        if kind not in encoded:
            encoded[kind] = self.door.encode(event)
        self._send_all(cast(tuple[bytes, ...], encoded[kind]))

    def _send_all(self, messages: tuple[bytes, ...]) -> None:
        for message in messages:
            self.send(message)

    def messages_from(self, nickname: str, taken: Callable[[int], None]) -> Callable[[bytes], None]:
        return partial(self._outbox.send_lines, messages_of=partial(self._said, nickname), taken=taken)

    def _said(self, nickname: str, line: bytes) -> tuple[bytes, ...]:
        return self.door.encode(Said(nickname, parse_message(line.removesuffix(b"\n"))))

    def receive_through(self, reader: Callable[[NativeSocket], Receiver] | None) -> None:
        """Such a door knows no message lines: what it says comes as commands, in a chat too."""

    def delay_acks(self) -> None:
        """Never here: a client that waits for the ACK of its first small write sends the next two as one."""

    def close(self) -> None:
        if self._holds and not self._transport.is_closing():
            # What waits goes out one by one, and that the peer has gone meanwhile is seen only by reading.
            self._transport.resume_reading()
        super().close()
