"""When messages that were passed on are counted and kept: at once after a pause, and else a few milliseconds later, all
of them together.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import Protocol

EVERY = 0.01
"""Seconds from one time to the next. A commit is 15 ms away at least while messages go on, so it has more of them, and
none is safe later.
"""


class Unsettled(Protocol):
    """Somebody whose messages are to be counted and kept."""

    def settle(self) -> None: ...


class Bookkeeping:
    """Those whose messages wait to be counted and kept."""

    def __init__(self) -> None:
        self._unsettled: list[Unsettled] = []
        self._last = -inf

    def note(self, who: Unsettled) -> None:
        """Settle with `who` soon, and all that comes until then with it."""
        if not self._unsettled:
            loop = asyncio.get_running_loop()
            loop.call_at(max(loop.time(), self._last + EVERY), self._settle_now)
        self._unsettled.append(who)

    def settle(self) -> None:
        """Settle with everybody: somebody asks for what was said until now."""
        unsettled, self._unsettled = self._unsettled, []
        for who in unsettled:
            who.settle()

    def _settle_now(self) -> None:
        self._last = asyncio.get_running_loop().time()
        self.settle()
