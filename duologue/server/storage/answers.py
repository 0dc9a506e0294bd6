"""Answers of the store to those who wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from itertools import chain
from typing import TypeVar

from duologue.core.errors import PeerError
from duologue.server.storage.base import KeptLetter, StoreError

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


def letters_in(answers: Iterable[object]) -> list[KeptLetter]:
    """Return the letters among the answers that were not there before."""
    several = (answer if isinstance(answer, list) else [answer] for answer in answers)
    kept = chain.from_iterable(several)
    return [letter for letter in kept if isinstance(letter, KeptLetter) and letter.number is not None]
