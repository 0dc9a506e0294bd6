"""The PONGs of one client (docs/protocol.md 7.4), by timers in the test's hands."""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any, cast

import pytest

from duologue.core.events.chat import Acknowledged
from duologue.core.reports import ANSWER_WITHIN, LARGE, MANY, QUICKLY, STEADILY
from duologue.core.requests import Chat
from duologue.core.streams import Stream
from duologue.server.chats.reporter import Reporter
from tests.server.test_session import fake, session


class Timer:
    def __init__(self, when: float, callback: Callable[..., Any]) -> None:
        self.when = when
        self.callback = callback
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeTimers:
    """Time passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[..., Any]) -> TimerHandle:
        timer = Timer(when, callback)
        self._timers.append(timer)
        return cast(TimerHandle, timer)

    def passes(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self._timers if timer.when <= end and not timer.is_cancelled]:
            first = min(due, key=lambda timer: timer.when)
            self._timers.remove(first)
            self.now = first.when
            first.callback()
        self.now = end


class Scene:
    """Alice is in a chat with bob, and says something now and then. The chat's messages are stored at once."""

    def __init__(self, phase: float = 0.5) -> None:
        self.timers = FakeTimers()
        self.alice = session("alice")
        self.alice.chat = Chat("id", "alice", "bob")
        self.stream = self.alice.chat.says("alice").current
        self.reporter = Reporter(self.alice, self.timers, phase)
        self.heard: list[tuple[float, int, int]] = []

    def says(self, messages: int = 1, size: int = 10) -> None:
        self.stream.counts(messages, size)
        self.stream.stored = self.stream.sent
        self.reporter.news(self.stream)

    def passes(self, seconds: float) -> list[Acknowledged]:
        fake(self.alice.check_socket).told.clear()
        self.timers.passes(seconds)
        told = [*fake(self.alice.check_socket).told]
        assert all(isinstance(event, Acknowledged) for event in told)
        return cast(list[Acknowledged], told)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_news_after_a_pause_is_reported_within_20_ms(scene: Scene) -> None:
    scene.says()
    assert scene.passes(QUICKLY / 2) == []
    scene.says()
    assert scene.passes(QUICKLY) == [Acknowledged(2, 0, "id")]


def test_that_it_has_arrived_comes_quickly_too(scene: Scene) -> None:
    scene.says()
    scene.passes(QUICKLY)
    scene.stream.received = 1
    scene.reporter.news(scene.stream)
    assert scene.passes(QUICKLY) == [Acknowledged(1, 1, "id")]


def test_while_it_goes_on_one_in_200_ms(scene: Scene) -> None:
    pongs = 0
    for _ in range(100):
        scene.says()
        pongs += len(scene.passes(0.02))
    assert 8 <= pongs <= 2 / STEADILY + 3


@pytest.mark.parametrize(("messages", "size"), [(MANY // 4, 100), (4, LARGE // 4)])
def test_who_says_much_is_told_every_20_ms(scene: Scene, messages: int, size: int) -> None:
    """What has not been reported waits in the sender's memory, and without a history in the server's."""
    scene.says()
    for _ in range(5):
        scene.passes(0.021)
        scene.says()
    pongs = 0
    for _ in range(100):
        scene.says(messages, size)
        pongs += len(scene.passes(0.01))
    assert 15 <= pongs <= 100


def test_a_ping_without_news_is_answered_within_5_s_and_several_once(scene: Scene) -> None:
    scene.reporter.answer()
    assert scene.passes(1) == []
    scene.reporter.answer()
    assert scene.passes(ANSWER_WITHIN - 1) == [Acknowledged(0, 0, "id")]
    assert scene.passes(2 * ANSWER_WITHIN) == []


def test_news_answers_a_ping(scene: Scene) -> None:
    scene.reporter.answer()
    scene.says()
    assert scene.passes(QUICKLY) == [Acknowledged(1, 0, "id")]
    assert scene.passes(2 * ANSWER_WITHIN) == []


def test_a_question_is_answered_at_once(scene: Scene) -> None:
    scene.reporter.answer()
    scene.reporter.answer_at_once()
    assert fake(scene.alice.check_socket).told == [Acknowledged(0, 0, "id")]
    assert scene.passes(2 * ANSWER_WITHIN) == []


def test_outside_a_chat_it_names_no_stream(scene: Scene) -> None:
    scene.alice.chat = None
    scene.reporter.answer_at_once()
    assert fake(scene.alice.check_socket).told == [Acknowledged()]


def test_several_streams_have_a_pong_each(scene: Scene) -> None:
    older = Stream("id.old", sent=3, stored=3, received=2)
    scene.reporter.news(older)
    scene.says()
    assert scene.passes(QUICKLY) == [Acknowledged(3, 2, "id.old"), Acknowledged(1, 0, "id")]


def test_who_has_gone_is_told_nothing(scene: Scene) -> None:
    scene.says()
    scene.reporter.stop()
    assert scene.passes(2 * ANSWER_WITHIN) == []
