"""Deletion of old messages that the operator does not want to keep, if they have been received.

Deleted messages leave their pages to new ones; the file does not shrink, as PRAGMA incremental_vacuum would only give
back pages that the next messages ask for again.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import takewhile
from threading import Event, Lock

from duologue.core.room_rules import is_room
from duologue.server.storage.base import Message
from duologue.server.storage.reader import Whose, any_chunk, messages, walk_of
from duologue.server.storage.search import UPTO, forget
from duologue.server.storage.store_file import transaction

log = logging.getLogger(__name__)

SWEEP_EVERY = 3600.0
"""Seconds. Nobody counts the minutes after days."""
# Deleted in one transaction, for which the writer waits: a few ms at most.
BITE_CHUNKS = 50
BITE_MESSAGES = 2000
# Between two transactions, so that the writer, whose turn it is, gets it: a lock goes to the first who asks.
BREATH = 0.002
_SECONDS_A_DAY = 86_400
_SCANNED = 1000  # chunks looked at in one query
_PROGRESS_STEPS = 10_000  # SQLite's own instructions between two checks of whether to stop, well under a millisecond

Bite = list[tuple[int, list[Message]]]

_OUT_OF_ROOM = "DELETE FROM room_chunk WHERE room = ? AND chunk = ?"
_AGES = """SELECT chunk.number, at, first + count - 1 <= received FROM chunk
    CROSS JOIN stream ON stream.number = chunk.stream WHERE chunk.number > ? ORDER BY chunk.number LIMIT ?"""
_NEXT_PAIR = """SELECT asker, target FROM chat WHERE (asker, target) > (?, ?) ORDER BY asker, target LIMIT 1"""
_BEYOND = """, counted (number, received, newer) AS (
        SELECT chunk.number, first + count - 1 <= received,
            sum(count) OVER (ORDER BY chunk.number DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        FROM walk CROSS JOIN chunk ON chunk.number = walk.number CROSS JOIN stream ON stream.number = chunk.stream)
    SELECT number FROM counted WHERE newer >= :most AND received ORDER BY number"""


@dataclass(frozen=True, slots=True)
class Retention:
    """The messages to keep: younger than `days`, and of each two people the newest `messages`. None: no such limit.

    Messages are kept a chunk at a time, so some more than that; and so is everything that has not been received.
    """

    days: float | None = None
    messages: int | None = None


def sweep(connection: sqlite3.Connection, turn: Lock, retention: Retention, now: float) -> Iterator[None]:
    """Delete what is not kept; each step of the iterator is one small transaction, for which `turn` is held, or a look
    at some that are kept.

    The connection is one of its own. Chunks go before their words in the index do: search passes over words whose
    message is gone, while removing the same words twice would damage the index.
    """
    for bite in _bites(connection, _not_kept(connection, retention, now)):
        if not bite:
            yield
            continue
        with turn, transaction(connection):
            connection.executemany("DELETE FROM chunk WHERE number = ?", [(number,) for number, _ in bite])
            connection.executemany(_OUT_OF_ROOM, _in_rooms(bite))
            (indexed,) = connection.execute(UPTO).fetchone()
        yield
        gone = [message for _, messages in bite for message in messages if message.number <= indexed]
        yield from forget(connection, turn, gone)


def _in_rooms(bite: Bite) -> list[tuple[str, int]]:
    return [(messages[0].recipient, number) for number, messages in bite if messages and is_room(messages[0].recipient)]


def _bites(connection: sqlite3.Connection, numbers: Iterator[int | None]) -> Iterator[Bite]:
    """Group chunks by what is deleted at once, each with its messages; a group also ends before a None."""
    bite: Bite = []
    count = 0
    for number in numbers:
        if number is not None:
            found = _all_of(connection, number)
            bite.append((number, found))
            count += len(found)
        if number is None or len(bite) == BITE_CHUNKS or count > BITE_MESSAGES:
            yield bite
            bite, count = [], 0
    if bite:
        yield bite


def _all_of(connection: sqlite3.Connection, number: int) -> list[Message]:
    row = any_chunk(connection, number)
    return messages(row, 0, row.messages) if row else []


def _not_kept(connection: sqlite3.Connection, retention: Retention, now: float) -> Iterator[int | None]:
    """Yield numbers of chunks, the oldest of a stream first: they are chained, and what lies before a gap is not found.

    Yields None from time to time while there are none.
    """
    if retention.days is not None:
        yield from _older(connection, now - retention.days * _SECONDS_A_DAY, now)
    if retention.messages is not None:
        for pair in _pairs(connection):
            yield from _beyond(connection, pair, retention.messages) or (None,)


def _older(connection: sqlite3.Connection, than: float, now: float) -> Iterator[int | None]:
    """Yield chunks up to the first that is younger. One from the future, of a clock that was wrong, does not hold up
    the others.
    """
    number = 0
    while rows := connection.execute(_AGES, (number, _SCANNED)).fetchall():
        before = list(takewhile(lambda row: not than <= row[1] <= now, rows))
        yield from [number for number, at, is_received in before if at < than and is_received] or (None,)
        if len(before) < len(rows):
            return
        number = rows[-1][0]


def _pairs(connection: sqlite3.Connection) -> Iterator[Whose]:
    """Yield every two people; many of them twice, as either of the two may have asked."""
    pair = ("", "")
    while found := connection.execute(_NEXT_PAIR, pair).fetchone():
        pair = found
        yield Whose(*pair)


def _beyond(connection: sqlite3.Connection, pair: Whose, most: int) -> array[int]:
    query = f"{walk_of(pair)}{_BEYOND}"
    return array("q", (number for (number,) in connection.execute(query, {**pair.values, "most": most})))


class Sweeper:
    """Sweeps at once and then every hour, in a thread of its own, from construction until `close`. Owns `connection`.

    A sweep that fails is logged, and tried again with the next.
    """

    def __init__(
        self, connection: sqlite3.Connection, loop: asyncio.AbstractEventLoop, turn: Lock, retention: Retention
    ) -> None:
        self._connection = connection
        self._loop = loop
        self._turn = turn
        self._retention = retention
        self._closing = Event()
        connection.set_progress_handler(self._closing.is_set, _PROGRESS_STEPS)
        self._sweeping = ThreadPoolExecutor(1, thread_name_prefix="store-sweeper")
        self._begin()

    def stop(self) -> None:
        """Sweep no more, even within a statement; on the loop, before `close`."""
        self._closing.set()
        self._timer.cancel()

    def close(self) -> None:
        """Close the connection. Blocks for the transaction that is running, which ends without an effect."""
        self._sweeping.shutdown()
        self._connection.close()

    def _begin(self) -> None:
        self._timer = self._loop.call_later(SWEEP_EVERY, self._begin)
        self._sweeping.submit(self._sweep)

    def _sweep(self) -> None:
        try:
            for _ in sweep(self._connection, self._turn, self._retention, time.time()):
                if self._closing.wait(BREATH):
                    return
        except sqlite3.Error as error:
            if self._closing.is_set():
                return
            log.error("old messages not deleted", extra={"reason": str(error)})
