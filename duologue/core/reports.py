"""When a report is due: PING, of what has been received, and PONG, of what is stored (docs/protocol.md 7.4).

One rule for both ends. After a pause a report comes quickly, so that people see their message arrive at once. While it
goes on, reports are few, or they would cost more than the messages; but who sends much is told often, as what has not
been reported waits in memory.
"""

from __future__ import annotations

from math import ceil, inf

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
LARGE = 64 * 1024


def is_much(messages: int, size: int) -> bool:
    """Return whether so many messages, of `size` bytes together, are to be reported quickly: half a send queue, or what
    a fast sender says in the time of a steady report.
    """
    return messages > MANY or size > LARGE


class ReportPace:
    """The reports of one end. `phase`, from 0 to 1, is its own place in the time between two steady ones: those who
    came together do not report together.
    """

    __slots__ = ("_last", "_phase", "_quick")

    def __init__(self, phase: float) -> None:
        self._phase = phase * STEADILY
        self._last = -inf
        self._quick = 0

    def due(self, now: float, *, much: bool = False) -> float:
        """Return when news that has come at `now` is to be reported, in seconds of the same clock."""
        if now - self._last >= STEADILY:
            self._quick = FIRST_REPORTS
        if self._quick:
            return now + QUICKLY
        soonest = self._last + QUICKLY
        return max(now, soonest) if much else self._beat_from(max(now, soonest))

    def reported(self, now: float) -> None:
        """Note that a report goes out at `now`."""
        self._last = now
        self._quick = max(0, self._quick - 1)

    def _beat_from(self, time: float) -> float:
        return ceil((time - self._phase) / STEADILY) * STEADILY + self._phase
