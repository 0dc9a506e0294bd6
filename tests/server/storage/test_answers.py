"""Answers reach those who still wait for them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from duologue.core.errors import PeerError
from duologue.server.storage.answers import settle
from duologue.server.storage.base import StoreError


async def test_an_answer_is_a_result_and_a_refusal_an_error() -> None:
    loop = asyncio.get_running_loop()
    for answer in (7, None):
        asked: asyncio.Future[object] = loop.create_future()
        settle(asked, answer)
        assert await asked == answer
    for refusal in (PeerError("mailbox_full", "Full."), StoreError(Path("x"), "is closed")):
        asked = loop.create_future()
        settle(asked, refusal)
        with pytest.raises(type(refusal)):
            await asked


async def test_one_who_was_cancelled_is_told_nothing() -> None:
    asked: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    asked.cancel()
    settle(asked, 7)
    assert asked.cancelled()
