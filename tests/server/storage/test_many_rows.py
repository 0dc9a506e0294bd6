"""Many rows by few statements: all of them, in their order, and never more values than SQLite takes."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from duologue.server.storage.many_rows import ROWS_PER_STATEMENT, insert, select

TABLE = "INSERT INTO fruit (number, name)", 2, "ON CONFLICT (number) DO UPDATE SET name = excluded.name"


@given(st.integers(0, 3 * ROWS_PER_STATEMENT))
def test_all_rows_are_written_and_found(count: int) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE fruit (number INTEGER PRIMARY KEY, name TEXT)")
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        rows = [(number, f"apple {number}") for number in range(count)]
        insert(connection, TABLE, rows)
        assert len(asked) <= count // ROWS_PER_STATEMENT + ROWS_PER_STATEMENT.bit_length()
        assert connection.execute("SELECT number, name FROM fruit ORDER BY number").fetchall() == rows
        wanted = [*range(0, 2 * count, 2)]
        found = select(connection, "SELECT number FROM fruit WHERE number IN {}", wanted)
        assert sorted(number for (number,) in found) == [number for number in wanted if number < count]


def test_a_row_that_is_there_is_changed() -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE fruit (number INTEGER PRIMARY KEY, name TEXT)")
        insert(connection, TABLE, [(1, "apple"), (2, "pear")])
        insert(connection, TABLE, [(2, "plum")])
        assert connection.execute("SELECT name FROM fruit ORDER BY number").fetchall() == [("apple",), ("plum",)]
