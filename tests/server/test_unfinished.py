"""Half a message has until its deadline, however its bytes come; the next one has a deadline of its own."""

from __future__ import annotations

import pytest

from duologue.core.errors import FatalPeerError
from duologue.server.session import Connection
from duologue.server.unfinished import Unfinished
from tests.server.test_session import FakeConnection
from tests.stage import Clock


class Halves:
    def __init__(self) -> None:
        self.clock = Clock()
        self.ended: list[tuple[Connection, str]] = []
        self.desk = Unfinished(20.0, time=self.clock, cast_out=self.cast_out)

    def cast_out(self, connection: Connection, error: FatalPeerError) -> None:
        self.ended.append((connection, error.code))

    def passes(self, seconds: float) -> None:
        self.clock.now += seconds
        self.desk.sweep(self.clock.now)


@pytest.fixture
def halves() -> Halves:
    return Halves()


def test_half_a_message_ends_its_connection_at_the_deadline(halves: Halves) -> None:
    connection = FakeConnection()
    halves.desk.note(connection, 1)
    halves.passes(19.9)
    assert halves.ended == []
    halves.passes(0.1)
    assert halves.ended == [(connection, "too_slow")]
    halves.passes(100)
    assert len(halves.ended) == 1


def test_more_of_the_same_message_does_not_put_it_off(halves: Halves) -> None:
    connection = FakeConnection()
    for _ in range(20):
        halves.desk.note(connection, 7)
        halves.passes(1)
    assert halves.ended == [(connection, "too_slow")]


def test_the_next_message_has_a_deadline_of_its_own(halves: Halves) -> None:
    connection = FakeConnection()
    for number in range(1, 10):
        halves.desk.note(connection, number)
        halves.passes(15)
    assert halves.ended == []


@pytest.mark.parametrize("how", ["whole", "gone"])
def test_one_that_is_whole_or_whose_sender_is_gone_is_not_waited_for(halves: Halves, how: str) -> None:
    connection = FakeConnection()
    halves.desk.note(connection, 1)
    halves.desk.note(connection, 0) if how == "whole" else halves.desk.forget(connection)
    halves.passes(100)
    assert halves.ended == []
    assert halves.desk._begun == {}
