"""Work that waits: its socket waits with it, and a store that fails breaks nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from duologue.errands import Errands
from duologue.link import Hold
from duologue.storage.base import StoreError
from tests.stage import until
from tests.test_link import client, fake


async def test_a_socket_is_not_read_from_until_its_question_is_answered() -> None:
    errands, link, go = Errands(), client("alice").chat_socket, asyncio.Event()

    async def answer() -> None:
        await go.wait()

    errands.answer(link, answer())
    await asyncio.sleep(0)
    assert fake(link).holds == {Hold.RECALL}
    go.set()
    await until(lambda: not errands.running)
    assert fake(link).holds == set()


async def test_a_store_that_fails_is_a_record_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    errands, link = Errands(), client("alice").chat_socket

    async def answer() -> None:
        raise StoreError(Path("/data/messages.db"), "the disk is full")

    errands.answer(link, answer())
    await until(lambda: not errands.running)
    assert fake(link).holds == set()
    assert "store not asked" in caplog.text
