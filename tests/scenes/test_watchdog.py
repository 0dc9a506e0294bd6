"""The guard that stands behind every scene can bite: it sees what keeps the loop, on each kind of loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from time import thread_time

import pytest

from tests.scenes.conftest import LONGEST_TURN, LOOPS, WatchedAsyncio, WatchedUvloop


def burn(seconds: float) -> None:
    end = thread_time() + seconds
    while thread_time() < end:
        pass


async def one_long_turn() -> None:
    await asyncio.sleep(0)
    burn(LONGEST_TURN)


async def many_short_turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)
        burn(LONGEST_TURN / 10)


def longest_turn_of(kind: str, play: Callable[[], Coroutine[None, None, None]]) -> float:
    with asyncio.Runner(loop_factory=LOOPS[kind]) as runner:
        runner.run(play())
        loop = runner.get_loop()
        assert isinstance(loop, WatchedUvloop | WatchedAsyncio)
        return loop.watch.longest_turn


@pytest.mark.parametrize("kind", LOOPS)
def test_a_callback_that_keeps_the_loop_is_seen(kind: str) -> None:
    assert longest_turn_of(kind, one_long_turn) >= LONGEST_TURN


@pytest.mark.parametrize("kind", LOOPS)
def test_much_work_in_small_portions_is_fine(kind: str) -> None:
    assert longest_turn_of(kind, many_short_turns) < LONGEST_TURN


async def test_a_scene_plays_on_a_watched_loop() -> None:
    assert isinstance(asyncio.get_running_loop(), WatchedUvloop | WatchedAsyncio)
