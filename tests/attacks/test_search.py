"""Somebody searches for what is not there among very many messages: everybody else reads, and the server stops."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import pytest

from duologue.server.storage import search as searching
from duologue.server.storage.base import Letter, Message
from duologue.server.storage.reader import Whose
from duologue.server.storage.sqlite import SqliteStore
from tests.bound import BOUND
from tests.stage import Actor, Stage, until

MANY = 20_000
"""Messages that came in one write, each of which has the word."""


@contextmanager
def held_in_the_middle() -> Iterator[Event]:
    """The search, once it has begun, does not come to an end inside: each step of it is one more to do."""
    begun = Event()

    def endless(*of: object) -> Iterator[Message | None]:
        while True:
            yield from _search(*of)  # type: ignore[arg-type]
            begun.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("duologue.server.storage.readings.search", endless)
        patch.setattr("duologue.server.storage.readings.READING_SECONDS", 3600.0)
        patch.setattr("duologue.server.storage.readings.INDEXING_SECONDS", 60.0)
        yield begun


_search = searching.search


def store_of(stage: Stage) -> SqliteStore:
    store = stage.server.hub._store._store
    assert isinstance(store, SqliteStore)
    return store


async def says_much(stage: Stage) -> None:
    """alice has said the word to bob very often, in one write."""
    store = store_of(stage)
    store.chat_started("much", "alice", "bob", 1.0)
    store.append("much", "alice", b":a\n" * MANY, MANY, 2.0)
    store.chat_ended("much", "left", 3.0)
    await store.synced()
    await store.receipt("much", "bob", MANY)


async def searches(actor: Actor, words: str, begun: Event) -> None:
    await actor.says(f"/search {words}")
    async with asyncio.timeout(BOUND):
        assert await asyncio.to_thread(begun.wait, BOUND)


@pytest.mark.parametrize("words", ["a ☃", "☃", "a"])
async def test_meanwhile_others_read_write_and_come(stage: Stage, words: str) -> None:
    await says_much(stage)
    mallory = await stage.enters("alice")
    with held_in_the_middle() as begun:
        if words == "a":  # this one is found at once, however much there is
            await mallory.says("/search a")
            for _ in range(50):
                await mallory.hears_like("recalled .* :a")
            await mallory.hears("recall_ended 50")
        else:
            await searches(mallory, words, begun)
        carol, dave, _ = await stage.chat_between("carol", "dave")
        await carol.says(":hello")
        await dave.hears(":hello")
        await carol.says("/history dave 5")
        await carol.hears_like("recalled .* :hello")
        await carol.hears("recall_ended 1")
        await store_of(stage).hand_in(Letter("l", 1, "carol", "bob", b":a letter\n", 4.0))
        bob = await stage.enters("bob")
        await bob.hears_like("message_from carol .* :a letter")
        await bob.says("/history alice 3")
        for _ in range(3):
            await bob.hears_like("recalled .* :a")
        await bob.hears_like(r"recall_ended 3 \d+")


async def test_another_search_has_its_turn_and_is_whole(stage: Stage) -> None:
    await says_much(stage)
    carol, dave, _ = await stage.chat_between("carol", "dave")
    await carol.says(":something rare")
    await dave.hears(":something rare")
    mallory = await stage.enters("alice")
    with held_in_the_middle() as begun:
        await searches(mallory, "a ☃", begun)
        store = store_of(stage)
        found = await store._readings._searcher.collect(
            _search(store._readings._searcher.connection, Whose("dave"), "rare"), 50, 2.0, "dave"
        )
        assert [message.text for message in found] == ["something rare"]


async def test_a_search_is_given_up_when_its_asker_has_gone(stage: Stage) -> None:
    await says_much(stage)
    mallory = await stage.enters("alice")
    history = stage.server.hub.chats.history
    with held_in_the_middle() as begun:
        await searches(mallory, "a ☃", begun)
        await mallory.vanishes()
        await until(lambda: not history._tasks.running)
    carol = await stage.enters("carol")
    await carol.says("/search rare")
    await carol.hears("recall_ended 0")


async def test_the_server_stops_in_the_middle_of_it(stage: Stage) -> None:
    await says_much(stage)
    mallory = await stage.enters("alice")
    with held_in_the_middle() as begun:
        await searches(mallory, "a ☃", begun)
        async with asyncio.timeout(BOUND):
            await stage.server.stop()
    await mallory.is_out_after("disconnected shutting_down Server is shutting down. Goodbye!")


async def test_a_search_that_takes_too_long_says_so_and_tells_what_it_has_found(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await says_much(stage)
    mallory = await stage.enters("alice")
    with held_in_the_middle():
        monkeypatch.setattr("duologue.server.storage.readings.READING_SECONDS", 0.2)
        await mallory.says("/search a ☃")
        line = await mallory.login.line()
        assert re.match("ERROR search_stopped ", line), line
        await mallory.hears("recall_ended 0")
        await mallory.heard_nothing()
