"""A shortcut for what a client in a chat sends most on its check socket: PING, and how much of the stream it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from duologue.core.streams import Direction, Stream
from duologue.protocols.native.codec import NativeCodec
from duologue.server.session import Receiver

# Any count that can be, with room: longer ones go the ordinary way, and are refused there.
_DIGITS = 18
_COUNT_AT = len(b"PING ")


@dataclass(slots=True, eq=False)
class Receipts:
    """Passes counts from a check socket to `note`, which is given the stream and how many of its messages the client
    holds.

    `direction` is what the client receives. With `is_certain` a PING without a stream is about the stream that it is
    being handed: not so for a client that has come back, and may not know yet which that is. `pay` is as for a relay.
    """

    direction: Direction
    is_certain: bool
    note: Callable[[Stream, int], None]
    pay: Callable[[int, int], bool]

    def reader(self, codec: NativeCodec) -> Receiver:
        """Return the reader of a check socket whose lines come through `codec`."""
        return partial(codec.receive_past, self.take)

    def take(self, chunk: bytes) -> bool:
        """Note one PING about the stream that is being received; leave anything else as it is."""
        received, _, name = chunk[_COUNT_AT:-1].partition(b" ")
        if not chunk.startswith(b"PING ") or not received.isdigit() or len(received) > _DIGITS:
            return False
        stream = self.direction.at
        if name != stream.name.encode() and (name or not self.is_certain):
            return False
        count = int(received)
        if not count and name:  # a question, about a stream of this client that may have the same name
            return False
        if not self.pay(1, len(chunk)):
            return False
        self.note(stream, count)
        return True
