"""Brings the index up to date when somebody searches, in the searchers' thread and by turns with them.

Not after every commit: to index a message costs 11 to 50 us, many times what passing it on costs the server, and most
are never searched for.
"""

from __future__ import annotations

import asyncio
import sqlite3
from math import inf
from threading import Lock

from duologue.server.storage.reader_thread import ReaderThread
from duologue.server.storage.search import index_pieces

_INDEX = object()
"""The key under which it is done: it has its place among those who search."""


class Indexing:
    """Keeps the index, from construction until `close`. Owns `connection`, which is one of its own."""

    def __init__(self, thread: ReaderThread, connection: sqlite3.Connection, turn: Lock) -> None:
        self._thread = thread
        self._connection = connection
        self._turn = turn
        self._task: asyncio.Task[object] | None = None

    async def bring_up_to_date(self) -> None:
        """Wait until everything stored by now is in the index. It goes on if nobody waits any more."""
        if self._task and not self._task.done():  # it may have begun before the newest was there
            await asyncio.wait({self._task})
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._index())
            self._task.add_done_callback(_noted)
        await asyncio.shield(self._task)

    def close(self) -> None:
        """Close the connection, when the thread has ended."""
        self._connection.close()

    async def _index(self) -> None:
        await self._thread.collect(index_pieces(self._connection, self._turn), 1, inf, _INDEX)


def _noted(task: asyncio.Task[object]) -> None:
    """Read the error, so that asyncio does not complain of one that nobody waited for."""
    if not task.cancelled():
        task.exception()
