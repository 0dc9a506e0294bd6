"""Answers of the store to those who wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from duologue.core.errors import PeerError
from duologue.server.storage.base import StoreError

T = TypeVar("T")


async def or_refusal(asked: Awaitable[T]) -> T | PeerError:
    """Return the answer, or the refusal that it raises: one of many refuses itself alone."""
    try:
        return await asked
    except PeerError as refusal:
        return refusal


def noted(answer: asyncio.Future[T]) -> None:
    """Read the error, so that asyncio does not complain of one that nobody waited for."""
    if not answer.cancelled():
        answer.exception()


def settle(asked: asyncio.Future[object], answer: object) -> None:
    if asked.done():  # the asker has been cancelled
        return
    if isinstance(answer, PeerError | StoreError):
        asked.set_exception(answer)
    else:
        asked.set_result(answer)
