"""Checks whether the store is as it was written: all of it for `server.py check`, the newest of it at every start.

SQLite notices damage to its tables, and not to the texts in them: for those each chunk has a checksum. Chunks of older
servers have none, and count as whole.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from duologue.server.storage.base import StoreError
from duologue.server.storage.store_file import connected_to_read, fault_of
from duologue.server.storage.stored_lines import is_whole

log = logging.getLogger(__name__)

NEWEST_SECONDS = 1.0
"""Seconds for which chunks are checked before the server accepts connections: some 300 MB of them."""

MOST_FAULTS = 20
"""Faults that are named one by one: with more, a backup has to be restored in any case."""

_CHUNKS = "SELECT number, count, lines, crc FROM chunk ORDER BY number DESC"
_WHERE = """SELECT asker, target FROM chunk CROSS JOIN stream ON stream.number = chunk.stream
    CROSS JOIN chat ON chat.number = stream.chat WHERE chunk.number = ?"""


@dataclass(frozen=True, slots=True)
class Examined:
    """The number of messages that were checked, and the faults, in words."""

    messages: int
    faults: list[str]


def examine(path: Path) -> Examined:
    """Check everything, whether a server has the store or not. Raises StoreError where it is no store of ours."""
    if not path.exists():
        raise StoreError(path, "there is no store; name the server's folder with --data")
    try:
        with contextlib.closing(connected_to_read(path)) as connection:
            connection.execute("BEGIN")  # one snapshot
            fault = fault_of(connection)
            return Examined(0, [fault]) if fault else _examined(connection)
    except sqlite3.Error as error:
        return Examined(0, [f"It cannot be read to its end: {error}."])


def _examined(connection: sqlite3.Connection) -> Examined:
    rows = connection.execute(f"PRAGMA integrity_check({MOST_FAULTS})").fetchall()
    faults = [f"SQLite says: {answer}." for (answer,) in rows if answer != "ok"]
    messages = 0
    for number, count, is_intact in _chunks(connection):
        messages += count
        if not is_intact and len(faults) < MOST_FAULTS:
            faults.append(f"Damaged: {_described(connection, number, count)}.")
    return Examined(messages, faults)


def damaged_among_newest(connection: sqlite3.Connection) -> list[int]:
    """Return the numbers of damaged chunks among the newest: as many as can be checked in time."""
    deadline = time.monotonic() + NEWEST_SECONDS
    damaged: list[int] = []
    for number, _, is_intact in _chunks(connection):
        if not is_intact:
            damaged.append(number)
        if time.monotonic() > deadline:
            break
    return damaged


def warn_of_damage(connection: sqlite3.Connection, path: Path) -> None:
    """Warn of damage. The server starts nevertheless: it gives out everything that is not damaged."""
    damaged = damaged_among_newest(connection)
    if damaged:
        log.error(
            "messages are damaged; `server.py check` names them, and a backup may have them",
            extra={"path": str(path), "chunks": len(damaged)},
        )


def _chunks(connection: sqlite3.Connection) -> Iterator[tuple[int, int, bool]]:
    """Yield number and count of each chunk, newest first, and whether it is whole."""
    for number, count, lines, crc in connection.execute(_CHUNKS):
        yield number, count, is_whole(lines, crc) and lines.count(b"\n") == count


def _described(connection: sqlite3.Connection, number: int, count: int) -> str:
    people = connection.execute(_WHERE, (number,)).fetchone()
    between = f" between {people[0]} and {people[1]}" if people else ""
    return f"chunk {number}, {count} message{'' if count == 1 else 's'}{between}"
