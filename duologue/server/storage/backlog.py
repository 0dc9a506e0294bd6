"""Backlogs: how many bytes of each sender wait, and who has to pause until fewer do. Knows neither disk nor sockets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from duologue.server.storage.base import Pressure

# Of one person in one chat: a flood of 64 KiB reads meets it after 16, and a page of text never does.
STREAM_BEHIND_BYTES = 1024 * 1024
# Of all together, what is being written included: some 60 ms of writing at the 270 MB/s measured. With half of it,
# senders wait for the disk while it waits for them.
BEHIND_BYTES = 16 * 1024 * 1024
# The memory that a piece of lines costs besides its bytes (a bytes object and its place in a list, CPython 3.11).
PIECE_OVERHEAD = 41


@dataclass(slots=True, eq=False)
class Backlog:
    """The waiting messages of one sender in one chat, `size` bytes of memory."""

    chat: str
    sender: str
    size: int = 0
    is_behind: bool = False


class Backlogs:
    """Tells `pressure` which sender passes a limit, and which has come back under half of it.

    `total` is the sum of all sizes; code that adds to a size adds to it.
    """

    def __init__(self, pressure: Pressure, *, stream_limit: int, total_limit: float) -> None:
        self._pressure = pressure
        self.stream_limit = stream_limit
        self.total_limit = total_limit
        self.total = 0
        self._behind: list[Backlog] = []
        self._is_full = False

    def grown(self, backlog: Backlog, others: Iterable[Backlog]) -> None:
        """Note that a limit has been passed: by `backlog` alone, or by all together, and then `others` have to pause
        too.
        """
        self._fall_behind(backlog)
        if self.total > self.total_limit and not self._is_full:
            self._is_full = True
            for other in others:
                self._fall_behind(other)

    def shrunk(self) -> None:
        """Note that something waits no longer."""
        if not self._behind or self.total > self.total_limit / 2:
            return
        self._is_full = False
        recovered = [backlog for backlog in self._behind if backlog.size <= self.stream_limit / 2]
        self._behind = [backlog for backlog in self._behind if backlog.size > self.stream_limit / 2]
        for backlog in recovered:
            backlog.is_behind = False
            self._pressure(backlog.chat, backlog.sender, False)

    def _fall_behind(self, backlog: Backlog) -> None:
        if not backlog.is_behind:
            backlog.is_behind = True
            self._behind.append(backlog)
            self._pressure(backlog.chat, backlog.sender, True)
