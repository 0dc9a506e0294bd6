"""When a report is due: PING, of what has been received, and PONG, of what is stored (docs/protocol.md 7.4).

One rule for both ends. After a pause a report comes quickly, so that people see their message arrive at once. While it
goes on, reports are few, or they would cost more than the messages; but who sends much is told often, as what has not
been reported waits in memory.
"""

from __future__ import annotations

from math import floor, inf

QUICKLY = 0.02
"""Seconds within which a report comes after a pause, and while there is much to report."""
STEADILY = 0.2
"""Seconds between two reports while messages go on, and of a pause: 50 pairs in ping-pong cost 12.2 instead of 14.8 µs
a message by it (issue 15).
"""
ANSWER_WITHIN = 5.0
"""Seconds within which a sign of life is answered where nothing is new: a ninth of the silence after which a server is
given up (protocol 8.2).
"""
FIRST_REPORTS = 2
"""Reports that come quickly after a pause: one that a message is stored, and one that it has reached the partner."""

MANY = 1000
"""Messages that are much to report: what a fast sender says in the time of a steady report."""
LARGE = 64 * 1024
"""Bytes that are much to report: half a send queue."""

_EARLY = 0.002
"""Seconds that a timer may be early: event loops count in milliseconds."""


def is_much(messages: int, size: int) -> bool:
    """Return whether so many messages, of `size` bytes together, are to be reported quickly."""
    return messages > MANY or size > LARGE


class ReportPace:
    """The reports of one end. `phase`, from 0 to 1, is its own place in the time between two steady ones: those who
    came together do not report together.
    """

    __slots__ = ("_next", "_pause", "_phase", "_quick", "_soonest")

    def __init__(self, phase: float) -> None:
        self._phase = phase * STEADILY
        self._soonest = self._next = self._pause = -inf
        self._quick = 0

    def due(self, now: float, *, much: bool = False) -> float:
        """Return when news that has come at `now` is to be reported, in seconds of the same clock."""
        if now >= self._pause:
            self._quick = FIRST_REPORTS
        if self._quick:
            return now + QUICKLY
        return max(now, self._soonest if much else self._next)

    def reported(self, now: float) -> None:
        """Note that a report goes out at `now`."""
        self._quick = max(0, self._quick - 1)
        self._soonest = now + QUICKLY
        self._next = max(self._soonest, self._beat_after(now + _EARLY))
        self._pause = max(self._next, now + STEADILY)

    def _beat_after(self, time: float) -> float:
        return (floor((time - self._phase) / STEADILY) + 1) * STEADILY + self._phase
