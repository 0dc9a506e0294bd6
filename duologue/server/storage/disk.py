"""The room on the store's disk, and whether that is too little to keep anything new."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from duologue.core.errors import PeerError

LOOK_EVERY = 1.0
"""Seconds between two looks while nobody writes: another program can fill the disk, and an operator make room."""

_BACK = 9 / 8
"""The part of the reserve that has to be free before messages are kept again, so that one message does not end it at
once.
"""


def free_bytes(folder: Path) -> int:
    """Return the bytes that the server's user may still write there. Raises OSError."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def disk_full() -> PeerError:
    return PeerError(
        "disk_full",
        "The server's disk is nearly full, and it keeps nothing new now. Its operator knows; try later.",
    )


class DiskReserve:
    """Below `reserve` bytes nothing new is kept: what is left is for what the server itself writes.

    `look` is called in a thread, as a disk can take its time; `judge` on the loop, where `changed` is called.
    """

    def __init__(self, reserve: int, free: Callable[[], int], changed: Callable[[bool], None]) -> None:
        self.is_low = False
        self.free = reserve
        """Free bytes at the last look."""
        self._reserve = reserve
        self._free = free
        self._changed = changed
        self._next: asyncio.Handle | None = None
        self._is_over = False

    def look(self) -> None:
        """Look at the disk; if it does not say, the last value stays."""
        try:
            self.free = self._free()
        except OSError:
            return

    def judge(self) -> None:
        is_low = self.free < self._reserve * (_BACK if self.is_low else 1)
        if is_low != self.is_low:
            self.is_low = is_low
            self._changed(is_low)

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look again and again, also while nobody writes, until `stop`."""
        self._next = loop.call_soon(self._look_later, loop)

    def stop(self) -> None:
        """Look no more."""
        self._is_over = True
        if self._next:
            self._next.cancel()

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self.judge()
        if not self._is_over:
            self._next = loop.call_later(LOOK_EVERY, self._look_in_thread, loop)

    def _look_in_thread(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_in_executor(None, self.look).add_done_callback(lambda _: self._look_later(loop))
