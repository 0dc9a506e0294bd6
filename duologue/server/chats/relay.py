"""The hot path: a native client's messages in a chat go on to its partner as they came, a chunk of lines at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from duologue.core.streams import Direction, Stream
from duologue.protocols.lines import is_text
from duologue.protocols.native.codec import NativeCodec
from duologue.protocols.native.wire import MESSAGE
from duologue.server.chats import long_chunks
from duologue.server.chats.bookkeeping import Bookkeeping
from duologue.server.session import Commands, Receiver

# Finds a line after the first that is no message. It takes 40 % of the time of counting those that are.
_begins_otherwise = re.compile(rb"\n[^%c]" % MESSAGE).search


SHORT = 1024
"""Bytes up to which a message that comes alone is counted and kept together with others. More would let one sender have
more than a megabyte uncounted (storage/backlog.py).
"""


@dataclass(slots=True, eq=False)
class Relay:
    """Passes messages from the sender's chat socket to `send`: the partner's chat socket, or nowhere (see
    delivery.py).

    `keep` is given each chunk with its count of lines. `pay` is given the count and the bytes, and returns False where
    the sender has to wait before all of them. `bookkeeping` is told when the first message waits to be counted. `hears`
    is what the partner says.
    """

    stream: Stream
    hears: Direction
    send: Callable[[bytes], None]
    keep: Callable[[bytes, int], None]
    pay: Callable[[int, int], bool]
    bookkeeping: Bookkeeping

    def reader(self, codec: NativeCodec) -> Receiver:
        """Return the reader of a chat socket whose lines come through `codec`.

        A short message that comes alone, as people say them, takes the shortest way there is: it is passed on now, and
        counted and kept some milliseconds later together with others. With a count and a store for each, half of the
        server's time between reading and writing went there.
        """
        lines, uncounted, pay, note = codec.lines, self.stream.uncounted, self.pay, self.bookkeeping.note

        def receive(data: bytes) -> Commands:
            size = len(data)
            if (
                data.find(b"\n") == size - 1
                and data[0] == MESSAGE
                and size <= SHORT
                and not lines.rest
                and is_text(data)
                and pay(1, size)
            ):
                if not uncounted:
                    note(self)
                uncounted.append(data)
                self.send(data)  # a recipient whose queue is full by it has been sent it
                return ()
            return codec.receive_past(self.relay_message, data)

        return receive

    def relay_message(self, chunk: bytes) -> bool:
        """Pass whole lines on if every one of them is a message, and paid for; otherwise do nothing and return False.

        Looks at the chunk as a whole, at the speed of C: no cost per message in Python (docs/architecture.md).
        """
        is_long = len(chunk) > long_chunks.LONG and long_chunks.is_ready()
        count = long_chunks.count_messages(chunk) if is_long else _count(chunk)
        if not count or not is_text(chunk) or not self.pay(count, len(chunk)):
            return False
        self.pass_on(chunk, count)
        return True

    def pass_on(self, lines: bytes, count: int) -> None:
        """Count, send and keep message lines, in this order: a recipient who falls behind by them
        has been sent them.
        """
        self.settle_in_order()
        self.stream.counts(count, len(lines))
        self.send(lines)
        self.keep(lines, count)

    def settle_in_order(self) -> None:
        """Count and keep what has been passed on alone. What the partner said before it is kept before it: with
        everybody's, who are noted in the order in which they spoke.
        """
        if self.hears.current.uncounted:
            self.bookkeeping.settle()
        else:
            self.settle()

    def settle(self) -> None:
        """Count and keep what has been passed on alone; each of these is one message."""
        uncounted = self.stream.uncounted
        if uncounted:
            lines, count = b"".join(uncounted), len(uncounted)
            uncounted.clear()
            self.stream.counts(count, len(lines))
            self.keep(lines, count)


def _count(chunk: bytes) -> int:
    """Return how many lines these are, or 0 where one of them is no message."""
    count = chunk.count(b"\n")
    return 0 if chunk[0] != MESSAGE or (count > 1 and _begins_otherwise(chunk)) else count
