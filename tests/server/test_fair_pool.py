"""Work in threads, shared fairly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from threading import Event

import pytest

from duologue.server.fair_pool import FairPool, PoolFull


@pytest.fixture
def gate() -> Iterator[Event]:
    """What the first work of a test waits for."""
    gate = Event()
    yield gate
    gate.set()


@pytest.fixture
def pool() -> Iterator[FairPool]:
    pool = FairPool(1, "test", 3)
    yield pool
    pool.close()


async def begun(pool: FairPool, gate: Event) -> asyncio.Task[bool]:
    """The only thread is at work."""
    task = asyncio.create_task(pool.run(partial(gate.wait, 5.0), "somebody"))
    await asyncio.sleep(0)
    return task


async def test_the_answer_is_what_the_work_returns_or_raises(pool: FairPool) -> None:
    assert await pool.run(partial(int, "7"), "alice") == 7
    with pytest.raises(ValueError, match="seven"):
        await pool.run(partial(int, "seven"), "alice")


async def test_everybody_has_a_turn_before_anybody_has_a_second(pool: FairPool, gate: Event) -> None:
    await begun(pool, gate)
    order: list[str] = []
    asked = [
        asyncio.create_task(pool.run(partial(order.append, f"{who} {number}"), who))
        for who, number in (("mallory", 0), ("mallory", 1), ("alice", 0))
    ]
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*asked)
    assert order == ["mallory 0", "alice 0", "mallory 1"]


async def test_who_is_gone_is_not_worked_for(pool: FairPool, gate: Event) -> None:
    await begun(pool, gate)
    done: list[str] = []
    gone = asyncio.create_task(pool.run(partial(done.append, "gone"), "gone"))
    joined_rooms = asyncio.create_task(pool.run(partial(done.append, "stays"), "stays"))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    gate.set()
    await joined_rooms
    assert done == ["stays"]


async def test_who_goes_while_it_is_worked_for_keeps_nobody(pool: FairPool, gate: Event) -> None:
    task = await begun(pool, gate)
    task.cancel()
    gate.set()
    assert await pool.run(partial(int, "7"), "alice") == 7


async def test_no_more_may_wait_than_there_is_room_for(pool: FairPool, gate: Event) -> None:
    await begun(pool, gate)
    waiting = [asyncio.create_task(pool.run(partial(int, "7"), number)) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(PoolFull):
        await pool.run(partial(int, "7"), "alice")
    gate.set()
    await asyncio.gather(*waiting)


async def test_a_pool_that_is_closed_takes_nothing_and_drops_what_waits(pool: FairPool, gate: Event) -> None:
    await begun(pool, gate)
    waiting = asyncio.create_task(pool.run(partial(int, "7"), "alice"))
    await asyncio.sleep(0)
    pool.close()
    gate.set()
    for asked in (waiting, pool.run(partial(int, "7"), "bob")):
        with pytest.raises(RuntimeError):
            await asked
