"""The bounds are held or not, by unrounded figures, against the best of those who are named."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bench.bounds import BOUNDS, TITLES, Bound, GrowthBound, Measure, Verdict, at_least, at_most, under_attack
from bench.figures import Results
from bench.growth import Growth

RATE = Measure("chat", "ours", "rate")
ONE, TWO = (Measure("chat", name, "rate") for name in ("one", "two"))


def results(**rounds: list[float]) -> Results:
    return of("rate", rounds)


def of(figure: str, rounds: Mapping[str, list[float]]) -> Results:
    return {"chat": {name: {figure: numbers} for name, numbers in rounds.items()}}


def test_at_least_so_many_times_another() -> None:
    bound = Bound(RATE, at_least, 2.5, [ONE])
    assert bound.verdict(results(ours=[25.0], one=[10.0])) is Verdict.HELD
    assert bound.verdict(results(ours=[24.999], one=[10.0])) is Verdict.NOT_HELD


def test_at_most_so_many_times_another() -> None:
    bound = Bound(Measure("chat", "ours", "cpu_us"), at_most, 1.35, [Measure("chat", "one", "cpu_us")])
    assert bound.verdict(of("cpu_us", {"ours": [13.5], "one": [10.0]})) is Verdict.HELD
    assert bound.verdict(of("cpu_us", {"ours": [13.51], "one": [10.0]})) is Verdict.NOT_HELD


def test_the_best_of_several_is_what_counts() -> None:
    most = Bound(RATE, at_least, 1.0, [ONE, TWO])
    assert most.measured(results(ours=[10.0], one=[5.0], two=[20.0])) == 0.5
    least = Bound(RATE, at_most, 1.0, [ONE, TWO])
    assert least.measured(results(ours=[10.0], one=[5.0], two=[20.0])) == 2


def test_one_of_several_that_is_not_there_does_not_count() -> None:
    assert Bound(RATE, at_least, 1.0, [ONE, TWO]).measured(results(ours=[10.0], two=[5.0])) == 2


def test_a_bound_of_its_own() -> None:
    bound = Bound(RATE, at_most, 12.0, unit="KiB")
    assert bound.measured(results(ours=[11.0, 13.0, 12.0])) == 12
    assert bound.verdict(results(ours=[12.0])) is Verdict.HELD
    assert bound.verdict(results(ours=[12.01])) is Verdict.NOT_HELD


def test_nothing_measured_is_nothing_held() -> None:
    for bound in (Bound(RATE, at_least, 1.0, [ONE]), Bound(RATE, at_most, 1.0)):
        assert bound.verdict(results(one=[5.0])) is Verdict.NOT_MEASURED
    assert Bound(RATE, at_least, 1.0, [ONE]).verdict(results(ours=[5.0])) is Verdict.NOT_MEASURED


@pytest.mark.parametrize(
    ("rounds", "verdict"),
    [
        ({"ours": [6.0], "one": [10.0], "two": [9.0]}, Verdict.HELD),
        ({"ours": [5.0], "one": [10.0], "two": [4.0]}, Verdict.HELD),
        ({"ours": [5.0], "two": [4.0]}, Verdict.HELD),
        ({"ours": [5.0], "one": [10.0], "two": [9.0]}, Verdict.NOT_HELD),
        ({"ours": [5.0], "one": [10.0]}, Verdict.NOT_HELD),
        ({"ours": [5.0]}, Verdict.NOT_MEASURED),
    ],
)
def test_one_bound_or_the_other(rounds: dict[str, list[float]], verdict: Verdict) -> None:
    bound = Bound(RATE, at_least, 0.6, [ONE], otherwise=Bound(RATE, at_least, 1.0, [TWO]))
    assert bound.verdict(results(**rounds)) is verdict


def test_what_is_asked_is_said_in_words() -> None:
    assert Bound(RATE, at_least, 2.5, [ONE, TWO]).wording == "≥ 2.5 × one / two"
    assert Bound(RATE, at_most, 3.0, unit="% of a core").wording == "≤ 3 % of a core"
    assert Bound(RATE, at_least, 0.9, [Measure("before", "ours", "rate")]).wording == "≥ 0.9 × before"
    either = Bound(RATE, at_least, 0.6, [ONE], otherwise=Bound(RATE, at_least, 1.0, [TWO]))
    assert either.wording == "≥ 0.6 × one, or ≥ 1 × two"


def test_every_bound_can_be_printed() -> None:
    assert len({(bound.title, bound.wording) for bound in BOUNDS}) == len(BOUNDS)
    assert {bound.mine.figure for bound in BOUNDS if isinstance(bound, Bound)} == set(TITLES)


GROWTH = GrowthBound(Growth("pairs", "message", "ours", (50, 400), "{} pairs".format), 0.15)


@pytest.mark.parametrize(
    ("costs", "verdict"),
    [
        ({50: 10.0, 400: 10.0 * 8**0.149}, Verdict.HELD),
        ({50: 10.0, 400: 10.0 * 8**0.151}, Verdict.NOT_HELD),
        ({50: 10.0}, Verdict.NOT_MEASURED),
        ({}, Verdict.NOT_MEASURED),
    ],
)
def test_cost_may_grow_by_so_much(costs: Mapping[int, float], verdict: Verdict) -> None:
    """A run that measured a part of the sizes says nothing of it."""
    measured: Results = {f"{size} pairs": {"ours": {"cpu_us": [cost]}} for size, cost in costs.items()}
    assert GROWTH.verdict(measured) is verdict


def test_growth_is_said_in_words() -> None:
    assert GROWTH.title == "pairs, from 50 to 400: growth of the CPU for each message"
    assert GROWTH.wording == "exponent ≤ 0.15"


@pytest.mark.parametrize(
    ("figure", "most", "wording"),
    [
        ("p99_us", 100_000.0, "≤ 100,000 µs"),
        ("history_s", 1.0, "≤ 1 s"),
        ("mailbox_s", 1.0, "≤ 1 s"),
        ("login_s", 1.0, "≤ 1 s"),
    ],
)
def test_under_attack_others_talk_on_and_are_answered(figure: str, most: float, wording: str) -> None:
    [bound] = [bound for bound in under_attack("chat", "ours") if bound.mine.figure == figure]
    assert bound.wording == wording
    assert bound.verdict(of(figure, {"ours": [most]})) is Verdict.HELD
    assert bound.verdict(of(figure, {"ours": [most * 1.001]})) is Verdict.NOT_HELD
