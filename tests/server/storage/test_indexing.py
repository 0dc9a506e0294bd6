"""The index is brought up to date once for all who wait, and goes on without them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Lock

import pytest

from duologue.server.storage.gathering import Gathering
from duologue.server.storage.indexing import Indexing
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.migrations import migrate
from duologue.server.storage.reader_thread import ReaderThread
from duologue.server.storage.rows import NextNumbers
from duologue.server.storage.writer import commit
from tests.bound import BOUND
from tests.server.storage.conftest import MAILBOX


class Archive:
    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        migrate(self.connection, path)
        self.gathering = Gathering([], NextNumbers(), print)
        self.gathering.chat_started("c", "alice", "bob", 1.0)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.thread = ReaderThread(sqlite3.connect(path, check_same_thread=False), "test")
        self.turn = Lock()
        self.indexing = Indexing(self.thread, connection, self.turn)

    def say(self, count: int) -> None:
        self.gathering.append("c", "alice", b":word\n" * count, count, 1.0)
        commit(self.connection, self.gathering.take(), Mailroom(self.connection, MAILBOX))

    def indexed(self) -> int:
        query = "SELECT count(*) FROM message_index WHERE message_index MATCH 'word'"
        return int(self.connection.execute(query).fetchone()[0])


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    archive = Archive(tmp_path / "messages.db")
    yield archive
    archive.thread.stop()
    archive.thread.close()
    archive.indexing.close()
    archive.connection.close()


async def test_all_that_is_there_is_indexed_once_however_many_wait(archive: Archive) -> None:
    archive.say(1000)
    async with asyncio.timeout(BOUND):
        await asyncio.gather(*(archive.indexing.bring_up_to_date() for _ in range(5)))
    assert archive.indexed() == 1000


async def test_who_comes_later_gets_what_was_said_meanwhile(archive: Archive) -> None:
    archive.say(200)
    async with asyncio.timeout(BOUND):
        first = asyncio.create_task(archive.indexing.bring_up_to_date())
        await asyncio.sleep(0)
        archive.say(1)
        await archive.indexing.bring_up_to_date()
        await first
    assert archive.indexed() == 201


async def test_it_goes_on_when_nobody_waits_any_more(archive: Archive) -> None:
    archive.say(1000)
    with archive.turn:  # no piece gets through
        waiting = asyncio.create_task(archive.indexing.bring_up_to_date())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
    assert archive.indexing._task
    async with asyncio.timeout(BOUND):
        await asyncio.wait({archive.indexing._task})
    assert archive.indexed() == 1000


async def test_what_stops_it_is_told_to_who_waits(archive: Archive) -> None:
    archive.thread.stop()
    with pytest.raises(RuntimeError):
        await archive.indexing.bring_up_to_date()
