"""When messages that were passed on are counted and kept: just before the store commits, all of them together."""

from __future__ import annotations

import asyncio
from typing import Protocol

from duologue.server.storage.base import Store

LATEST = 0.1
"""Seconds after which they are counted and kept at the latest: where no history is kept nothing is safer by it, and it
is memory that waits.
"""


class Unsettled(Protocol):
    """Somebody whose messages are to be counted and kept."""

    def settle(self) -> None: ...


class Bookkeeping:
    """Those whose messages wait to be counted and kept, in the order of their first lines, in which they are given to
    the store. `store` is told that there are some, and calls `settle` when it takes them.
    """

    def __init__(self, store: Store) -> None:
        self._unsettled: list[Unsettled] = []
        self._store = store
        self._timer: asyncio.TimerHandle | None = None

    def note(self, who: Unsettled) -> None:
        """Settle with `who` soon, and all that comes until then with it."""
        if not self._unsettled:
            self._timer = asyncio.get_running_loop().call_later(LATEST, self.settle)
            self._store.expect(self.settle)
        self._unsettled.append(who)

    def settle(self) -> None:
        """Settle with everybody: somebody asks for what was said until now."""
        if self._timer:
            self._timer.cancel()
        unsettled, self._unsettled = self._unsettled, []
        for who in unsettled:
            who.settle()
