"""What a birth takes away, and from where on an account's own things count."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from duologue.server.storage.accounts import Birth, Lives, known_accounts, note_accounts
from duologue.server.storage.base import KnownAccount, Letter
from duologue.server.storage.migrations import migrate
from duologue.server.storage.rows import PLACE_BITS
from duologue.server.storage.sqlite import SqliteStore
from tests.server.storage.conftest import Listener

GINA, DAVE = ("gina", "2026-12-01T11:42:33Z"), ("dave", "")


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection, Path("memory"))
    yield connection
    connection.close()


def rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()


def letter(sender: str, recipient: str, stream: str, number: int = 1) -> Letter:
    return Letter(stream, number, sender, recipient, f":{stream}\n".encode(), 5.0)


def test_accounts_are_noted_and_noted_again(connection: sqlite3.Connection) -> None:
    note_accounts(connection, [("gina", ""), ("bob", "")], [DAVE], Birth(70, 7))
    note_accounts(connection, [GINA], [], Birth(80, 8))
    gina, bob, dave = KnownAccount(*GINA), KnownAccount("bob", ""), KnownAccount(*DAVE, 70, 7)
    assert known_accounts(connection) == [bob, dave, gina]
    note_accounts(connection, [("dave", "2026-12-02")], [GINA], Birth(90, 9))
    assert known_accounts(connection) == [
        bob,
        KnownAccount("dave", "2026-12-02", 70, 7),  # its birth stays
        KnownAccount(*GINA, 90, 9),
    ]


def test_what_belonged_to_the_name_is_gone_and_nothing_else(connection: sqlite3.Connection) -> None:
    connection.executescript(
        """INSERT INTO block VALUES ('gina', 'bob'), ('bob', 'gina'), ('bob', 'carol'), ('dave', 'bob');
        INSERT INTO asking VALUES ('gina', 'nobody'), ('bob', 'known');
        INSERT INTO mailbox VALUES (1, 'gina', 1, 1, 1), (2, 'bob', 2, 1, 1), (3, 'gina', 3, 1, 1);"""
    )
    note_accounts(connection, [("bob", "")], [GINA, DAVE], Birth(70, 7))
    assert rows(connection, "block") == [("bob", "carol")]
    assert rows(connection, "asking") == [("bob", "known")]
    assert rows(connection, "mailbox") == [(2, "bob", 2, 1, 1)]


def test_the_first_chat_of_two_is_that_of_the_younger() -> None:
    lives = Lives([KnownAccount("bob", ""), KnownAccount(*GINA, 70, 7)])
    assert [lives.first_chat("bob"), lives.first_chat("nobody"), lives.first_chat("bob", "gina")] == [0, 0, 7]
    assert lives.begin([DAVE], Birth(90, 9)) == 90
    assert lives.first_chat("dave", "gina") == 9


# In a store


async def test_a_birth_is_on_the_disk_and_in_the_next_process(listener: Listener) -> None:
    store = listener.open()
    assert store.accounts == []
    await store.accounts_are([("bob", "")], [])
    born = await store.accounts_are([], [GINA])
    await store.close()
    known = listener.open().accounts
    assert known == [KnownAccount("bob", ""), KnownAccount(*GINA, born, 2)]


async def test_what_comes_after_a_restart_is_not_counted_as_the_one_befores(listener: Listener) -> None:
    """Numbers that were set aside and not used would be given again."""
    store = listener.open()
    await asyncio.gather(*(store.progress("nothing", "gina") for _ in range(9)))
    await store.accounts_are([], [GINA])
    await store.close()
    store = listener.open()
    await chat(store, "c1", "new")
    assert await texts(store, "gina", "bob") == ["new", "re new"]


async def test_births_have_rising_numbers_over_restarts_too_below_all_that_follows(listener: Listener) -> None:
    """With nothing said in between, either: two accounts of one name are told apart by them."""
    store = listener.open()
    numbers = list(await asyncio.gather(*(store.accounts_are([], [GINA]) for _ in range(2))))  # in one commit
    await store.close()
    store = listener.open()
    numbers.append(await store.accounts_are([], [GINA]))
    kept = await store.hand_in(letter("gina", "bob", "l"))
    assert kept.number is not None
    assert 0 < numbers[0] < numbers[1] < numbers[2] < kept.number
    assert numbers[0] >> PLACE_BITS << PLACE_BITS == numbers[0]


async def chat(store: SqliteStore, name: str, text: str) -> None:
    store.chat_started(name, "gina", "bob", 1.0)
    store.append(name, "gina", f":{text}\n".encode(), 1, 2.0)
    store.append(name, "bob", f":re {text}\n".encode(), 1, 3.0)
    store.chat_ended(name, "left", 4.0)
    await store.synced()


async def texts(store: SqliteStore, me: str, partner: str) -> list[str]:
    return [found.text for found in await store.history(me, partner, limit=99)]


async def found(store: SqliteStore, me: str, words: str, *rooms: str) -> list[str]:
    return [message.text for message in await store.search(me, words, 99, rooms)]


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_what_was_said_before_is_not_read_by_the_next_of_the_name(listener: Listener, is_restarted: bool) -> None:
    store = listener.open()
    await chat(store, "c1", "old")
    await store.hand_in(letter("alice", "gina", "old1"))
    await store.hand_in(letter("gina", "alice", "old2"))
    for sender, recipient in (("alice", "gina"), ("gina", "alice")):
        await store.hand_in(Letter(f"sign{sender}", 1, sender, recipient, b":??\n", 5.0))
    await store.accounts_are([], [GINA])
    if is_restarted:
        await store.close()
        store = listener.open()
    assert [await texts(store, "gina", partner) for partner in ("bob", "alice")] == [[], []]
    assert [await found(store, "gina", words) for words in ("old", "old1", "??")] == [[]] * 3
    assert await texts(store, "bob", "gina") == ["old", "re old"]
    assert await found(store, "bob", "old") == ["re old", "old"]
    await chat(store, "c2", "new")
    assert await texts(store, "gina", "bob") == ["new", "re new"]
    assert await found(store, "gina", "re") == ["re new"]
    assert await texts(store, "bob", "gina") == ["old", "re old", "new", "re new"]
    page = await store.history("bob", "gina", limit=2)
    older = await store.history("gina", "bob", before=page[0].number, limit=99)
    assert older == [], "not by the number of a message, either"


async def test_she_reads_a_room_that_she_is_in_whole_and_of_others_not_what_her_name_said(store: SqliteStore) -> None:
    await store.hand_in(letter("gina", "#r1", "hers"))
    await store.hand_in(letter("bob", "#r1", "his"))
    await store.accounts_are([], [GINA])
    assert await found(store, "gina", "hers") == []
    assert await found(store, "gina", "hers", "#r1") == ["hers"]
    assert [message.text for message in await store.room_history("#r1", asker="gina", limit=9)] == ["hers", "his"]


async def test_mail_is_gone_and_its_places_are_free(listener: Listener) -> None:
    store = listener.open(mailbox=1)
    await store.hand_in(letter("bob", "gina", "old"))
    await store.accounts_are([], [GINA])
    assert await store.undelivered("gina", 0, 1000) == []
    await store.hand_in(letter("bob", "gina", "new"))
    assert [waiting.text for waiting in await store.undelivered("gina", 0, 1000)] == ["new"]


async def test_a_chat_that_ends_in_the_same_commit_leaves_her_nothing(store: SqliteStore) -> None:
    store.chat_started("c", "bob", "gina", 1.0)
    store.append("c", "bob", b":unread\n", 1, 2.0)
    store.chat_ended("c", "removed", 3.0)
    await store.accounts_are([], [GINA])
    assert await store.undelivered("gina", 0, 1000) == []


async def test_whether_two_have_talked_is_asked_of_the_two_who_are_now(store: SqliteStore) -> None:
    await chat(store, "c1", "old")
    await store.accounts_are([], [GINA])
    assert [await store.have_talked(*pair) for pair in (("gina", "bob"), ("bob", "gina"))] == [False, False]
    await chat(store, "c2", "new")
    assert [await store.have_talked(*pair) for pair in (("gina", "bob"), ("bob", "gina"))] == [True, True]
