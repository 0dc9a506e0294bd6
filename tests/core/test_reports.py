"""When a report is due (docs/protocol.md 7.4), by a clock in the test's hands."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.reports import LARGE, MANY, QUICKLY, STEADILY, ReportPace, is_much

MOMENT = 1e-6
"""Seconds that sums of floats may be out."""


def reports(pace: ReportPace, news: list[float]) -> list[float]:
    """Return when reports go, where news comes at these times and a report carries all that has come before it."""
    went: list[float] = []
    due = None
    for now in [*news, float("inf")]:
        if due is not None and due <= now:
            pace.reported(due)
            went.append(due)
            due = None
        if now != float("inf"):
            due = pace.due(now) if due is None else min(due, pace.due(now))
    return went


@pytest.mark.parametrize("phase", [0.0, 0.3, 0.999])
def test_after_a_pause_it_goes_quickly(phase: float) -> None:
    pace = ReportPace(phase)
    assert pace.due(50.0) == 50.0 + QUICKLY
    pace.reported(50.0 + QUICKLY)
    pace.reported(50.0 + 2 * QUICKLY)
    later = 50.0 + 2 * QUICKLY + STEADILY
    assert pace.due(later) == later + QUICKLY


def test_what_the_first_could_not_know_comes_quickly_too() -> None:
    """It says that a message is stored; that the partner has it is known a moment later."""
    assert reports(ReportPace(0.5), [10.0, 10.0 + QUICKLY + 0.001]) == [
        10.0 + QUICKLY,
        pytest.approx(10.0 + 2 * QUICKLY + 0.001),
    ]


@given(st.floats(0, 0.999), st.floats(0, 1000), st.floats(0.0005, 0.1))
def test_while_it_goes_on_there_is_one_in_200_ms(phase: float, begin: float, step: float) -> None:
    went = reports(ReportPace(phase), [begin + number * step for number in range(int(3 / step))])
    assert went[0] == pytest.approx(begin + QUICKLY, abs=MOMENT)
    assert len(went) <= 3 + 3 / STEADILY + 1
    assert all(later - earlier == pytest.approx(STEADILY, abs=MOMENT) for earlier, later in pairwise(went[4:]))


@given(st.floats(0, 0.999), st.floats(0, 1000), st.floats(0, 0.0015))
def test_a_timer_that_is_a_little_early_makes_no_more_reports(phase: float, begin: float, early: float) -> None:
    pace = ReportPace(phase)
    now, went = begin, []
    while now < begin + 3:
        now = pace.due(now) - early
        pace.reported(now)
        went.append(now)
    assert len(went) <= 3 + 3 / STEADILY + 1


@given(st.lists(st.floats(0, 2), min_size=1, max_size=50), st.floats(0, 0.999))
def test_nothing_waits_longer_than_200_ms(steps: list[float], phase: float) -> None:
    pace = ReportPace(phase)
    now = 100.0
    for step in steps:
        now += step
        assert now <= pace.due(now) <= now + STEADILY + QUICKLY + MOMENT
        assert pace.due(now, much=True) <= now + QUICKLY + MOMENT
        if step > 1:
            pace.reported(now)


def test_much_goes_20_ms_after_the_last() -> None:
    pace = ReportPace(0.0)
    for at in (7.0, 7.02):
        pace.reported(at)
    assert pace.due(7.03, much=True) == pytest.approx(7.02 + QUICKLY)
    assert pace.due(7.1, much=True) == 7.1


def test_those_who_came_together_do_not_report_together() -> None:
    """500 pairs that start in one moment have settled a quarter of a second later."""
    news = [number * 0.01 for number in range(100)]
    last = [reports(ReportPace(number / 500), news)[-2] for number in range(500)]
    twentieths = [int((when % STEADILY) / STEADILY * 20) for when in last]
    assert max(map(twentieths.count, range(20))) <= 2 * 500 / 20


@pytest.mark.parametrize(
    ("messages", "size", "expected"),
    [(1, 10, False), (MANY, 10, False), (MANY + 1, 10, True), (1, LARGE, False), (1, LARGE + 1, True)],
)
def test_much_is_more_than_1000_messages_or_64_kib(messages: int, size: int, expected: bool) -> None:
    assert is_much(messages, size) is expected
