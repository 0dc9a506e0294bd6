"""A stream is read forward at its reader's pace, by short jobs, and however long it is the way back is gone once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.server.storage import replay
from duologue.server.storage.base import Replay
from duologue.server.storage.gathering import Gathering
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.migrations import migrate
from duologue.server.storage.replay import Walk, page
from duologue.server.storage.rows import NextNumbers
from duologue.server.storage.sqlite import SqliteStore
from duologue.server.storage.writer import commit
from tests.server.storage.conftest import MAILBOX, Listener


class Talk:
    """alice and bob talk, each commit as given; alice's stream has number 1."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(self.connection, Path("memory"))
        self.gathering = Gathering([], NextNumbers(), print)
        self.gathering.chat_started("c", "alice", "bob", 1.0)
        self.said = 0

    def say(self, count: int) -> None:
        lines = b"".join(b":%d\n" % number for number in range(self.said + 1, self.said + count + 1))
        self.said += count
        self.gathering.append("c", "alice", lines, count, 1.0)
        self.gathering.append("c", "bob", b":aha\n", 1, 1.0)
        commit(self.connection, self.gathering.take(), Mailroom(self.connection, MAILBOX))

    def read(self, walk: Walk, limit: int = 1000) -> list[int]:
        while (found := page(self.connection, walk, limit)) is None:
            pass
        lines, count = found
        numbers = [int(line[1:]) for line in lines.splitlines()]
        assert len(numbers) == count
        return numbers

    def rest(self, walk: Walk, limit: int) -> list[int]:
        numbers: list[int] = []
        while found := self.read(walk, limit):
            numbers += found
        return numbers


@given(st.lists(st.integers(1, 6), min_size=1, max_size=12), st.integers(1, 40), st.data())
def test_all_that_follows_is_read_once_and_in_order(commits: list[int], limit: int, data: st.DataObject) -> None:
    talk = Talk()
    half = data.draw(st.integers(0, len(commits)))
    for count in commits[:half]:
        talk.say(count)
    after = data.draw(st.integers(0, talk.said))
    walk = Walk(1, after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "LOOK_CHUNKS", 3)
        numbers = talk.rest(walk, limit)
        assert numbers == [*range(after + 1, talk.said + 1)]
        for count in commits[half:]:
            talk.say(count)
        numbers += talk.rest(walk, limit)
    assert numbers == [*range(after + 1, talk.said + 1)]
    talk.connection.close()


def test_what_is_committed_while_the_way_back_is_gone_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "LOOK_CHUNKS", 2)
    talk, walk = Talk(), Walk(1, 0)
    for _ in range(5):
        talk.say(1)
    assert page(talk.connection, walk, 1000) is None
    talk.say(1)
    assert page(talk.connection, walk, 1000) is None
    talk.say(1)
    assert talk.rest(walk, 1000) == [1, 2, 3, 4, 5, 6, 7]


def test_the_way_back_is_gone_once_and_in_short_jobs() -> None:
    talk = Talk()
    for _ in range(600):
        talk.say(1)
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    talk.connection.set_progress_handler(count, 10)
    walk = Walk(1, 0)
    assert talk.read(walk, 8) == [1, 2, 3]
    first, steps = steps, 0
    assert talk.rest(walk, 8) == [*range(4, 601)]
    assert steps < 3 * first, "the rest costs what is read, and not a way back for each page"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "LOOK_CHUNKS", 50)
        walk, steps = Walk(1, 0), 0
        assert page(talk.connection, walk, 8) is None
        assert steps < first / 5


def test_many_small_chunks_make_a_short_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "PAGE_CHUNKS", 2)
    talk, walk = Talk(), Walk(1, 0)
    for _ in range(3):
        talk.say(1)
    assert talk.read(walk) == [1, 2]
    assert talk.read(walk) == [3]


def test_what_has_been_deleted_meanwhile_is_passed_over() -> None:
    talk, walk = Talk(), Walk(1, 0)
    for _ in range(3):
        talk.say(1)
    assert talk.read(walk, 1) == [1]
    talk.connection.execute("DELETE FROM chunk WHERE stream = 1 AND first = 2")
    assert talk.rest(walk, 1000) == [3]


# In the store


async def read_all(source: Replay, limit: int = 1000) -> list[str]:
    found: list[str] = []
    while (page := await source.read(limit)) != (b"", 0):
        lines, count = page
        assert lines.count(b"\n") == count
        found += lines.decode().splitlines()
    return found


async def test_a_replay_reads_what_is_committed_and_goes_on_with_what_follows(
    listener: Listener, store: SqliteStore
) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    source = store.replay("c", "alice", "c", 1)
    assert await source.read(1000) == (b"", 0)
    store.append("c", "alice", b":one\n:two\n:three\n", 3, 1.0)
    store.append("c", "bob", b":other\n", 1, 1.0)
    await listener.until_stored("c", "alice", 3)
    assert await read_all(source) == [":two", ":three"]
    store.append("c", "alice", b":four\n", 1, 1.0)
    await listener.until_stored("c", "alice", 4)
    assert await read_all(source) == [":four"]
    assert await read_all(store.replay("c", "alice", "c", 0), 1) == [":one", ":two", ":three", ":four"]


async def test_each_stream_is_read_by_its_name_and_those_of_the_last_process_too(listener: Listener) -> None:
    store = listener.open()
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":old\n", 1, 1.0)
    store.stream_began("c", "alice", "c.2")
    store.append("c", "alice", b":new\n", 1, 1.0)
    await listener.until_stored("c.2", "alice", 1)
    assert await read_all(store.replay("c", "alice", "c", 0)) == [":old"]
    await store.close()
    store = listener.open()
    assert await read_all(store.replay("c", "alice", "c", 0)) == [":old"]
    assert await read_all(store.replay("c", "alice", "c.2", 0)) == [":new"]
    for chat, sender, stream in (("c", "alice", "c.3"), ("c", "eve", "c"), ("d", "alice", "d")):
        with pytest.raises(KeyError):
            store.replay(chat, sender, stream, 0)


async def test_a_way_back_of_many_jobs_is_one_read(
    listener: Listener, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "LOOK_CHUNKS", 2)
    store.chat_started("c", "alice", "bob", 1.0)
    for number in range(1, 8):
        store.append("c", "alice", b":%d\n" % number, 1, 1.0)
        await listener.until_stored("c", "alice", number)
    assert await store.replay("c", "alice", "c", 0).read(1000) == (b":1\n:2\n:3\n:4\n:5\n:6\n:7\n", 7)
    store.chat_ended("c", "left", 2.0)
    assert len(await store.undelivered("bob", 0, 1000)) == 7


async def test_a_large_stream_is_read_in_pages_of_the_size_asked_for(listener: Listener, store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    line = b":" + b"x" * 998 + b"\n"
    store.append("c", "alice", line * 2000, 2000, 1.0)
    await listener.until_stored("c", "alice", 2000)
    source = store.replay("c", "alice", "c", 0)
    read = 0
    while (page := await source.read(64 * 1024))[1]:
        assert len(page[0]) <= 65 * 1024
        read += page[1]
    assert read == 2000
