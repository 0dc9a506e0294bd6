"""The wait before the next attempt to connect. Knows neither time nor sockets."""

from __future__ import annotations

from collections.abc import Callable

QUICK_TRIES = 40
"""Attempts that follow each other closely: 15 s of them on average, more than a restart takes. One that finds no server
costs nobody anything, so while a server may be about to return nobody waits.
"""

QUICK = 0.5
"""Seconds, an upper limit for a quick wait; it is at least half as long, so that a thousand clients of a restarted
server come within a quarter of a second, and not all at once.
"""

FIRST = 1.0
"""Seconds, an upper limit for the first wait after those."""

LONGEST = 30.0
"""Seconds, an upper limit for every wait: nobody waits much longer than that for a server that is back."""

COMES_BACK_AFTER = frozenset({"shutting_down", "lost", "dead", "stalled", "store_failed"})
"""Goodbyes after which the client reconnects by itself. After any other it must not: two clients of one account, each
taken over by the other, would throw each other out for ever; and whatever broke the protocol once would break it again.
"""

TRIED_AGAIN_AFTER = frozenset({"throttled", "busy"})
"""Refusals of a login that pass by themselves; any other would be the same the next time."""


class Backoff:
    """Quick attempts first. After them the limit doubles with each attempt, and each wait is anywhere below it ("full
    jitter").

    `random` returns numbers from 0 to 1.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._quick = QUICK_TRIES
        self._ceiling = FIRST

    def next_wait(self) -> float:
        """Return the next wait in seconds."""
        if self._quick > 0:
            self._quick -= 1
            return QUICK / 2 * (1 + self._random())
        wait = self._random() * self._ceiling
        self._ceiling = min(LONGEST, self._ceiling * 2)
        return wait

    def turned_away(self) -> None:
        """Wait longer from now on: the server is there but lets nobody in, and quick attempts only add to its work."""
        self._quick = 0

    def reset(self) -> None:
        """Begin quickly again: the connection has held."""
        self._quick = QUICK_TRIES
        self._ceiling = FIRST
