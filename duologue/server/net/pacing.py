"""The send queue of a peer that takes each of its reads for one message.

1. A message MUST NOT be written before the peer's TCP has acknowledged the one before and a gap has passed: for a peer
   that reads at once, each message is then a read of its own.
2. A message counts as taken when the peer's TCP has acknowledged it, and never otherwise.
3. The queue MUST stay bounded: past the limit `full` is called at once, and senders have to pause until `drained`.
4. Nothing that was queued is dropped while the peer is there.
5. Closing sends what is queued first, for as long as a stalled peer may take, and then stops waiting.
6. When nothing waits, nothing runs: no timer, no thread.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterator
from fcntl import ioctl
from io import BytesIO
from termios import TIOCOUTQ
from typing import Protocol

GAP = 0.03
"""Seconds that a peer has for its read. On loopback 30 ms were always enough; a person notices 100."""

BESIDES = 320
"""Bytes that Python needs to keep one message, besides its own: with them, the limit is one of memory."""

_FIRST_LOOK = 0.002
"""Seconds before the first look for an acknowledgement: on loopback it is there, and the gap begins early."""

_LAST_LOOK = 0.5
"""The longest wait between two looks. A peer that has stopped costs two of them a second."""

_LOOK_LATER = 1.5
"""Each wait is half of all before it, so an acknowledgement is noticed soon in relation to the round trip."""


class Timer(Protocol):
    def cancel(self) -> object: ...


CallLater = Callable[[float, Callable[[], object]], Timer]


class Pacer:
    """A send queue over an asyncio transport of `sock`. Its owner calls `closed` when the transport is gone.

    `call_later` is the event loop's own outside tests. All callbacks but `full` come from there, never from `send`.
    """

    __slots__ = (
        "_call_later",
        "_drained",
        "_full",
        "_gap",
        "_is_closing",
        "_is_full",
        "_limit",
        "_next",
        "_patience",
        "_queued",
        "_socket",
        "_timer",
        "_transport",
        "_wait",
        "_waiting",
    )

    def __init__(
        self,
        sock: socket.socket,
        transport: asyncio.Transport,
        gap: float,
        limit_bytes: int,
        full: Callable[[], None],
        drained: Callable[[], None],
        *,
        call_later: CallLater | None = None,
    ) -> None:
        self._socket = sock
        self._transport = transport
        self._gap = gap
        self._limit = limit_bytes
        self._full = full
        self._drained = drained
        self._call_later = call_later or asyncio.get_running_loop().call_later
        self._waiting: deque[Iterator[bytes]] = deque()
        self._next: bytes | None = None
        self._queued = 0
        self._wait = 0.0
        self._timer: Timer | None = None  # None: nothing is on its way, and the last gap has passed
        self._patience: Timer | None = None
        self._is_full = False
        self._is_closing = False

    # What is to be sent

    def send(self, message: bytes) -> None:
        """Queue `message`, which is to be one read of the peer's."""
        self._add(self._whole(message), len(message) + BESIDES)

    def send_lines(
        self, lines: bytes, messages_of: Callable[[bytes], tuple[bytes, ...]], taken: Callable[[int], None]
    ) -> None:
        """Queue the messages of each line, which are made when its turn comes: a chunk of a thousand lines waits as it
        came.

        `taken` is told of each line whose messages have all been taken.
        """
        self._add(self._by_lines(lines, messages_of, taken), len(lines) + BESIDES)

    def send_in_turn(self, size: int, make: Callable[[], tuple[bytes, ...]], taken: Callable[[], None]) -> None:
        """Queue the messages that `make` gives when their turn comes; until then they count for `size` bytes.

        `taken` is called when they all have been taken.
        """
        self._add(self._made(size + BESIDES, make, taken), size + BESIDES)

    def queued(self) -> int:
        """Return the bytes that the peer's TCP has not taken yet, and what it costs to keep them."""
        return self._queued

    def close(self, patience: float) -> None:
        """Close when all is taken, and the peer had time to read it; or after `patience` seconds."""
        if self._is_closing:
            return
        self._is_closing = True
        if self._timer is None:
            self._transport.close()
        else:
            self._patience = self._call_later(patience, self._transport.abort)

    def closed(self) -> None:
        """Note that the transport is gone."""
        self._is_closing = True
        self._waiting.clear()
        self._queued = 0
        for timer in (self._timer, self._patience):
            if timer:
                timer.cancel()

    def _add(self, messages: Iterator[bytes], size: int) -> None:
        if self._is_closing:
            return
        self._waiting.append(messages)
        self._queued += size
        if self._timer is None:
            self._timer = self._call_later(0, self._go_on)
        if self._queued > self._limit and not self._is_full:
            self._is_full = True
            self._full()

    # What waits: code behind a yield goes on when that message has been taken

    def _whole(self, message: bytes) -> Iterator[bytes]:
        yield message
        self._forget(len(message) + BESIDES)

    def _made(self, size: int, make: Callable[[], tuple[bytes, ...]], taken: Callable[[], None]) -> Iterator[bytes]:
        yield from make()
        taken()
        self._forget(size)

    def _by_lines(
        self, lines: bytes, messages_of: Callable[[bytes], tuple[bytes, ...]], taken: Callable[[int], None]
    ) -> Iterator[bytes]:
        for line in BytesIO(lines):
            yield from messages_of(line)
            taken(1)
            self._forget(len(line))
        self._forget(BESIDES)

    def _forget(self, size: int) -> None:
        self._queued -= size
        if self._is_full and self._queued <= self._limit // 2:
            self._is_full = False
            self._drained()

    def _take(self) -> bytes | None:
        """Note that what was on its way has been taken; return what is next."""
        try:
            while self._waiting:
                for message in self._waiting[0]:
                    return message
                self._waiting.popleft()
        except Exception:
            # A mistake of ours. Nothing more would be sent, and the peer must not wait for it.
            self._transport.abort()
            raise
        return None

    # One at a time

    def _go_on(self) -> None:
        """Send the next message: nothing is on its way, and the gap has passed."""
        if self._transport.is_closing():
            return
        message = self._next or self._take()
        self._next = None
        if message is not None:
            self._transport.write(message)
            self._wait = _FIRST_LOOK
            self._timer = self._call_later(self._wait, self._look)
        else:
            self._timer = None
            if self._is_closing:
                self._transport.close()

    def _look(self) -> None:
        """Check whether the peer's TCP has acknowledged what is on its way."""
        if self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() or unacknowledged(self._socket):
            self._wait = min(self._wait * _LOOK_LATER, _LAST_LOOK)
            self._timer = self._call_later(self._wait, self._look)
        else:
            self._timer = self._call_later(self._gap, self._go_on)
            self._next = self._take()


def unacknowledged(sock: socket.socket) -> int:
    """Return the bytes that the kernel keeps until the peer's TCP has acknowledged them; 0 where it does not say."""
    try:
        return int.from_bytes(ioctl(sock, TIOCOUTQ, bytes(4)), sys.byteorder)  # on Linux also called SIOCOUTQ
    except OSError:
        return 0
