"""Rates: nobody gets more than burst and rate allow, nobody is held longer than they owe, and memory is bounded."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.pace import Arrivals, TokenBucket, Tries

MINUTE = 60
# Whole numbers, so that what is tested is the rule and not the rounding.
steps = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 30)), max_size=60)


class TestTokenBucket:
    @given(burst=st.integers(1, 50), rate=st.integers(1, 16), steps=steps)
    def test_who_waits_as_told_never_has_more_than_burst_and_rate_allow(
        self, burst: int, rate: int, steps: list[tuple[int, int]]
    ) -> None:
        """Only the amount that goes into debt comes on top; it has to be waited off."""
        start = now = 5.0
        bucket = TokenBucket(burst, rate, start)
        spent, due = 0, start
        for pause, amount in steps:
            now = max(now + pause, due)
            assert spent <= burst + rate * (now - start) + 1e-6
            due = now + bucket.spend(amount, now)
            spent += amount

    @given(burst=st.integers(1, 50), rate=st.integers(1, 16), steps=steps)
    def test_who_stays_below_both_never_waits(self, burst: int, rate: int, steps: list[tuple[int, int]]) -> None:
        now = 0.0
        bucket = TokenBucket(burst, rate, now)
        for amount in [min(amount, burst) for _, amount in steps]:
            assert bucket.spend(amount, now) == 0
            now += amount / rate + 1e-6

    def test_the_burst_is_free_and_then_each_costs_its_time(self) -> None:
        bucket = TokenBucket(200, 50, 0)
        assert bucket.spend(200, 0) == 0
        assert bucket.spend(1, 0) == pytest.approx(0.02)
        assert bucket.spend(1, 0) == pytest.approx(0.04)
        assert bucket.spend(1, 0.06) == pytest.approx(0, abs=1e-9)

    def test_who_pays_has_enough_or_keeps_what_they_have(self) -> None:
        bucket = TokenBucket(10, 2, 0)
        assert bucket.pay(8, 0)
        assert not bucket.pay(3, 0)
        assert bucket.pay(2, 0)
        assert not bucket.pay(1, 0)
        assert bucket.pay(1, 0.5)
        assert not bucket.pay(11, 100)
        assert bucket.pay(10, 100)

    @given(burst=st.integers(0, 50), spent=st.integers(0, 60), amount=st.integers(1, 9), pause=st.integers(0, 9))
    def test_how_often_something_goes_into_it(self, burst: int, spent: int, amount: int, pause: int) -> None:
        bucket = TokenBucket(burst, 2, 0)
        bucket.spend(spent, 0)
        often = bucket.goes_into(amount, pause)
        times = 1
        while bucket.spend(amount, pause) == 0:
            times += 1
        assert often == times

    def test_without_a_rate_it_goes_into_it_for_ever(self) -> None:
        assert TokenBucket(math.inf, math.inf, 0).goes_into(1, 0) == math.inf

    def test_who_is_in_debt_cannot_pay(self) -> None:
        bucket = TokenBucket(10, 2, 0)
        bucket.spend(14, 0)
        assert not bucket.pay(1, 2)
        assert bucket.pay(1, 2.5)

    def test_a_lifted_rate_is_enough_for_everything(self) -> None:
        assert TokenBucket(math.inf, math.inf, 0).pay(1e9, 0)

    def test_debt_is_worked_off_at_the_rate(self) -> None:
        bucket = TokenBucket(10, 5, 0)
        assert bucket.spend(60, 0) == 10
        assert bucket.spend(0, 4) == 6
        assert bucket.spend(0, 10) == 0

    def test_a_long_silence_is_worth_one_burst_and_no_more(self) -> None:
        bucket = TokenBucket(10, 5, 0)
        assert bucket.spend(10, 1_000_000) == 0
        assert bucket.spend(5, 1_000_000) == 1

    def test_a_lifted_rate_never_makes_anyone_wait(self) -> None:
        bucket = TokenBucket(math.inf, math.inf, 0)
        assert {bucket.spend(10**9, 0) for _ in range(3)} == {0.0}


def admitted(tries: Tries, whens: Iterable[int]) -> list[int]:
    """When somebody tried, of those who ask first and obey the answer."""
    times = []
    for when in whens:
        if not tries.wait("eve", when):
            tries.note("eve", when)
            times.append(when)
    return times


class TestTries:
    @given(most=st.integers(1, 5), gaps=st.lists(st.integers(0, 40), max_size=50))
    def test_no_window_holds_more_tries_than_allowed(self, most: int, gaps: list[int]) -> None:
        whens = [sum(gaps[:count]) for count in range(len(gaps))]
        times = admitted(Tries(most, MINUTE), whens)
        for when in times:
            assert len([other for other in times if when - MINUTE < other <= when]) <= most

    @given(most=st.integers(1, 5), gaps=st.lists(st.integers(0, 40), max_size=50))
    def test_the_wait_is_exact(self, most: int, gaps: list[int]) -> None:
        tries, now = Tries(most, MINUTE), 0
        for gap in gaps:
            now += gap
            wait = int(tries.wait("eve", now))
            assert wait >= 0
            if not wait:
                tries.note("eve", now)
                continue
            assert tries.wait("eve", now + wait - 1) > 0
            assert tries.wait("eve", now + wait) == 0

    def test_the_fourth_try_in_a_minute_waits_for_the_first_to_pass(self) -> None:
        tries = Tries(3, MINUTE)
        assert admitted(tries, [100, 110, 120]) == [100, 110, 120]
        assert tries.wait("eve", 130) == 30
        assert tries.wait("eve", 160) == 0

    def test_one_key_does_not_wait_for_another(self) -> None:
        tries = Tries(1, MINUTE)
        tries.note(("alice", "192.0.2.1"), 0)
        assert tries.wait(("alice", "192.0.2.1"), 0) > 0
        assert tries.wait(("alice", "192.0.2.2"), 0) == 0
        assert tries.wait(("bob", "192.0.2.1"), 0) == 0

    def test_asking_is_not_trying(self) -> None:
        tries = Tries(1, MINUTE)
        assert [tries.wait("eve", 0) for _ in range(5)] == [0] * 5

    def test_a_success_forgives_what_was_before(self) -> None:
        tries = Tries(1, MINUTE)
        tries.note("alice", 0)
        tries.note("bob", 0)
        tries.forgive("alice")
        tries.forgive("carol")
        assert tries.wait("alice", 0) == 0
        assert tries.wait("bob", 0) > 0

    def test_what_is_taken_back_was_no_try_and_the_others_were(self) -> None:
        tries = Tries(2, MINUTE)
        tries.note("alice", 1)
        tries.note("alice", 2)
        tries.take_back("alice", 2)
        tries.take_back("alice", 2)
        tries.take_back("nobody", 2)
        assert tries.wait("alice", 3) == 0
        tries.note("alice", 3)
        assert tries.wait("alice", 3) == 58
        for when in (1, 3):
            tries.take_back("alice", when)
        assert not tries._times, "nothing is kept of who has not tried"

    def test_memory_is_bounded_and_the_longest_untouched_is_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Tries, "MOST_KEYS", 3)
        tries = Tries(2, MINUTE)
        for key in ("a", "a", "b", "b", "c", "c"):
            tries.note(key, 0)
        tries.note("a", 0)
        tries.note("d", 0)
        held = [key for key in "abcd" if tries.wait(key, 0)]
        assert held == ["a", "c"]  # "d" has one try left; "b" is forgotten

    def test_lifted_tries_are_neither_counted_nor_kept(self) -> None:
        tries = Tries(math.inf, MINUTE)
        assert admitted(tries, [0] * 50) == [0] * 50

    def test_the_bound_is_the_one_that_its_memory_was_reckoned_for(self) -> None:
        assert Tries.MOST_KEYS == 10_000


class TestArrivals:
    def test_so_many_in_a_window_and_then_again(self) -> None:
        arrivals = Arrivals(3, MINUTE)
        for now in (0, 0, 30):
            assert arrivals.has_room("a", now)
            arrivals.note("a", now)
        assert not arrivals.has_room("a", MINUTE - 1)
        assert arrivals.has_room("b", MINUTE - 1)
        assert arrivals.has_room("a", MINUTE)
        arrivals.note("a", MINUTE)
        arrivals.note("a", MINUTE)
        assert not arrivals.has_room("a", MINUTE + 29)
        assert arrivals.has_room("a", MINUTE + 30)

    @given(st.lists(st.integers(0, 20), max_size=200), st.integers(1, 20))
    def test_never_more_than_that_in_a_window_but_for_a_slot(self, steps: list[int], most: int) -> None:
        arrivals, now, let_in = Arrivals(most, MINUTE), 0, list[int]()
        for step in steps:
            now += step
            if arrivals.has_room("a", now):
                arrivals.note("a", now)
                let_in.append(now)
        slot = MINUTE // Arrivals.SLOTS
        for start in let_in:
            assert sum(start <= when < start + MINUTE - slot for when in let_in) <= most

    def test_a_key_is_small_however_often_it_comes(self) -> None:
        arrivals = Arrivals(100_000, MINUTE)
        for number in range(10_000):
            arrivals.note("a", number / 10)
            arrivals.has_room("a", number / 10)
        assert len(arrivals._counts["a"]) <= Arrivals.SLOTS

    def test_keys_are_bounded(self) -> None:
        arrivals = Arrivals(1, MINUTE)
        for number in range(Arrivals.MOST_KEYS + 10):
            arrivals.note(number, 0)
        assert len(arrivals._counts) == Arrivals.MOST_KEYS
        assert arrivals.has_room(0, 0)
        assert not arrivals.has_room(Arrivals.MOST_KEYS, 0)

    def test_lifted_it_counts_nothing(self) -> None:
        arrivals = Arrivals(math.inf, MINUTE)
        arrivals.note("a", 0)
        assert not arrivals._counts
