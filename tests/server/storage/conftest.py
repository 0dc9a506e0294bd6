"""A store with somebody who listens to it, and a wait for what it says."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import islice
from pathlib import Path
from threading import Event

import pytest

from duologue.server.storage.base import Commit, Message, Numbered, StoreError
from duologue.server.storage.disk import DiskReserve
from duologue.server.storage.reader import Steps
from duologue.server.storage.retention import Retention
from duologue.server.storage.rows import Batch
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.sqlite import SqliteStore
from tests.bound import BOUND

KEEP_ALL = Retention()
MAILBOX = MailboxLimits(5000, 500)


class Endless:
    """What takes the place of a reading: a statement that does not end before the test does."""

    def __init__(self) -> None:
        self.begun = Event()
        self.is_over = Event()

    def __call__(self, connection: sqlite3.Connection, *_: object) -> Iterator[None]:
        self.begun.set()
        connection.create_function("is_over", 0, self.is_over.is_set)
        connection.execute(
            "WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT 1 FROM n WHERE NOT is_over()) SELECT count(*) FROM n"
        ).fetchone()
        yield

    async def until_begun(self) -> None:
        assert await asyncio.to_thread(self.begun.wait, BOUND)


def found_by(steps: Steps, limit: int = 10_000) -> list[Message]:
    """The first `limit` messages that a reading finds."""
    return list(islice(filter(None, steps), limit))


class Listener:
    """Opens stores on one file and keeps what they say."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stored: dict[tuple[str, str], int] = {}  # by sender and stream: a chat's first one has its name
        self.numbered: list[Numbered] = []
        self.commits = 0
        self.failures: list[StoreError] = []
        self.pressure: list[tuple[str, str, bool]] = []
        self.free = 10**9
        self.low: list[bool] = []
        self.opened: list[SqliteStore] = []
        self._said = asyncio.Event()

    def open(
        self,
        *,
        mailbox: int = 5000,
        per_sender: int | None = None,
        retention: Retention = KEEP_ALL,
        begins_anew: bool = False,
    ) -> SqliteStore:
        store = SqliteStore.open(
            self.path,
            asyncio.get_running_loop(),
            committed=self._committed,
            failed=self._failed,
            pressure=self._pressure,
            mailbox=MailboxLimits(mailbox, per_sender or mailbox),
            retention=retention,
            reserve=DiskReserve(1, lambda: self.free, self.low.append),
            begins_anew=begins_anew,
        )
        self.opened.append(store)
        return store

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(BOUND):
            while not condition():
                self._said.clear()
                await self._said.wait()

    async def until_stored(self, stream: str, sender: str, upto: int) -> None:
        await self.until(lambda: self.stored.get((stream, sender), 0) >= upto)

    def _committed(self, commit: Commit) -> None:
        self.commits += bool(commit.stored)
        for _, sender, stream, upto, numbered in commit.stored:
            self.numbered += numbered
            assert upto > self.stored.get((stream, sender), 0), "said twice, or backwards"
            self.stored[stream, sender] = upto
        self._said.set()

    def _failed(self, error: StoreError) -> None:
        self.failures.append(error)
        self._said.set()

    def _pressure(self, chat: str, sender: str, behind: bool) -> None:
        self.pressure.append((chat, sender, behind))
        self._said.set()


async def handed_over(store: SqliteStore) -> None:
    """Until the writer's thread has been given what waits."""
    handed, write = asyncio.Event(), store._writer.write

    def note(batch: Batch) -> None:
        write(batch)
        handed.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store._writer, "write", note)
        await asyncio.wait_for(handed.wait(), BOUND)


@pytest.fixture
async def listener(tmp_path: Path) -> AsyncIterator[Listener]:
    listener = Listener(tmp_path / "messages.db")
    yield listener
    for store in listener.opened:
        await store.close()


@pytest.fixture
def endless(listener: Listener) -> Iterator[Endless]:
    """Over before the stores are closed."""
    endless = Endless()
    yield endless
    endless.is_over.set()


@pytest.fixture
async def store(listener: Listener) -> SqliteStore:
    return listener.open()
