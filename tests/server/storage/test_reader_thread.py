"""Reading in turns: nobody waits for more than a turn of each other, nobody reads for ever or is read for in vain."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from itertools import repeat
from threading import Event

import pytest

from duologue.server.storage.base import Message, Unfinished
from duologue.server.storage.reader import Steps
from duologue.server.storage.reader_thread import TURN_SECONDS, ReaderThread
from tests.bound import BOUND

ENDLESS = "WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n"


class Clock:
    """Stands still but for the work that is done."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Desk(ReaderThread):
    """With work that takes `clock`'s time, and a note of whose turn it was."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.turns: list[str] = []
        super().__init__(sqlite3.connect(":memory:", check_same_thread=False), "test", self.clock)

    def work(self, who: str, steps: int, seconds: float = TURN_SECONDS) -> Steps:
        """So many steps, each of so many seconds, and a message at the end."""
        for _ in range(steps):
            self.turns.append(who)
            self.clock.now += seconds
            yield None
        yield Message(1, who, who, who, 1, 1.0, who)

    def endless(self, begun: Event) -> Steps:
        """One statement that does not end."""
        begun.set()
        self.connection.execute(ENDLESS).fetchone()
        yield None

    async def can_be_asked(self) -> bool:
        async with asyncio.timeout(BOUND):
            return await self.run(lambda: True, "somebody")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    desk.stop()
    desk.close()


async def until_set(begun: Event) -> None:
    assert await asyncio.to_thread(begun.wait, BOUND)


async def test_two_who_read_much_have_their_turns_one_after_the_other(desk: Desk) -> None:
    await asyncio.gather(
        desk.collect(desk.work("mallory", 4), 9, 100.0, "mallory"),
        desk.collect(desk.work("alice", 2), 9, 100.0, "alice"),
    )
    assert desk.turns[:5] == ["mallory", "alice", "mallory", "alice", "mallory"]


async def test_whoever_comes_waits_for_one_turn_of_somebody_who_reads_for_long(desk: Desk) -> None:
    begun = Event()

    def steps() -> Steps:
        begun.set()
        yield from desk.work("mallory", 100)

    reading = asyncio.create_task(desk.collect(steps(), 9, 100.0, "mallory"))
    await until_set(begun)
    await desk.collect(desk.work("alice", 1), 9, 100.0, "alice")
    await reading
    assert desk.turns.index("alice") < 50
    assert desk.turns.count("mallory") == 100


async def test_many_questions_of_one_do_not_come_before_the_first_of_another(desk: Desk) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(desk.collect(desk.work("mallory", 3), 9, 100.0, "mallory"))
        group.create_task(desk.collect(desk.work("alice", 1), 9, 100.0, "alice"))
    assert desk.turns.index("alice") <= 2


async def test_short_steps_share_a_turn(desk: Desk) -> None:
    await asyncio.gather(
        desk.collect(desk.work("mallory", 10, TURN_SECONDS / 4), 9, 100.0, "mallory"),
        desk.collect(desk.work("alice", 1), 9, 100.0, "alice"),
    )
    assert desk.turns.index("alice") == 4


async def test_after_its_seconds_of_work_a_reading_ends_with_what_was_found(desk: Desk) -> None:
    def steps() -> Steps:
        for number in range(100):
            desk.clock.now += 0.5
            yield Message(number, "c", "bob", "alice", number, 1.0, "x")

    with pytest.raises(Unfinished) as raised:
        await desk.collect(steps(), 1000, 2.0, "alice")
    assert [message.number for message in raised.value.found] == [0, 1, 2, 3]


async def test_the_time_of_others_does_not_count(desk: Desk) -> None:
    found = await asyncio.gather(
        desk.collect(desk.work("mallory", 100), 9, 100.0, "mallory"),
        desk.collect(desk.work("alice", 3), 9, 4 * TURN_SECONDS, "alice"),
    )
    assert [message.sender for message in found[1]] == ["alice"]


async def test_a_statement_ends_when_the_time_is_over(desk: Desk) -> None:
    def steps() -> Steps:
        desk.clock.now += 3.0
        desk.connection.execute(ENDLESS).fetchone()
        yield None

    async with asyncio.timeout(BOUND):
        with pytest.raises(Unfinished):
            await desk.collect(steps(), 9, 2.0, "alice")
    assert await desk.can_be_asked()


async def test_no_more_is_read_than_is_asked_for(desk: Desk) -> None:
    found = repeat(Message(1, "c", "bob", "alice", 1, 1.0, "x"))
    assert len(await desk.collect(found, 5, 2.0, "alice")) == 5


async def test_who_goes_while_it_waits_is_not_read_for(desk: Desk) -> None:
    gate, begun = Event(), Event()

    def first() -> Steps:
        begun.set()
        gate.wait(BOUND)
        yield None

    reading = asyncio.create_task(desk.collect(first(), 9, 100.0, "mallory"))
    await until_set(begun)
    gone = asyncio.create_task(desk.collect(desk.work("gone", 1), 9, 100.0, "gone"))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait({gone})
    gate.set()
    await reading
    assert await desk.can_be_asked()
    assert desk.turns == []


async def test_who_goes_while_it_is_read_for_lets_go_of_the_thread_even_within_a_statement(desk: Desk) -> None:
    begun = Event()
    gone = asyncio.create_task(desk.collect(desk.endless(begun), 9, 100.0, "gone"))
    await until_set(begun)
    gone.cancel()
    assert await desk.can_be_asked()


async def test_what_stops_ends_what_is_read_and_takes_nothing_more(desk: Desk) -> None:
    begun = Event()
    reading = asyncio.create_task(desk.collect(desk.endless(begun), 9, 100.0, "mallory"))
    waiting = asyncio.create_task(desk.collect(desk.work("alice", 1), 9, 100.0, "alice"))
    await until_set(begun)
    desk.stop()
    async with asyncio.timeout(BOUND):
        await asyncio.to_thread(desk.close)
        for asked in (reading, waiting):
            with pytest.raises(RuntimeError):
                await asked
    with pytest.raises(RuntimeError):
        await desk.run(lambda: True, "alice")
    assert desk.turns == []


async def test_what_goes_wrong_is_told_to_who_asked(desk: Desk) -> None:
    def steps() -> Iterator[None]:
        desk.connection.execute("SELECT * FROM nowhere")
        yield

    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        await desk.collect(steps(), 9, 2.0, "alice")
