"""The short way of what a client in a chat says most on its check socket: PING, and how much of the stream it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from duologue.core.streams import Direction, Stream
from duologue.protocols.native.codec import NativeCodec
from duologue.server.session import Receiver

# Any count that can be, with room: longer ones go the long way, and are refused there.
_DIGITS = 18
_COUNT_AT = len(b"PING ")


@dataclass(slots=True, eq=False)
class Receipts:
    """From a check socket to `note`, which is given the stream and how many of its messages the client holds.

    `direction` is what the client hears. With `is_certain` a PING without a stream is about what it is being handed:
    not of one that has come back, and may not have heard which that is. `pay` is as of a relay.
    """

    direction: Direction
    is_certain: bool
    note: Callable[[Stream, int], None]
    pay: Callable[[int, int], bool]

    def reader(self, door: NativeCodec) -> Receiver:
        """What reads for a check socket whose lines come through `door`."""
        return partial(door.receive_past, self.take)

    def take(self, chunk: bytes) -> bool:
        """Note one PING about the stream that is being received; anything else is left as it is."""
        received, _, name = chunk[_COUNT_AT:-1].partition(b" ")
        if not chunk.startswith(b"PING ") or not received.isdigit() or len(received) > _DIGITS:
            return False
        stream = self.direction.at
        if name != stream.name.encode() and (name or not self.is_certain):
            return False
        if not self.pay(1, len(chunk)):
            return False
        self.note(stream, int(received))
        return True
