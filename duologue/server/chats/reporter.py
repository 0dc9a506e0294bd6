"""The PONGs that one client is owed: when they go, and what they say. The rule is in `core/reports.py`."""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Callable
from math import inf
from typing import Any, Protocol

from duologue.core.events.chat import Acknowledged
from duologue.core.reports import ANSWER_WITHIN, ReportPace, is_much
from duologue.core.streams import Stream
from duologue.server.session import Session


class Timers(Protocol):
    """What an event loop has of time."""

    def time(self) -> float: ...

    def call_at(self, when: float, callback: Callable[..., Any]) -> TimerHandle: ...


class Reporter:
    """Reports to `session`. `phase` is its place among the others (see `ReportPace`)."""

    __slots__ = ("_answering", "_due", "_is_asked", "_news", "_pace", "_reported", "_session", "_timer", "_timers")

    def __init__(self, session: Session, timers: Timers, phase: float) -> None:
        self._session = session
        self._timers = timers
        self._pace = ReportPace(phase)
        self._news: dict[Stream, None] = {}
        self._reported: tuple[Stream | None, int, int] = (None, 0, 0)
        self._timer: TimerHandle | None = None
        self._due = inf
        self._is_asked = False
        self._answering: TimerHandle | None = None

    def news(self, stream: Stream) -> None:
        """Report soon how far `stream` has come, which is further than before."""
        self._news[stream] = None
        now = self._timers.time()
        if self._due > now:
            self._call_at(self._pace.due(now, much=self._has_much(stream)))

    def answer(self) -> None:
        """Answer a sign of life, with the next news or without any."""
        self._is_asked = True
        if self._answering is None:  # one for many questions: nearly all are answered by news before
            self._answering = self._timers.call_at(self._timers.time() + ANSWER_WITHIN, self._answer_if_asked)

    def answer_at_once(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._report()

    def stop(self) -> None:
        """Report nothing more: the client is gone."""
        for timer in (self._timer, self._answering):
            if timer:
                timer.cancel()
        self._news.clear()

    def _answer_if_asked(self) -> None:
        self._answering = None
        if self._is_asked:
            self.answer_at_once()

    def _has_much(self, stream: Stream) -> bool:
        """Return whether much has come in since the last report; that this is to be reported is near enough."""
        reported, sent, size = self._reported
        return stream is reported and is_much(stream.sent - sent, stream.size - size)

    def _call_at(self, due: float) -> None:
        if due >= self._due:
            return
        if self._timer:
            self._timer.cancel()
        self._due = due
        self._timer = self._timers.call_at(due, self._report)

    def _report(self) -> None:
        self._timer, self._due, self._is_asked = None, inf, False
        news, self._news = self._news, {}
        for stream in news or self._without_news():
            self._session.tell(_state_of(stream))
        if news:
            self._pace.reported(self._timers.time())
            latest = next(reversed(news))
            self._reported = (latest, latest.sent, latest.size)

    def _without_news(self) -> tuple[Stream | None]:
        chat = self._session.chat
        return (chat.says(self._session.nickname).current if chat else None,)


def _state_of(stream: Stream | None) -> Acknowledged:
    if stream is None:
        return Acknowledged()
    return Acknowledged(stream.stored, stream.received, stream.name)
