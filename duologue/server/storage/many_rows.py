"""Many rows by few statements.

A statement for every row would release the interpreter lock and fight for it again each time, so rows are written
by statements of up to 64 rows, and looked up as many at a time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

ROWS_PER_STATEMENT = 64  # and 9 columns are 576 values, under the 999 that every SQLite takes

Table = tuple[str, int, str]
"""The beginning of an INSERT, the number of its columns, and what follows the values."""

STREAM: Table = (
    "INSERT INTO stream (number, chat, sender, stored, received, last, name)",
    7,
    "ON CONFLICT (number) DO UPDATE SET stored = excluded.stored, received = excluded.received, last = excluded.last",
)
"""The streams of live chats and of letters: of one that is there, how far it has come is renewed."""


def insert(connection: sqlite3.Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    start = 0
    for count in _counts(len(rows)):
        connection.execute(_statement(table, count), tuple(chain.from_iterable(rows[start : start + count])))
        start += count


def select(connection: sqlite3.Connection, question: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Ask `question`, whose `{}` stands for the place of so many values, for all of them."""
    start = 0
    for count in _counts(len(values)):
        yield from connection.execute(question.format(_places(count)), values[start : start + count])
        start += count


def _counts(rows: int) -> Iterable[int]:
    """Return powers of two that add up to `rows`: seven statements serve any number, and stay prepared."""
    while rows:
        count = min(ROWS_PER_STATEMENT, 1 << rows.bit_length() - 1)
        yield count
        rows -= count


@cache
def _statement(table: Table, rows: int) -> str:
    begin, columns, conflict = table
    return f"{begin} VALUES {','.join([_places(columns)] * rows)} {conflict}"


def _places(values: int) -> str:
    return f"({','.join('?' * values)})"
