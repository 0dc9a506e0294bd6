"""How long to wait before the next try to connect. Knows neither time nor sockets."""

from __future__ import annotations

from collections.abc import Callable

QUICK_TRIES = 40
"""Tries that follow each other closely: 15 s of them on average, more than a restart takes. One that finds no server
costs nobody anything, so while a server may be about to be back nobody waits."""

QUICK = 0.5
"""Seconds that a quick wait is shorter than; it is half as long at least, so that a thousand clients of a restarted
server come within a quarter of a second, and not at once."""

FIRST = 1.0
"""Seconds that the first wait after those is shorter than."""

LONGEST = 30.0
"""Seconds that every wait is shorter than: nobody waits much longer than that for a server that is back."""


class Backoff:
    """Quick tries first. After them it doubles with each try, and each wait is anywhere below that ("full jitter").

    `random` gives numbers from 0 to 1.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._quick = QUICK_TRIES
        self._ceiling = FIRST

    def next_wait(self) -> float:
        """Seconds."""
        if self._quick > 0:
            self._quick -= 1
            return QUICK / 2 * (1 + self._random())
        wait = self._random() * self._ceiling
        self._ceiling = min(LONGEST, self._ceiling * 2)
        return wait

    def turned_away(self) -> None:
        """The server is there and lets nobody in now: what is tried quickly only adds to its work."""
        self._quick = 0

    def reset(self) -> None:
        """The connection has held: begin quickly again."""
        self._quick = QUICK_TRIES
        self._ceiling = FIRST
