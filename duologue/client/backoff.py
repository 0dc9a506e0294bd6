"""How long to wait before the next try to connect. Knows neither time nor sockets."""

from __future__ import annotations

from collections.abc import Callable

FIRST = 0.5
"""Seconds that the first wait is shorter than: a restarted server is back at about that time."""

LONGEST = 30.0
"""Seconds that every wait is shorter than: nobody waits much longer than that for a server that is back."""


class Backoff:
    """Doubles with each try, and each wait is anywhere below that ("full jitter"), so that a thousand clients
    of a restarted server do not all come at once. `random` gives numbers from 0 to 1.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._ceiling = FIRST

    def next_wait(self) -> float:
        """Seconds."""
        wait = self._random() * self._ceiling
        self._ceiling = min(LONGEST, self._ceiling * 2)
        return wait

    def reset(self) -> None:
        """The connection has held: begin small again."""
        self._ceiling = FIRST
