"""Turns of the event loop: commands get a limited time in each, and chats are served in between.

Clients with more commands waiting than there is time for stand in a queue that goes round by account, so nobody waits
for all that somebody else has sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from time import perf_counter

from duologue.core.fair_queue import FairQueue

TURN = 0.005
"""Seconds for commands in one turn of the loop. Messages of chats pass between two turns (reliability.md: another
pair's p99 stays under 100 ms).
"""

COMMANDS_AT_A_TIME = 20
"""Commands of one socket before another that waits: about half a millisecond, so a hundred who flood come round in 50
ms.
"""


class Turns:
    """The time for commands in each turn. `clock` is in seconds, and only differences count."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._queue: FairQueue[Callable[[], None]] = FairQueue()
        self._ends = 0.0
        self._is_on = False

    def is_over(self) -> bool:
        """Whether this turn of the loop has had its share of commands."""
        now = self._clock()
        if not self._is_on:
            self._is_on = True
            self._ends = now + TURN
            asyncio.get_running_loop().call_soon(self._next)
        return now >= self._ends

    def wait(self, go_on: Callable[[], None], key: Hashable) -> None:
        """Have `go_on` called when it is the turn of `key`, an account or somebody without one."""
        self._queue.put(go_on, key)
        if not self._is_on:
            self._is_on = True
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        self._is_on = False
        while self._queue and not self.is_over():
            self._queue.take()()
