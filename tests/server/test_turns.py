"""Each turn of the loop has so much time for commands, and who waits is served in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from duologue.server.turns import TURN, Turns


class Time:
    """A clock that work moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def worker(time: Time, turns: Turns, done: list[str], name: str, pieces: int) -> Callable[[], None]:
    """Does its work in pieces of half a turn, and waits for its next turn after each."""
    left = [pieces]

    def go_on() -> None:
        done.append(name)
        time.now += TURN / 2
        left[0] -= 1
        if left[0]:
            turns.wait(go_on, name)

    return go_on


async def test_a_turn_is_over_when_its_time_is_and_the_next_has_time_again() -> None:
    time = Time()
    turns = Turns(time)
    assert not turns.is_over()
    time.now += TURN / 2
    assert not turns.is_over()
    time.now += TURN / 2
    assert turns.is_over()
    await asyncio.sleep(0)
    assert not turns.is_over()


async def test_what_waits_has_no_more_than_its_share_of_a_turn_of_the_loop() -> None:
    time, done = Time(), list[str]()
    turns = Turns(time)
    turns.wait(worker(time, turns, done, "mallory", 7), "mallory")
    counts = []
    while len(done) < 7:
        before = len(done)
        await asyncio.sleep(0)
        counts.append(len(done) - before)
    assert max(counts) == 2  # of half a turn each


async def test_who_waits_goes_before_the_next_piece_of_another() -> None:
    time, done = Time(), list[str]()
    turns = Turns(time)
    turns.wait(worker(time, turns, done, "mallory", 100), "mallory")
    turns.wait(worker(time, turns, done, "alice", 1), "alice")
    await asyncio.sleep(0)
    assert done == ["mallory", "alice"]


async def test_the_connections_of_one_account_are_one_who_waits() -> None:
    time, done = Time(), list[str]()
    turns = Turns(time)
    for number in range(50):
        turns.wait(worker(time, turns, done, f"mallory {number}", 1), "mallory")
    turns.wait(worker(time, turns, done, "alice", 1), "alice")
    await asyncio.sleep(0)
    assert done == ["mallory 0", "alice"]


async def test_where_nobody_waits_nothing_runs() -> None:
    turns = Turns(Time())
    assert not turns.is_over()
    await asyncio.sleep(0)
    assert not turns._is_on
