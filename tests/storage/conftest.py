"""A store with somebody who listens to it, and a wait for what it says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from duologue.storage.base import Stored, StoreError
from duologue.storage.sqlite import SqliteStore


class Listener:
    """Opens stores on one file and keeps what they say."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stored: dict[tuple[str, str], int] = {}
        self.commits = 0
        self.failures: list[StoreError] = []
        self.pressure: list[bool] = []
        self.opened: list[SqliteStore] = []
        self._said = asyncio.Event()

    def open(self) -> SqliteStore:
        loop = asyncio.get_running_loop()
        store = SqliteStore.open(
            self.path, loop, committed=self._committed, failed=self._failed, pressure=self._pressure
        )
        self.opened.append(store)
        return store

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self._said.clear()
                await self._said.wait()

    async def until_stored(self, chat: str, sender: str, upto: int) -> None:
        await self.until(lambda: self.stored.get((chat, sender), 0) >= upto)

    def _committed(self, stored: Sequence[Stored]) -> None:
        self.commits += 1
        for chat, sender, upto in stored:
            assert upto > self.stored.get((chat, sender), 0), "said twice, or backwards"
            self.stored[chat, sender] = upto
        self._said.set()

    def _failed(self, error: StoreError) -> None:
        self.failures.append(error)
        self._said.set()

    def _pressure(self, behind: bool) -> None:
        self.pressure.append(behind)
        self._said.set()


@pytest.fixture
async def listener(tmp_path: Path) -> AsyncIterator[Listener]:
    listener = Listener(tmp_path / "messages.db")
    yield listener
    for store in listener.opened:
        await store.close()


@pytest.fixture
async def store(listener: Listener) -> SqliteStore:
    return listener.open()
