"""Work that waits: its socket waits with it, and a store that fails breaks nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from duologue.server.session import Hold
from duologue.server.storage.base import StoreError
from duologue.server.tasks import Tasks
from tests.server.test_session import fake, session
from tests.stage import until


async def test_a_socket_is_not_read_from_until_its_question_is_answered() -> None:
    tasks, connection, go = Tasks(), session("alice").chat_socket, asyncio.Event()

    async def answer() -> None:
        await go.wait()

    tasks.answer(connection, answer())
    await asyncio.sleep(0)
    assert fake(connection).holds == {Hold.RECALL}
    go.set()
    await until(lambda: not tasks.running)
    assert fake(connection).holds == set()


async def test_a_store_that_fails_is_a_record_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    tasks, connection = Tasks(), session("alice").chat_socket

    async def answer() -> None:
        raise StoreError(Path("/data/messages.db"), "the disk is full")

    tasks.answer(connection, answer())
    await until(lambda: not tasks.running)
    assert fake(connection).holds == set()
    assert "store not asked" in caplog.text


async def test_what_somebody_reads_is_given_up_when_they_have_gone() -> None:
    tasks, alice, bob = Tasks(), session("alice"), session("bob")
    read: list[str] = []

    async def reading(who: str, go: asyncio.Event) -> None:
        try:
            await go.wait()
        finally:
            read.append(f"{who} {go.is_set()}")

    go = asyncio.Event()
    tasks.read(alice, reading("alice", go))
    tasks.read(bob, reading("bob", go))
    assert fake(alice.chat_socket).holds == {Hold.RECALL}
    tasks.left(alice)  # before it has begun, even
    await until(lambda: len(tasks.running) == 1)
    go.set()
    await until(lambda: not tasks.running)
    assert read == ["alice False", "bob True"]
    assert fake(bob.chat_socket).holds == set()


async def test_who_goes_without_a_question_or_after_its_answer_is_no_trouble() -> None:
    tasks, alice = Tasks(), session("alice")
    tasks.left(alice)
    tasks.read(alice, asyncio.sleep(0))
    await until(lambda: not tasks.running)
    tasks.left(alice)
    assert tasks._readings == {}
