"""The send queue of one peer.

1. A write MUST NOT block, and never waits for the peer.
2. The queue MUST stay bounded: past the limit `full` is called at once, and writers have to pause until `drained`.
3. Nothing that was queued is dropped while the peer is there.
4. Closing sends what is queued first, for as long as a stalled peer may take, and then stops waiting.
"""

from __future__ import annotations

import asyncio


class Outbox:
    """A send queue over an asyncio transport, which calls its protocol's pause_writing (full) and resume_writing
    (drained).
    """

    __slots__ = ("_patience", "_transport", "send")

    def __init__(self, transport: asyncio.Transport, limit: int) -> None:
        transport.set_write_buffer_limits(high=limit)
        self._transport = transport
        self._patience: asyncio.TimerHandle | None = None
        self.send = transport.write
        """The transport's own write, without a frame of ours around it: the hot path goes through here."""

    def queued(self) -> int:
        """Return the bytes that the peer's TCP has not taken yet."""
        return self._transport.get_write_buffer_size()

    def close(self, patience: float) -> None:
        """Close when all is sent, or after `patience` seconds."""
        waiting = self.queued()
        self._transport.close()
        if waiting:
            self._patience = asyncio.get_running_loop().call_later(patience, self._transport.abort)

    def closed(self) -> None:
        """Note that the transport is gone."""
        if self._patience:
            self._patience.cancel()
