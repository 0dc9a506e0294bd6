"""Connections for front doors whose clients frame nothing: each read of theirs is one message."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any, Protocol, cast

from duologue.core.commands.chat import Command
from duologue.core.errors import PeerError
from duologue.core.events.chat import Event, Said
from duologue.protocols.legacy.simplechat import SimpleChatCodec
from duologue.protocols.legacy.simplechat_events import InTurn
from duologue.protocols.native.codec import NativeCodec
from duologue.protocols.native.wire import parse_message
from duologue.server.dispatch import note_receipt
from duologue.server.net.connection import BaseConnection
from duologue.server.net.pacing import GAP, Pacer
from duologue.server.session import Codec, Connection, Hold, Receiver, Session


class PacedCodec(Codec, Protocol):
    """The codec of such a socket. It gives out messages, each of which is to be a read of its own."""

    @property
    def unfinished(self) -> int:
        """The number of the message of which only a part has come; 0 where there is none."""

    def greet(self) -> tuple[bytes, ...]:
        """Return what the server says before anything has come."""

    def hears(self, event: Event) -> bool:
        """Return whether an event for many is for this one too. Its encoding must not depend on who it is."""

    def encode(self, event: Event) -> tuple[bytes, ...]:
        """Return the messages of an event; none where this protocol cannot say it."""


class PacedConnection(BaseConnection[PacedCodec]):
    """A connection that is all three sockets of its client. Nothing probes it, so its `row` stays -1: TCP finds the
    dead.
    """

    __slots__ = ()

    is_all_three = True

    _outbox: Pacer

    def _make_outbox(self) -> Pacer:
        limit = self._limits.send_queue
        return Pacer(self._socket, self._transport, GAP, limit, self.pause_writing, self.resume_writing)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._send_all(self.codec.greet())

    def _carry_out(self, commands: Iterator[Command | PeerError]) -> None:
        super()._carry_out(commands)
        if self.session is not None:
            # What waits here may hold the rest.
            self._hub.unfinished.note(self, 0 if self._backlog is not None else self.codec.unfinished)

    def tell(self, event: Event) -> None:
        self._send_all(self.codec.encode(event))

    @staticmethod
    def tell_all(connections: Iterable[PacedConnection], *events: Event) -> None:
        listeners = [*connections]
        for event in events:
            encoded: dict[type[PacedCodec], tuple[bytes, ...]] = {}
            for connection in listeners:
                if not connection.codec.hears(event):
                    continue
                kind = type(connection.codec)
                if kind not in encoded:
                    encoded[kind] = connection.codec.encode(event)
                connection._send_all(encoded[kind])

    def _send_all(self, messages: tuple[bytes, ...]) -> None:
        for message in messages:
            self.send(message)

    def messages_from(self, nickname: str, taken: Callable[[int], None]) -> Callable[[bytes], None]:
        return partial(self._outbox.send_lines, messages_of=partial(self._said, nickname), taken=taken)

    def _said(self, nickname: str, line: bytes) -> tuple[bytes, ...]:
        return self.codec.encode(Said(nickname, parse_message(line.removesuffix(b"\n"))))

    def receive_through(self, reader: Callable[[NativeCodec], Receiver] | None) -> None:
        """Do nothing: such a codec knows no message lines, so its messages come as commands, in a chat too."""

    def close(self) -> None:
        if self._holds and self.is_made and not self._transport.is_closing():
            # What waits goes out one by one, and only reading shows that the peer has gone meanwhile.
            self._transport.resume_reading()
        super().close()


class OneOfThreeConnection(PacedConnection):
    """One of three sockets of such a client. Events may be sent to any of them, and the codec knows which of them says
    it.

    The client only talks. What a native one does besides, the codec commands for it (`Told`), and that goes the way of
    all commands.
    """

    __slots__ = ("_given",)

    is_all_three = False

    codec: SimpleChatCodec

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._given: tuple[Command, ...] = ()

    @property
    def heard_on(self) -> Connection:
        return self.session.login_socket if self.session else self

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.codec.waits and not (self._is_silent or self._holds):
            self._backlog = self.codec.early()
            self.hold(Hold.LOGIN)

    def _carry_out(self, commands: Iterator[Command | PeerError]) -> None:
        if self._given:
            commands, self._given = chain(self._given, commands), ()
        super()._carry_out(commands)

    def tell(self, event: Event) -> None:
        session = self.session
        if session is None:
            self._send_all(self.codec.encode(event))
            return
        login, chat, _ = _sockets_of(session)
        told = login.codec.told(event)
        login._send_all(told.login)
        chat._send_all(told.chat)
        if told.in_turn:
            login._send_in_turn(session, told.in_turn)
        if told.commands:
            chat._give(told.commands)
        if told.is_in:
            asyncio.get_running_loop().call_soon(chat.release, Hold.LOGIN)

    def _give(self, commands: tuple[Command, ...]) -> None:
        """Carry out what the codec commands for its client: not now, while its hub tells it something, but before what
        waits here of the client's own.
        """
        self._given += commands
        self._wait_for_turn()

    def _send_in_turn(self, session: Session, messages: InTurn) -> None:
        self._outbox.send_in_turn(
            messages.size, messages.make, partial(note_receipt, self._hub, session, messages.receipt)
        )

    def messages_from(self, nickname: str, taken: Callable[[int], None]) -> Callable[[bytes], None]:
        login = _sockets_of(self.session)[0] if self.session else self

        def heard(count: int) -> None:
            # The question whether it lives waits behind them, longer perhaps than the silence of the dead may last.
            login._heard.add(login.row)
            taken(count)

        return super(OneOfThreeConnection, login).messages_from(nickname, heard)


def _sockets_of(session: Session) -> tuple[OneOfThreeConnection, OneOfThreeConnection, OneOfThreeConnection]:
    return cast(tuple[OneOfThreeConnection, OneOfThreeConnection, OneOfThreeConnection], session.sockets)
