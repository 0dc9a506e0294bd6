"""The longest that somebody waited is told, also where no answer came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import witnesses
from bench.people import ABSENT, FRIEND, OWNER, PASSWORD, READER, SENDER
from bench.witnesses import AGAIN, BETWEEN, PATIENCE, WITNESSES, Witness
from duologue.core.names import Account
from duologue.server.auth.passwords import hash_password
from tests.bound import BOUND
from tests.stage import Clock, opened


class Canned:
    """An answer takes so long; one that is None does not come, and that is known at once."""

    def __init__(self, clock: Clock, answers: Iterator[float | None]) -> None:
        self._clock = clock
        self._answers = answers

    def prepares(self) -> None:
        self._clock.now += 3

    def asks(self) -> None:
        answer = next(self._answers)
        if answer is None:
            raise ConnectionError
        self._clock.now += answer

    def leaves(self) -> None:
        pass


def longest(answers: list[float | None], seconds: float) -> float:
    clock = Clock()

    def sleep(seconds: float) -> None:
        clock.now += seconds

    return witnesses.longest(Canned(clock, iter(answers)), seconds, clock, sleep)


def test_the_longest_counts_and_not_what_comes_before_a_question() -> None:
    assert longest([0.5, 2.0, 0.25], 8.9) == pytest.approx(2)


def test_who_asks_for_so_long_is_answered_to_the_end() -> None:
    assert longest([1.0, 5.0], 3 + 1 + BETWEEN + 0.01) == pytest.approx(5)


def test_who_is_turned_away_is_still_waiting() -> None:
    assert longest([None, None, 1.0], 3) == pytest.approx(1 + 2 * AGAIN)


def test_whoever_gets_no_answer_has_waited_for_as_long_as_anybody_does() -> None:
    assert longest([None] * 1000, 3) == pytest.approx(PATIENCE, abs=AGAIN)


def test_where_there_is_nothing_to_ask_for_nobody_is_answered() -> None:
    class Alone(Canned):
        def prepares(self) -> None:
            raise TimeoutError

    clock = Clock()
    assert witnesses.longest(Alone(clock, iter([0.0])), 3, clock, lambda _: None) == PATIENCE


@pytest.mark.parametrize("figure", WITNESSES)
async def test_each_has_its_answers_of_a_real_server(tmp_path: Path, figure: str) -> None:
    accounts = [*map(Account, (READER, FRIEND, ABSENT, SENDER)), Account(OWNER, hash_password(PASSWORD))]
    async with opened(tmp_path, accounts=accounts, history=True) as stage, asyncio.timeout(BOUND):
        await asyncio.to_thread(asks_twice, WITNESSES[figure], stage.settings.port)


def asks_twice(witness: Callable[[int], Witness], port: int) -> None:
    somebody = witness(port)
    try:
        for _ in range(2):
            somebody.prepares()
            somebody.asks()
    finally:
        somebody.leaves()
