"""Waiting messages in a mailbox, read page by page. Used by the reader's thread alone."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from duologue.server.storage.base import Undelivered
from duologue.server.storage.replay import Walk
from duologue.server.storage.stored_lines import texts

# A cursor is the number of an arrival in the mailbox, shifted, plus that of a message of its stream: the wire's
# numbers have 18 digits at most.
NUMBER_BITS = 60
# The bytes that a message counts for besides its text: its line on the wire has sender, time and number.
MESSAGE_OVERHEAD = 64
PAGE_ARRIVALS = 500
# Positions in long streams that are kept for the next page.
KEPT_WALKS = 64

_ARRIVALS = """SELECT mailbox.number, mailbox.stream, name, sender, first, mailbox.last, received
    FROM mailbox CROSS JOIN stream ON stream.number = mailbox.stream
    WHERE recipient = ? AND mailbox.number >= ? ORDER BY mailbox.number LIMIT ?"""


class _Arrival(NamedTuple):
    """Messages `first` to `last` of a stream, which came into the mailbox together."""

    number: int
    stream: int
    name: str
    sender: str
    first: int
    last: int
    received: int


class MailReader:
    """Remembers where pages ended, so that the next one need not look for its place in a long stream again."""

    def __init__(self) -> None:
        self._walks: dict[str, tuple[int, Walk]] = {}

    def page(self, connection: sqlite3.Connection, me: str, after: int, limit: int) -> list[Undelivered] | None:
        """Return about `limit` bytes of what came after a cursor; None if there is more to look through: then call
        again.
        """
        found: list[Undelivered] = []
        number, position = after >> NUMBER_BITS, after & (1 << NUMBER_BITS) - 1
        for row in connection.execute(_ARRIVALS, (me, number, PAGE_ARRIVALS)).fetchall():
            arrival = _Arrival(*row)
            start = max(arrival.first - 1, arrival.received, position if arrival.number == number else 0)
            if limit <= 0:
                break
            walk = self._walk(me, arrival, start)
            limit = _read(connection, arrival, walk, limit, found)
            if walk.after < arrival.last:
                self._walks[me] = arrival.number, walk
                return found or None
        return found

    def _walk(self, me: str, arrival: _Arrival, start: int) -> Walk:
        number, walk = self._walks.pop(me, (0, None))
        if walk and number == arrival.number and walk.after == start:
            return walk
        if len(self._walks) >= KEPT_WALKS:
            self._walks.pop(next(iter(self._walks)))
        return Walk(arrival.stream, start)


def _read(connection: sqlite3.Connection, arrival: _Arrival, walk: Walk, limit: int, found: list[Undelivered]) -> int:
    """Add to `found` what `limit` has room for; return what is left of `limit`."""
    while walk.after < arrival.last and limit > 0 and walk.look(connection):
        most = min(arrival.last - walk.after, limit // MESSAGE_OVERHEAD + 1)
        part = walk.take(connection, limit, most)
        if part is None:
            walk.after = arrival.last
            break
        for number, text in enumerate(texts(part.lines), part.first):
            cursor = (arrival.number << NUMBER_BITS) + number
            found.append(Undelivered(cursor, arrival.name, arrival.sender, number, part.at, text))
        limit -= len(part.lines) + part.messages * MESSAGE_OVERHEAD
    return limit
