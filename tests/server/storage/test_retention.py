"""What is old is deleted when it has been received; nothing else is, and nobody stumbles over what is gone."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Lock

import pytest

from duologue.server.storage import reader
from duologue.server.storage import retention as retention_module
from duologue.server.storage.base import Letter
from duologue.server.storage.gathering import Gathering
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.migrations import migrate
from duologue.server.storage.reader import Whose
from duologue.server.storage.retention import Retention, sweep
from duologue.server.storage.rows import NextNumbers
from duologue.server.storage.search import index_pieces, search
from duologue.server.storage.writer import commit
from tests.bound import BOUND
from tests.server.storage.conftest import MAILBOX, Endless, Listener, found_by

DAY = 86_400.0
NOW = 100 * DAY


class Attic:
    """alice and bob, and alice and carol; each `say` is a commit."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(self.connection, Path("memory"))
        self.gathering = Gathering([], NextNumbers(), print)
        self.turn = Lock()
        self.gathering.chat_started("b", "alice", "bob", 0.0)
        self.gathering.chat_started("c", "carol", "alice", 0.0)

    def say(self, chat: str, sender: str, *texts: str, day: float, received: int) -> None:
        lines = "".join(f":{text}\n" for text in texts).encode()
        self.gathering.append(chat, sender, lines, len(texts), day * DAY)
        self.gathering.received(chat, sender, chat, received)
        commit(self.connection, self.gathering.take(), Mailroom(self.connection, MAILBOX))

    def sweep(self, *, days: float | None = None, messages: int | None = None) -> None:
        for _ in sweep(self.connection, self.turn, Retention(days, messages), NOW):
            assert not self.turn.locked()

    def index(self) -> None:
        for _ in index_pieces(self.connection, self.turn):
            pass

    def texts(self, me: str = "alice", partner: str | None = None) -> list[str]:
        return [found.text for found in found_by(reader.history(self.connection, Whose(me, partner)))[::-1]]

    def found(self, words: str) -> list[str]:
        return [found.text for found in found_by(search(self.connection, Whose("alice"), words))]

    def words_in_index(self) -> int:
        query = "SELECT count(*) FROM message_index WHERE message_index MATCH 'word'"
        return int(self.connection.execute(query).fetchone()[0])


@pytest.fixture
def attic() -> Iterator[Attic]:
    attic = Attic()
    with closing(attic.connection):
        yield attic


def test_messages_older_than_so_many_days_go(attic: Attic) -> None:
    attic.say("b", "alice", "word old", day=10, received=1)
    attic.say("c", "carol", "word old too", day=69, received=1)
    attic.say("b", "alice", "word new", day=71, received=2)
    attic.say("c", "carol", "word newest", day=99, received=2)
    attic.sweep(days=30)
    assert attic.texts() == ["word new", "word newest"]
    attic.sweep(days=28)
    assert attic.texts() == ["word newest"]
    attic.sweep(days=0.5)
    assert attic.texts() == []


def test_the_newest_messages_of_every_two_people_stay(attic: Attic) -> None:
    for number in range(1, 6):
        attic.say("b", "alice", f"a{number}", day=1, received=number)
        attic.say("b", "bob", f"b{number}", day=1, received=number)
    attic.say("c", "carol", "only one", day=1, received=1)
    attic.sweep(messages=4)
    assert attic.texts("alice", "bob") == ["a4", "b4", "a5", "b5"]
    assert attic.texts("alice", "carol") == ["only one"]
    attic.say("b", "bob", "b6", day=1, received=6)
    attic.sweep(messages=4)
    assert attic.texts("bob", "alice") == ["b4", "a5", "b5", "b6"]


def test_a_chunk_goes_when_all_of_it_is_beyond(attic: Attic) -> None:
    attic.say("b", "alice", "1", "2", "3", day=1, received=3)
    attic.say("b", "alice", "4", "5", day=1, received=5)
    attic.sweep(messages=3)
    assert attic.texts() == ["1", "2", "3", "4", "5"]
    attic.sweep(messages=2)
    assert attic.texts() == ["4", "5"]


def test_of_several_chats_of_the_same_two_the_newest_messages_stay(attic: Attic) -> None:
    attic.say("b", "alice", "first chat", day=1, received=1)
    attic.gathering.chat_ended("b", "left", 2.0)
    attic.gathering.chat_started("d", "bob", "alice", 3.0)
    attic.say("d", "bob", "second chat", day=1, received=1)
    attic.sweep(messages=1)
    assert attic.texts() == ["second chat"]


@pytest.mark.parametrize("retention", [Retention(days=1), Retention(messages=1), Retention(1, 1)])
def test_what_has_not_been_received_stays(attic: Attic, retention: Retention) -> None:
    attic.say("b", "alice", "received", day=1, received=1)
    attic.say("b", "alice", "half", "of it", day=1, received=2)
    attic.say("b", "alice", "not received", day=1, received=2)
    attic.say("b", "bob", "new", day=99.9, received=1)
    attic.sweep(days=retention.days, messages=retention.messages)
    assert attic.texts() == ["half", "of it", "not received", "new"]


def test_without_limits_nothing_goes(attic: Attic) -> None:
    attic.say("b", "alice", "old", day=0, received=1)
    attic.sweep()
    assert attic.texts() == ["old"]


def test_a_date_in_the_future_does_not_hold_up_the_others(attic: Attic) -> None:
    attic.say("b", "alice", "from the future", day=5000, received=1)
    attic.say("c", "carol", "old", day=1, received=1)
    attic.sweep(days=30)
    assert attic.texts() == ["from the future"]


def test_the_index_lets_go_of_what_is_deleted_and_of_nothing_else(attic: Attic) -> None:
    attic.say("b", "alice", *(f"word {number} Straße 世界" for number in range(120)), day=1, received=120)
    attic.index()
    attic.say("b", "alice", "word not indexed", day=1, received=121)
    attic.say("b", "bob", "word new", day=99, received=1)
    attic.sweep(days=30)
    assert attic.words_in_index() == 0
    attic.index()
    assert attic.found("word") == ["word new"]
    assert attic.words_in_index() == 1
    attic.connection.execute("INSERT INTO message_index (message_index) VALUES ('integrity-check')")
    attic.say("b", "bob", "word newest", day=99, received=2)
    attic.index()
    assert attic.found("word") == ["word newest", "word new"]


def test_a_sweep_that_was_broken_off_leaves_words_that_search_passes_over(attic: Attic) -> None:
    attic.say("b", "alice", "word old", day=1, received=1)
    attic.index()
    next(sweep(attic.connection, attic.turn, Retention(days=1), NOW))
    assert attic.words_in_index() == 1
    assert attic.found("word") == attic.texts() == []
    attic.sweep(days=1)


def test_much_goes_in_small_bites(attic: Attic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_module, "BITE_CHUNKS", 3)
    monkeypatch.setattr(retention_module, "BITE_MESSAGES", 10)
    for number in range(7):
        attic.say("b", "alice", "word", day=1, received=number + 1)
    attic.say("b", "alice", *["word"] * 11, day=1, received=18)
    attic.say("b", "alice", "new", day=99, received=19)
    counts = [len(attic.texts()) for _ in sweep(attic.connection, attic.turn, Retention(days=1.5), NOW)]
    assert counts == [16, 13, 1]


def test_a_deletion_that_fails_is_not_half_done(attic: Attic) -> None:
    attic.say("b", "alice", "old", day=1, received=1)
    attic.connection.execute("CREATE TEMP TRIGGER full BEFORE DELETE ON chunk BEGIN SELECT raise(FAIL, 'full'); END")
    with pytest.raises(sqlite3.Error, match="full"):
        attic.sweep(days=1)
    assert not attic.connection.in_transaction
    assert not attic.turn.locked()
    assert attic.texts() == ["old"]


# In the store


async def swept(listener: Listener, retention: Retention) -> list[str]:
    """What alice and bob find in a store that was opened, swept once, and closed."""
    store = listener.open(retention=retention)
    store._sweeper._sweeping.submit(lambda: None).result(20)
    found = [message.text for message in await store.history("alice", "bob", limit=99)]
    await store.close()
    return found


async def test_a_store_sweeps_when_it_is_opened_and_numbers_go_on(listener: Listener) -> None:
    store = listener.open()
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":word old\n", 1, 2.0)
    store.received("c", "alice", "c", 1)
    await listener.until_stored("c", "alice", 1)
    (old,) = await store.search("bob", "word", 9)
    await store.close()
    assert await swept(listener, Retention()) == ["word old"]
    assert await swept(listener, Retention(days=1)) == []
    store = listener.open(retention=Retention(days=1))
    store.append("c", "alice", b":word new\n", 1, 3e9)
    await listener.until_stored("c", "alice", 2)
    (new,) = await store.search("bob", "word", 9)
    assert (new.text, new.position) == ("word new", 2)
    assert new.number > old.number, "a number is not given again"


async def test_a_store_sweeps_again_and_again(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_module, "SWEEP_EVERY", 0.01)
    loop = asyncio.get_running_loop()
    swept = asyncio.Queue[int]()
    sweep = retention_module.sweep

    def noted(*arguments: object) -> Iterator[None]:
        yield from sweep(*arguments)  # type: ignore[arg-type]
        loop.call_soon_threadsafe(swept.put_nowait, 1)

    monkeypatch.setattr(retention_module, "sweep", noted)
    store = listener.open(retention=Retention(days=1))
    store.chat_started("c", "alice", "bob", 1.0)
    async with asyncio.timeout(BOUND):
        for number in range(1, 4):
            store.append("c", "alice", b":old\n", 1, 2.0)
            store.received("c", "alice", "c", number)
            await listener.until_stored("c", "alice", number)
            while await store.history("alice", "bob", limit=9):
                await swept.get()


async def test_what_waits_in_a_mailbox_is_not_swept(listener: Listener) -> None:
    store = listener.open()
    await store.hand_in(Letter("old", 1, "alice", "bob", b":old letter\n", 1.0))
    await store.hand_in(Letter("older", 1, "alice", "bob", b":received letter\n", 1.0))
    await store.receipt("older", "bob", 1)
    await store.close()
    assert await swept(listener, Retention(1, 0)) == ["old letter"]
    store = listener.open()
    assert [found.text for found in await store.undelivered("bob", 0, 1000)] == ["old letter"]
    await store.hand_in(Letter("older", 1, "alice", "bob", b":received letter\n", 1.0))
    assert [found.text for found in await store.undelivered("bob", 0, 1000)] == ["old letter"], "it is known still"


async def test_a_sweep_that_fails_is_logged_and_the_store_goes_on(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    store = listener.open()
    with closing(sqlite3.connect(listener.path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE indexed")
        connection.execute("CREATE TABLE indexed (other)")
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":old\n", 1, 2.0)
    store.received("c", "alice", "c", 1)
    await listener.until_stored("c", "alice", 1)
    await store.close()
    with caplog.at_level(logging.ERROR):
        assert await swept(listener, Retention(days=1)) == ["old"]
    assert [record.getMessage() for record in caplog.records] == ["old messages not deleted"]


async def test_a_sweep_ends_with_the_store_even_within_a_statement(
    listener: Listener, endless: Endless, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(retention_module, "sweep", endless)
    store = listener.open()
    await endless.until_begun()
    async with asyncio.timeout(BOUND):
        await store.close()
    assert "not deleted" not in caplog.text


def test_looking_through_what_is_kept_is_done_in_steps_too(attic: Attic, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each of which a server can stop."""
    monkeypatch.setattr(retention_module, "_SCANNED", 3)
    for _ in range(12):
        attic.say("b", "alice", "not received", day=1, received=0)
    by_age = list(sweep(attic.connection, attic.turn, Retention(days=1), NOW))
    by_number = list(sweep(attic.connection, attic.turn, Retention(messages=1), NOW))
    assert (len(by_age), len(by_number)) == (4, 2)
    assert len(attic.texts()) == 12
