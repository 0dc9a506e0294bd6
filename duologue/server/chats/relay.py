"""The hot path: a native client's messages in a chat go on to its partner as they came, a chunk of lines at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from duologue.core.streams import Stream
from duologue.protocols.lines import is_text
from duologue.protocols.native.codec import NativeCodec
from duologue.protocols.native.wire import MESSAGE
from duologue.server.session import Receiver

# Finds a line after the first that is no message. It takes 40 % of the time of counting those that are.
_begins_otherwise = re.compile(rb"\n[^%c]" % MESSAGE).search

_LONG = 16 * 1024
"""Bytes from which on numpy looks at a chunk: 19 instead of 56 µs for 64 KiB, and as much for 8 KiB."""
_LF = ord("\n")


@dataclass(slots=True, eq=False)
class Relay:
    """Passes messages from the sender's chat socket to `send`: the partner's chat socket, or nowhere (see
    delivery.py).

    `keep` is given each chunk with its count of lines. `pay` is given the count and the bytes, and returns False where
    the sender has to wait before all of them.
    """

    stream: Stream
    send: Callable[[bytes], None]
    keep: Callable[[bytes, int], None]
    pay: Callable[[int, int], bool]

    def reader(self, codec: NativeCodec) -> Receiver:
        """Return the reader of a chat socket whose lines come through `codec`."""
        return partial(codec.receive_past, self.relay_message)

    def relay_message(self, chunk: bytes) -> bool:
        """Pass whole lines on if every one of them is a message, and paid for; otherwise do nothing and return False.

        Looks at the chunk as a whole, at the speed of C: no cost per message in Python (docs/architecture.md).
        """
        count = _count_in_long(chunk) if len(chunk) > _LONG else _count(chunk)
        if not count or not is_text(chunk) or not self.pay(count, len(chunk)):
            return False
        self.pass_on(chunk, count)
        return True

    def pass_on(self, lines: bytes, count: int) -> None:
        """Count, send and keep message lines, in this order: a recipient who falls behind by them
        has been sent them.
        """
        self.stream.sent += count
        self.stream.size += len(lines)
        self.send(lines)
        self.keep(lines, count)


def _count(chunk: bytes) -> int:
    """Return how many lines these are, or 0 where one of them is no message."""
    count = chunk.count(b"\n")
    return 0 if chunk[0] != MESSAGE or (count > 1 and _begins_otherwise(chunk)) else count


def _count_in_long(chunk: bytes) -> int:
    content = np.frombuffer(chunk, np.uint8)
    ends = np.flatnonzero(content == _LF)
    return len(ends) if chunk[0] == MESSAGE and (content[ends[:-1] + 1] == MESSAGE).all() else 0
