"""A file of any version is brought to the newest; one of the future, or one that is not ours, is left alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from duologue.core.errors import PeerError
from duologue.server.storage.base import Letter, LiveChat, LiveRoom, LiveStream, StoreError
from duologue.server.storage.migrations import ACCOUNTS, INDEXED_ANEW, LISTED, MIGRATIONS, migrate
from duologue.server.storage.rows import PLACE_BITS
from tests.server.storage.conftest import Listener

PATH = Path("messages.db")
# What a server of each version leaves behind. A step added to MIGRATIONS is told here what may stand in its file.
A_CHAT = """
    INSERT INTO chat (number, id, asker, target, started) VALUES (1, 'c', 'alice', 'bob', 1.0);
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


# What a server of version 5 may have kept: alice is blocked by bob in s, was after the end of c, and is heard in l.
AS_IT_WAS = """
    INSERT INTO chat VALUES (1, 'c', 'alice', 'bob', 1.0, 3.0, 'left'), (2, 's', 'alice', 'bob', 4.0, 4.0, 'unheard'),
        (3, 'l', 'alice', 'bob', 5.0, 5.0, 'letter'), (4, 'zero', 'alice', 'bob', 6.0, 6.0, 'letter'),
        (5, 'ahead', 'alice', 'bob', 7.0, 7.0, 'letter');
    INSERT INTO stream (number, chat, sender, stored, received, last, name) VALUES
        (1, 1, 'alice', 4, 1, 3, 'c'), (2, 2, 'alice', 1, 0, 4, 's'), (3, 3, 'alice', 1, 0, 5, 'l'),
        (4, 4, 'alice', 0, -1, 6, 'zero'), (5, 5, 'alice', 1, 500000, 7, 'ahead');
    INSERT INTO chunk (number, stream, previous, first, count, at, lines) VALUES
        (1, 1, 0, 1, 2, 2.0, CAST(':received' || char(10) || ':left' || char(10) AS BLOB)),
        (2, 1, 1, 3, 1, 3.5, CAST(':not heard' || char(10) AS BLOB)),
        (3, 1, 2, 4, 1, 3.6, CAST(':not heard either' || char(10) AS BLOB)),
        (4, 2, 0, 1, 1, 4.0, CAST(':buy' || char(10) AS BLOB)),
        (5, 3, 0, 1, 1, 5.0, CAST(':letter' || char(10) AS BLOB)),
        (6, 4, 0, 0, 1, 6.0, CAST(':zero' || char(10) AS BLOB)),
        (7, 5, 0, 1, 1, 7.0, CAST(':ahead' || char(10) AS BLOB));
    INSERT INTO mailbox (recipient, stream, first, last) VALUES ('bob', 1, 2, 2), ('bob', 3, 1, 1), ('bob', 4, 0, 0);
    INSERT INTO room VALUES ('#id', '#tea', NULL, 'green');
"""


async def test_what_was_kept_with_the_wrong_thing_is_where_it_belongs(tmp_path: Path) -> None:
    """What is not heard is the message, no mailbox has what nobody can receive, and what comes later arrives."""
    connection = sqlite3.connect(tmp_path / PATH, isolation_level=None)
    migrate(connection, PATH, MIGRATIONS[:5])
    connection.executescript(AS_IT_WAS)
    connection.close()
    store = Listener(tmp_path / PATH).open(mailbox=3)
    try:
        to_bob = ["received", "left", "letter", "zero", "ahead"]
        assert [found.text for found in await store.history("bob", "alice", limit=9)] == to_bob
        assert len(await store.history("alice", "bob", limit=9)) == 8
        assert not await store.search("bob", "buy", 9)
        assert not await store.search("bob", "heard", 9)
        await store.hand_in(Letter("ahead", 2, "alice", "bob", b":later\n", 8.0))
        assert [found.text for found in await store.undelivered("bob", 0, 999)] == ["left", "letter", "later"]
        with pytest.raises(PeerError, match="too many"):
            await store.hand_in(Letter("m", 1, "alice", "bob", b":more\n", 8.0))
        assert store.live_rooms == [LiveRoom("#tea", "#id", None, "green", "")]
    finally:
        await store.close()
    connection = sqlite3.connect(tmp_path / PATH)
    assert connection.execute("SELECT stream FROM mailbox ORDER BY number").fetchall() == [(1,), (3,), (5,)]
    connection.close()


async def test_what_was_indexed_by_whole_words_is_indexed_anew(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / PATH, isolation_level=None)
    migrate(connection, PATH, MIGRATIONS[: MIGRATIONS.index(INDEXED_ANEW)])
    connection.executescript(A_CHAT)
    connection.execute("UPDATE stream SET name = 'c'")
    connection.execute("UPDATE chunk SET lines = ?, count = 1", (":학교에서 공부했다\n".encode(),))
    connection.execute("UPDATE stream SET stored = 1, received = 1 WHERE stored = 2")
    number = 1 << PLACE_BITS
    people = " ".join(f"u{name.encode().hex()}" for name in ("alice", "bob"))
    connection.execute(
        "INSERT INTO message_index (rowid, text, people) VALUES (?, ?, ?)", (number, "학교에서 공부했다", people)
    )
    connection.execute("UPDATE indexed SET upto = ?", (number,))
    connection.close()
    store = Listener(tmp_path / PATH).open()
    try:
        assert [found.text for found in await store.search("bob", "학교", 5)] == ["학교에서 공부했다"]
    finally:
        await store.close()


# What a server of before the marks has kept: of a chat that is over and one that is on, of a room, and of a guest.
BEFORE_MARKS = """
    INSERT INTO chat VALUES (1, 'c', 'alice', 'bob', 1.0, 2.0, 'left'), (2, 'd', 'bob', 'alice', 3.0, NULL, NULL),
        (3, 'e', 'carol', 'alice', 4.0, 5.0, 'left'), (4, 'r', 'alice', '#id', 6.0, 6.0, 'letter'),
        (5, 's', 'mallory', 'bob', 7.0, 7.0, 'unheard'), (6, 'g', '~guest', 'bob', 8.0, 8.0, 'letter');
    INSERT INTO stream (number, chat, sender, stored, received, last, name) VALUES
        (1, 1, 'alice', 2, 2, 1, 'c'), (2, 1, 'bob', 1, 1, 2, 'c'), (3, 2, 'bob', 1, 1, 3, 'd'),
        (4, 3, 'carol', 0, 0, 0, 'e'), (5, 4, 'alice', 1, 1, 4, 'r'), (6, 5, 'mallory', 1, 0, 5, 's'),
        (7, 6, '~guest', 1, 0, 6, 'g');
    INSERT INTO chunk (number, stream, previous, first, count, at, lines) VALUES
        (1, 1, 0, 1, 2, 1.5, CAST(':one' || char(10) || ':two' || char(10) AS BLOB)),
        (2, 2, 0, 1, 1, 1.6, CAST(':three' || char(10) AS BLOB)),
        (3, 3, 0, 1, 1, 3.5, CAST(':four' || char(10) AS BLOB)),
        (4, 5, 0, 1, 1, 6.0, CAST(':tea?' || char(10) AS BLOB)), (5, 6, 0, 1, 1, 7.0, CAST(':buy' || char(10) AS BLOB)),
        (6, 7, 0, 1, 1, 8.0, CAST(':hello' || char(10) AS BLOB));
    INSERT INTO room_chunk VALUES ('#id', 4);
"""


async def test_what_was_there_before_the_marks_counts_as_read_and_what_comes_then_does_not(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / PATH, isolation_level=None)
    migrate(connection, PATH, MIGRATIONS[: MIGRATIONS.index(LISTED)])
    connection.executescript(BEFORE_MARKS)
    connection.close()
    store = Listener(tmp_path / PATH).open()
    try:
        found = await store.listed("bob")
        assert [(one.name, one.newest.text, one.unread) for one in found] == [
            ("~guest", "hello", 0),
            ("alice", "four", 0),
        ]
        found = await store.listed("alice", rooms=["#id"])
        assert [(one.name, one.newest.text, one.unread) for one in found] == [("#id", "tea?", 0), ("bob", "four", 0)]
        store.append("d", "bob", b":five\n:six\n", 2, 9.0)
        await store.hand_in(Letter("r2", 1, "carol", "#id", b":yes\n", 9.0))
        found = await store.listed("alice", rooms=["#id"])
        assert [(one.name, one.newest.text, one.unread) for one in found] == [("#id", "yes", 1), ("bob", "six", 2)]
        store.chat_ended("d", "left", 10.0)
        assert await store.history("alice", "bob", limit=1) == [found[1].newest]
    finally:
        await store.close()
    connection = sqlite3.connect(tmp_path / PATH)
    assert connection.execute("SELECT id, newest FROM chat ORDER BY number").fetchall() == [
        *(("c", 2), ("d", 7), ("e", 0), ("r", 4), ("s", 5), ("g", 6), ("r2", 8)),
    ]
    marked = connection.execute("SELECT account, conversation, number >> 20 FROM mark ORDER BY 1, 2").fetchall()
    assert marked == [
        *(("alice", "#id", 4), ("alice", "bob", 3), ("bob", "alice", 3), ("bob", "mallory", 5), ("bob", "~guest", 6)),
        ("mallory", "bob", 5),
    ]
    connection.close()


async def test_accounts_are_noted_beside_what_was_there_and_take_none_of_it_away(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / PATH, isolation_level=None)
    migrate(connection, PATH, MIGRATIONS[: MIGRATIONS.index(ACCOUNTS)])
    connection.executescript(A_CHAT)
    connection.execute("UPDATE stream SET name = 'c'")
    connection.execute("INSERT INTO block VALUES ('alice', 'eve')")
    connection.close()
    store = Listener(tmp_path / PATH).open()
    try:
        assert store.accounts == []
        await store.accounts_are([("alice", "2026-01-01"), ("bob", "")], [])
        assert [found.text for found in await store.history("alice", "bob", limit=5)] == ["one", "two"]
        assert store.blocks == [("alice", "eve")]
        await store.accounts_are([], [("alice", "2026-12-01T11:42:33Z")])
        assert await store.history("alice", "bob", limit=5) == []
        assert [found.text for found in await store.history("bob", "alice", limit=5)] == ["one", "two"]
    finally:
        await store.close()
