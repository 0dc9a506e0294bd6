"""A file of any version is brought to the newest; one of the future, or one that is not ours, is left alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from duologue.storage.base import LiveChat, LiveStream, StoreError
from duologue.storage.migrations import MIGRATIONS, migrate
from tests.storage.conftest import Listener

PATH = Path("messages.db")
# What a server of each version leaves behind. A step added to MIGRATIONS is told here what may stand in its file.
A_CHAT = """
    INSERT INTO chat VALUES (1, 'c', 'alice', 'bob', 1.0, NULL, NULL);
    INSERT INTO stream (number, chat, sender, stored, received, last) VALUES (1, 1, 'alice', 2, 1, 1);
    INSERT INTO stream (number, chat, sender, stored, received, last) VALUES (2, 1, 'bob', 0, 0, 0);
    INSERT INTO chunk (number, stream, previous, first, count, at, lines)
        VALUES (1, 1, 0, 1, 2, 1.5, X'3A6F6E650A3A74776F0A');
"""


def tables(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    return sqlite3.connect(tmp_path / PATH, isolation_level=None)


@pytest.mark.parametrize("earlier", range(len(MIGRATIONS) + 1))
async def test_from_every_earlier_version_the_messages_are_there_and_found(tmp_path: Path, earlier: int) -> None:
    connection = sqlite3.connect(tmp_path / PATH, isolation_level=None)
    migrate(connection, PATH, MIGRATIONS[:earlier])
    if earlier:
        connection.executescript(A_CHAT)
    if earlier >= 3:
        connection.execute("UPDATE stream SET name = 'c'")
    connection.close()
    store = Listener(tmp_path / PATH).open()
    try:
        expected = ["one", "two"] if earlier else []
        assert [found.text for found in await store.history("alice", "bob", limit=5)] == expected
        assert [found.text for found in await store.search("bob", "two", 5)] == expected[1:]
        streams = (LiveStream("c", "alice", 2, 1), LiveStream("c", "bob", 0, 0))
        assert store.live_chats == ([LiveChat("c", "alice", "bob", 1.0, streams)] if earlier else [])
    finally:
        await store.close()


@pytest.mark.parametrize("earlier", range(len(MIGRATIONS) + 1))
def test_the_tables_are_the_same_whichever_version_it_began_with(connection: sqlite3.Connection, earlier: int) -> None:
    migrate(connection, PATH, MIGRATIONS[:earlier])
    migrate(connection, PATH)
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    migrate(fresh, PATH)
    assert tables(connection) == tables(fresh)
    assert version(connection) == len(MIGRATIONS)
    connection.close()
    fresh.close()


def test_a_step_that_fails_leaves_nothing_of_itself(connection: sqlite3.Connection) -> None:
    migrate(connection, PATH)
    before = tables(connection)
    with pytest.raises(StoreError, match=f"messages.db: cannot be brought to version {len(MIGRATIONS) + 1}"):
        migrate(connection, PATH, [*MIGRATIONS, ("CREATE TABLE half (a)", "CREATE nonsense")])
    assert tables(connection) == before
    assert version(connection) == len(MIGRATIONS)
    connection.close()


def test_a_newer_file_is_refused_and_left_alone(connection: sqlite3.Connection) -> None:
    migrate(connection, PATH, [*MIGRATIONS, ("CREATE TABLE future (a)",)])
    before = tables(connection)
    with pytest.raises(StoreError, match=r"written by a newer Duologue .*; run that one"):
        migrate(connection, PATH)
    assert tables(connection) == before
    connection.close()
