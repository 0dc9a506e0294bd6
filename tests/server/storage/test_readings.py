"""Questions to the store's file, over a file that a store has written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from threading import Lock

import pytest

from duologue.server.storage.base import StoreError
from duologue.server.storage.reader import Whose
from duologue.server.storage.readings import Readings
from tests.server.storage.conftest import Listener


@pytest.fixture
async def readings(listener: Listener) -> AsyncIterator[Readings]:
    store = listener.open()
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":a green door\n:a red one\n", 2, 2.0)
    await listener.until_stored("c", "alice", 2)
    readings = Readings(store._file, Lock())
    yield readings
    readings.stop()
    readings.close()


async def test_what_two_have_said_is_read_oldest_first(readings: Readings) -> None:
    found = await readings.history(Whose("alice", "bob"), None, 10)
    assert [message.text for message in found] == ["a green door", "a red one"]
    assert await readings.have_talked("alice", "bob")
    assert not await readings.have_talked("alice", "carol")


async def test_a_search_finds_what_is_in_the_index_where_it_may_not_grow(readings: Readings) -> None:
    assert await readings.search(Whose("alice"), "green", 10, may_index=False) == []
    found = await readings.search(Whose("alice"), "green", 10, may_index=True)
    assert [message.text for message in found] == ["a green door"]


async def test_after_the_end_there_are_no_answers(readings: Readings) -> None:
    readings.stop()
    with pytest.raises(StoreError, match="closed"):
        await readings.history(Whose("alice", "bob"), None, 10)
