"""Reading a stream forward, though its chunks are chained backward: look back once, then go on page by page.

Every function here is one short job for the reader's thread, however long the stream is.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

from duologue.server.storage.stored_lines import cut, whole

# Chunks passed over in one job: 9 ms, for which other readers have to wait.
LOOK_CHUNKS = 10_000
# Chunks of a page at most, however little is in them: 4 ms.
PAGE_CHUNKS = 500

_LAST = "SELECT last FROM stream WHERE number = ?"
_BACK = """WITH RECURSIVE back (number, previous) AS (
        SELECT number, previous FROM chunk
        WHERE number = :start AND first + count - 1 > :after
    UNION ALL
        SELECT chunk.number, chunk.previous FROM back CROSS JOIN chunk ON chunk.number = back.previous
        WHERE first + count - 1 > :after
        LIMIT :most)
    SELECT number, previous FROM back"""
_CHUNK = "SELECT first, count, at, lines, crc FROM chunk WHERE number = ?"

T = TypeVar("T")


class Part(NamedTuple):
    """Consecutive messages, one a line; the first of them is message `first`."""

    first: int
    messages: int
    at: float
    lines: bytes


class Walk:
    """The position in one stream. The messages 1 to `after` lie behind it."""

    def __init__(self, stream: int, after: int) -> None:
        self.after = after
        self._stream = stream
        self._ahead = array("q")  # numbers of the chunks ahead, the next one last
        self._found = array("q")
        self._start: int | None = None  # where looking goes on, while it lasts

    def look(self, connection: sqlite3.Connection) -> bool:
        """Find out what lies ahead. Return False if there is more to look through: then call again."""
        if self._ahead:
            return True
        if self._start is None:
            row = connection.execute(_LAST, (self._stream,)).fetchone()
            self._start = row[0] if row else 0  # none: the stream itself waits for its first commit
        place = {"start": self._start, "after": self.after, "most": LOOK_CHUNKS}
        found = connection.execute(_BACK, place).fetchall()
        self._found.extend(number for number, _ in found)
        if len(found) == LOOK_CHUNKS:
            self._start = found[-1][1]
            return False
        self._ahead, self._found = self._found, array("q")
        self._start = None
        return True

    def take(self, connection: sqlite3.Connection, limit: int, most: int) -> Part | None:
        """Return the next messages: of one chunk, `limit` bytes (or one line that is longer) and `most` lines at most.

        Returns None if nothing more lies ahead.
        """
        while self._ahead:
            row = connection.execute(_CHUNK, (self._ahead[-1],)).fetchone()
            if row is not None:
                first, count, at, lines, crc = row
                passed = max(0, self.after + 1 - first)
                part, taken = cut(whole(lines, crc), passed, limit, most)
                self.after = first + passed + taken - 1
                if passed + taken == count:
                    self._ahead.pop()
                return Part(first + passed, taken, at, part)
            self._ahead.pop()  # it was old enough to be deleted meanwhile
        return None


def page(connection: sqlite3.Connection, walk: Walk, limit: int) -> tuple[bytes, int] | None:
    """Return about `limit` bytes of lines, and their count; None if there is more to look through: then call again."""
    lines: list[bytes] = []
    size = count = 0
    while size < limit and len(lines) < PAGE_CHUNKS:
        if not walk.look(connection):
            return (b"".join(lines), count) if lines else None
        part = walk.take(connection, limit - size, limit)
        if part is None:
            break
        lines.append(part.lines)
        size += len(part.lines)
        count += part.messages
    return b"".join(lines), count


class Job(Protocol):
    """Runs work in the reader's thread."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]: ...


class StoredReplay:
    """A replay from the file; `run` runs work in the reader's thread."""

    def __init__(self, connection: sqlite3.Connection, stream: int, after: int, run: Job) -> None:
        self._connection = connection
        self._walk = Walk(stream, after)
        self._run = run

    async def read(self, limit_bytes: int) -> tuple[bytes, int]:
        job = partial(page, self._connection, self._walk, limit_bytes)
        while (found := await self._run(job)) is None:
            pass
        return found
