"""Points in time as people type them: `today`, `yesterday`, a weekday, `2026-11-20`, `2h`. Knows the calendar, not the
clock.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta

_LATEST = datetime(9999, 12, 30, tzinfo=UTC).timestamp()
"""The latest moment that has a local time everywhere."""
_AGO = re.compile("([0-9]{1,4})([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86400}
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def local(at: float) -> datetime:
    """Convert seconds since 1970 to local time. A value outside the calendar gives the nearest time within it: it comes
    from outside, and no message must be lost because of it.
    """
    return datetime.fromtimestamp(min(max(at, 0.0), _LATEST), UTC).astimezone()


def since(word: str, now: float) -> float | None:
    """Return the moment that `word` means, relative to `now`, both in seconds since 1970; None if it means none.

    A day begins at local midnight. A weekday is the last one of that name, today included.
    """
    word = word.casefold()
    if ago := _AGO.fullmatch(word):
        return now - int(ago[1]) * _SECONDS[ago[2]]
    day = _day(word, local(now).date())
    return None if day is None else time.mktime((day.year, day.month, day.day, 0, 0, 0, 0, 0, -1))


def is_since(word: str) -> bool:
    return since(word, 0.0) is not None


def since_in_words(word: str) -> str:
    """Return a phrase for a sentence: `since yesterday`, `in the last 2h`."""
    return f"in the last {word}" if _AGO.fullmatch(word.casefold()) else f"since {word}"


def _day(word: str, today: date) -> date | None:
    if word == "today":
        return today
    if word == "yesterday":
        return today - timedelta(days=1)
    if word in _WEEKDAYS:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(word)) % 7)
    return _date(word) if _DATE.fullmatch(word) else None


def _date(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
