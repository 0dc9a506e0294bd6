"""How many connections all doors of a server may have open together. Knows no socket."""

from __future__ import annotations

import resource
from collections.abc import Callable

SPARE_DESCRIPTORS = 64
"""Kept free for files, the control socket and logs; accepting stops before the last are gone (at the limit, uvloop
closes new connections without a word).
"""


class Descriptors:
    """One for a server: the process's limit is for all of its doors."""

    def __init__(self) -> None:
        self.taken = 0
        self._most = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - SPARE_DESCRIPTORS
        self._waiting: dict[Callable[[], None], None] = {}

    @property
    def are_out(self) -> bool:
        return self.taken >= self._most

    def take(self) -> None:
        self.taken += 1

    def give_back(self) -> None:
        """Whoever waits is called when many are free again."""
        self.taken -= 1
        if self._waiting and self.taken < self._most - SPARE_DESCRIPTORS:
            waiting, self._waiting = self._waiting, {}
            for resume in waiting:
                resume()

    def wait(self, resume: Callable[[], None]) -> None:
        """`resume` is called once, however often this is said."""
        self._waiting[resume] = None
