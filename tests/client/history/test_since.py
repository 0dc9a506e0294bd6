"""From when on, in a zone whose clocks are changed: days there have 23, 24 and 25 hours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.history.since import is_since, local, since, since_in_words


@pytest.fixture(autouse=True, scope="module")
def berlin() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        time.tzset()
        yield
    time.tzset()


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


FRIDAY = at("2026-11-20T15:30:00+01:00")


@pytest.mark.parametrize(
    ("word", "moment"),
    [
        ("today", "2026-11-20T00:00:00+01:00"),
        ("Today", "2026-11-20T00:00:00+01:00"),
        ("yesterday", "2026-11-19T00:00:00+01:00"),
        ("friday", "2026-11-20T00:00:00+01:00"),
        ("thursday", "2026-11-19T00:00:00+01:00"),
        ("SATURDAY", "2026-11-14T00:00:00+01:00"),
        ("2026-11-20", "2026-11-20T00:00:00+01:00"),
        ("2026-07-01", "2026-07-01T00:00:00+02:00"),
        ("2h", "2026-11-20T13:30:00+01:00"),
        ("30m", "2026-11-20T15:00:00+01:00"),
        ("3d", "2026-11-17T15:30:00+01:00"),
        ("0m", "2026-11-20T15:30:00+01:00"),
    ],
)
def test_moments(word: str, moment: str) -> None:
    assert since(word, FRIDAY) == at(moment)


def test_a_day_begins_at_midnight_also_when_the_clocks_were_changed_since() -> None:
    evening = at("2026-10-25T20:00:00+01:00")
    assert since("today", evening) == at("2026-10-25T00:00:00+02:00")


@pytest.mark.parametrize(
    "word",
    ["", "bob", "2026-02-30", "2026-1-1", "20261120", "2026-W47-5", "0000-01-01", "h", "2x", "-2h", "12345d", "٢h"],
)
def test_words_that_mean_no_moment(word: str) -> None:
    assert since(word, FRIDAY) is None
    assert not is_since(word)


@given(st.dates().map(str) | st.text(max_size=12))
def test_any_word_is_a_moment_or_none(word: str) -> None:
    assert is_since(word) == (since(word, FRIDAY) is not None)


@given(st.integers(0, 4_000_000_000))
def test_local_time_is_the_same_moment(moment: int) -> None:
    assert local(moment) == datetime.fromtimestamp(moment, UTC)
    assert local(moment).utcoffset() != UTC.utcoffset(None)


@pytest.mark.parametrize(
    ("word", "words"), [("2h", "in the last 2h"), ("yesterday", "since yesterday"), ("2026-11-20", "since 2026-11-20")]
)
def test_in_a_sentence(word: str, words: str) -> None:
    assert since_in_words(word) == words


@pytest.mark.parametrize(("moment", "year"), [(10**18, 9999), (-(10**18), 1970)])
def test_a_time_that_no_calendar_has_is_the_nearest_that_there_is(moment: int, year: int) -> None:
    assert abs(local(moment).year - year) <= 1
