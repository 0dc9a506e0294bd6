"""Medians, ratios and exponents: what the verdicts of the benchmark rest on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import figures

RESULTS = {"chat": {"ours": {"rate": [10.0, 30.0, 20.0]}}}


def test_the_middle_of_three_rounds_counts() -> None:
    assert figures.median(RESULTS, "chat", "ours", "rate") == 20


@pytest.mark.parametrize("key", [("room", "ours", "rate"), ("chat", "theirs", "rate"), ("chat", "ours", "cpu_us")])
def test_what_was_not_measured_is_none(key: tuple[str, str, str]) -> None:
    assert figures.median(RESULTS, *key) is None


def test_a_ratio_is_taken_within_each_round() -> None:
    """The machine was four times as slow in the second round, for both."""
    assert figures.ratio([20.0, 5.0, 40.0], [10.0, 2.5, 10.0]) == 2


def test_a_round_that_only_one_played_has_no_ratio() -> None:
    assert figures.ratio([20.0, 99.0], [10.0]) == 2
    assert figures.ratio([20.0], []) is None
    assert figures.ratio([20.0], [0.0]) is None


@given(st.floats(-3, 3), st.floats(0.001, 1000))
def test_a_power_law_is_found_again(power: float, cost: float) -> None:
    points = [(size, cost * size**power) for size in (50, 100, 200, 400)]
    assert figures.exponent(points) == pytest.approx(power, abs=1e-6)


def test_noise_around_a_constant_is_near_zero() -> None:
    assert figures.exponent([(1, 1.02), (2, 0.98), (4, 0.99), (8, 1.01)]) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("points", [[], [(50, 1.0)], [(50, 1.0), (50, 2.0)], [(50, 1.0), (100, 0.0)]])
def test_one_size_tells_no_growth(points: list[tuple[float, float]]) -> None:
    assert figures.exponent(points) is None
