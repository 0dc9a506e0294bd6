"""The connection of a browser: requests for files of the page, or a WebSocket that is all three sockets of its
client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from duologue.core.commands.chat import Command
from duologue.core.errors import PeerError
from duologue.core.events.chat import Event
from duologue.protocols.native.codec import NativeCodec
from duologue.protocols.web.codec import WebCodec, encode_frame, encode_lines
from duologue.server.net.connection import BaseConnection
from duologue.server.net.outbox import Outbox
from duologue.server.session import Receiver


class WebConnection(BaseConnection[WebCodec]):
    """The connection of a browser. The codec's own answers go out after each turn, events at once."""

    __slots__ = ()

    is_all_three = True

    def comes_by_proxy(self) -> None:
        """Note that the visitor behind the proxy is not known yet."""
        self.bucket = self._hub.metering.of_stranger(self.address, self.port, is_one_of_many=True)

    def comes_from(self, address: str) -> None:
        """Note the address of the visitor behind the proxy, for everything that is counted or granted by address."""
        self.peer = f"{address} by {self.peer}"
        self.address = address
        self.bucket = self._hub.metering.of_stranger(address, self.port)

    def _make_outbox(self) -> Outbox:
        return Outbox(self._transport, self._limits.send_queue)

    def _take(self, commands: Iterator[Command | PeerError], size: int) -> None:
        super()._take(commands if self.codec.is_open else self._one_by_one(commands), size)

    def _one_by_one(self, commands: Iterator[Command | PeerError]) -> Iterator[Command | PeerError]:
        """Send each answer before the next request is looked at: who does not read is not answered on."""
        for command in commands:
            yield command
            if not self.codec.is_over:
                self.send(self.codec.data_to_send())

    def _carry_out(self, commands: Iterator[Command | PeerError]) -> None:
        super()._carry_out(commands)
        if self._is_silent:
            return
        if not self.codec.is_over:
            self.send(self.codec.data_to_send())
            if self.codec.awaited:
                self._hub.kept.note(self, self.codec.awaited)
        elif self._backlog is None:
            self.close()

    def tell(self, event: Event) -> None:
        if self.codec.is_open:
            self.send(self.codec.encode(event))

    def tell_each(self, events: Iterable[Event]) -> None:
        if self.codec.is_open:
            self.send(b"".join(map(self.codec.encode, events)))

    @staticmethod
    def tell_all(connections: Iterable[WebConnection], *events: Event) -> None:
        frames = b"".join(map(encode_frame, events))
        for connection in connections:
            connection.send(frames)

    def messages_from(self, nickname: str, taken: Callable[[int], None]) -> Callable[[bytes], None]:
        """Send each chunk as one frame: a page counts its messages itself, as a native client does."""
        return partial(self._said, nickname)

    def _said(self, nickname: str, lines: bytes) -> None:
        self.send(encode_lines(nickname, lines))

    def receive_through(self, reader: Callable[[NativeCodec], Receiver] | None) -> None:
        """Do nothing: a page's frames are no lines, so its messages come as commands, in a chat too."""

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.session is None and self.codec.is_open:
            self.abort()  # a login needs no more than a queue of answers

    def close(self) -> None:
        if not self._is_silent:
            self.send(self.codec.close())
        super().close()
