"""A connection, and the thread that reads on it for everybody: fairly, by turns, and within a limit of time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import TypeVar

from duologue.server.fair_pool import FairPool
from duologue.server.storage.base import Message, Unfinished
from duologue.server.storage.reader import Steps

T = TypeVar("T")

# Seconds after which it is somebody else's turn: of twenty people who search for what is not there, everybody has
# one turn a second; to change over costs a tenth of a millisecond.
TURN_SECONDS = 0.05
# SQLite's own instructions between two checks of whether to go on. Inside the index it counts only a few of what it
# does: 5,000 are 20 ms there, and 0.3 ms elsewhere.
_PROGRESS_STEPS = 5_000
# Everybody waits for one answer at a time, so no more wait than descriptors allow to be here.
_MOST_WAITING = 100_000


@dataclass(slots=True, eq=False)
class _Reading:
    """One question: what was found so far, and for how many seconds more it may be worked on."""

    seconds: float
    is_wanted: bool = True
    found: list[Message] = field(default_factory=list)


_NOTHING = _Reading(inf)


class ReaderThread:
    """Owns `connection`, from construction until `close`, before which `stop` is called; `clock` is monotonic, in
    seconds. `keys` say in whose name something is read (core/fair_queue.py).

    Work that its asker gives up ends within the turn, and all work ends with `stop`, even within a statement.
    """

    def __init__(self, connection: sqlite3.Connection, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.connection = connection
        self._clock = clock
        self._pool = FairPool(1, name, _MOST_WAITING)
        self._is_stopped = False
        self._reading, self._until = _NOTHING, inf
        connection.set_progress_handler(self._is_over, _PROGRESS_STEPS)

    async def run(self, work: Callable[[], T], *keys: Hashable) -> T:
        """Return what `work` returns, or raise what it raises; it takes a few ms at most. Raises RuntimeError once this
        is stopped.
        """
        return await self._pool.run(partial(self._work, work), *keys)

    async def collect(self, steps: Steps, limit: int, seconds: float, *keys: Hashable) -> list[Message]:
        """Return the first `limit` messages, or all that there are.

        Raises Unfinished when it has been worked on for so many seconds: waiting for others does not count, or others
        could keep anybody from finding anything. Raises RuntimeError as `run` does.
        """
        reading = _Reading(seconds)
        try:
            while reading.seconds > 0:
                if await self._pool.run(partial(self._take_turn, reading, steps, limit), *keys):
                    return reading.found
        finally:
            reading.is_wanted = False
        raise Unfinished(reading.found)

    def stop(self) -> None:
        """End what is being read, and read nothing any more. Does not block."""
        self._is_stopped = True

    def close(self) -> None:
        """Close the connection. Blocks for the step that is running."""
        self._pool.close(wait=True)
        self.connection.close()

    # In the thread

    def _work(self, work: Callable[[], T]) -> T:
        self._check_not_stopped()
        return work()

    def _check_not_stopped(self) -> None:
        if self._is_stopped:
            raise RuntimeError("stopped")

    def _take_turn(self, reading: _Reading, steps: Steps, limit: int) -> bool:
        """Work for one turn; return True when everything wanted is found."""
        self._check_not_stopped()
        began = self._clock()
        self._reading, self._until = reading, began + reading.seconds
        try:
            return self._go_on(reading, steps, limit, began + TURN_SECONDS)
        except sqlite3.OperationalError:
            self._check_not_stopped()
            if not self._is_over():
                raise
            return False
        finally:
            reading.seconds -= self._clock() - began
            self._reading, self._until = _NOTHING, inf

    def _go_on(self, reading: _Reading, steps: Steps, limit: int, turn_ends: float) -> bool:
        for message in steps:
            if message:
                reading.found.append(message)
                if len(reading.found) == limit:
                    return True
            if self._is_over() or self._clock() >= turn_ends:
                return False
        return True

    def _is_over(self) -> bool:
        """Return whether what is being read is to end at once."""
        return self._is_stopped or not self._reading.is_wanted or self._clock() >= self._until
