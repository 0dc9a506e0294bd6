"""Who does not read (protocol, section 9) is not read from, nothing is dropped, and who stands still is ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duologue.core.events.chat import Disconnected
from duologue.core.limits import Limits
from duologue.core.requests import ChatEnd
from duologue.server.backpressure import Backpressure
from duologue.server.goodbyes import STALLED
from duologue.server.session import Connection, Hold, Session
from tests.server.test_session import FakeConnection, fake, session
from tests.stage import Clock

LIMITS = replace(Limits(), write_stall=10.0)


class Crowd:
    """A `Backpressure` with a clock, those whose sessions it ended, and what it said of whose queues."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.ended: list[tuple[Session, ChatEnd, Disconnected]] = []
        self.news: list[tuple[Connection, str]] = []
        self.backpressure = Backpressure(
            LIMITS,
            time=self.clock,
            end_stalled=lambda *what: self.ended.append(what),
            filled=lambda connection: self.news.append((connection, "filled")),
            emptied=lambda connection: self.news.append((connection, "emptied")),
        )

    def fills(self, who: Session, queued: int = 200_000) -> None:
        fake(who.login_socket).waiting_to_be_sent = queued
        self.backpressure.congested(who.login_socket)

    def passes(self, seconds: float) -> None:
        self.clock.now += seconds
        self.backpressure.sweep(self.clock.now)


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


def holds(who: Session) -> set[Hold]:
    return fake(who.chat_socket).holds


def test_who_does_not_read_pauses_until_it_does(crowd: Crowd) -> None:
    """9.2: its own commands would fill its queue with answers."""
    bob = session("bob")
    crowd.fills(bob)
    assert holds(bob) == {Hold.OWN_QUEUE}
    assert crowd.backpressure.is_full(bob)
    crowd.backpressure.drained(bob.login_socket)
    assert holds(bob) == set()
    assert not crowd.backpressure.is_full(bob)


def test_whoever_writes_to_him_does_not_pause_but_is_told_of(crowd: Crowd) -> None:
    """9.2: messages to him wait in the store."""
    alice, bob = session("alice"), session("bob")
    crowd.fills(bob)
    crowd.backpressure.drained(bob.login_socket)
    assert crowd.news == [(bob.login_socket, "filled"), (bob.login_socket, "emptied")]
    assert holds(alice) == set()
    assert not crowd.backpressure.is_full(alice)


def test_only_chat_sockets_pause_for_everything_else_is_needed_to_find_out_who_lives(crowd: Crowd) -> None:
    bob = session("bob")
    crowd.fills(bob)
    for connection in (bob.login_socket, bob.check_socket):
        assert not fake(connection).holds


def test_a_check_socket_pauses_when_its_own_answers_are_not_read(crowd: Crowd) -> None:
    bob = session("bob")
    crowd.backpressure.congested(bob.check_socket)
    assert (fake(bob.check_socket).holds, holds(bob)) == ({Hold.OWN_QUEUE}, {Hold.OWN_QUEUE})
    assert not fake(bob.login_socket).holds
    crowd.backpressure.drained(bob.check_socket)
    assert (fake(bob.check_socket).holds, holds(bob)) == (set(), set())


def test_a_socket_that_is_nobodys_yet_pauses_itself(crowd: Crowd) -> None:
    connection = FakeConnection()
    crowd.backpressure.congested(connection)
    assert connection.holds == {Hold.OWN_QUEUE}
    crowd.backpressure.drained(connection)
    assert not connection.holds


def test_one_that_was_full_on_its_way_in_is_read_again_when_its_client_is_in(crowd: Crowd) -> None:
    bob = session("bob")
    for connection in (bob.chat_socket, bob.check_socket):
        connection.session = None
        crowd.backpressure.congested(connection)
        connection.session = bob
    assert (fake(bob.check_socket).holds, holds(bob)) == ({Hold.OWN_QUEUE}, {Hold.OWN_QUEUE})
    for connection in (bob.chat_socket, bob.check_socket):
        crowd.backpressure.drained(connection)
    assert (fake(bob.check_socket).holds, holds(bob)) == (set(), set())


def test_what_fills_the_queue_again_as_soon_as_it_is_read_is_not_read_on(crowd: Crowd) -> None:
    """A client whose one socket is all three."""
    bob = session("bob")
    connection = fake(bob.login_socket)
    bob.chat_socket = bob.check_socket = connection
    released: list[Hold] = []

    def release(reason: Hold) -> None:
        released.append(reason)
        crowd.backpressure.congested(connection)

    crowd.backpressure.congested(connection)
    connection.release = release  # type: ignore[method-assign]
    crowd.backpressure.drained(connection)
    assert released == [Hold.OWN_QUEUE]


def test_one_queue_that_drains_releases_nobody_while_another_is_full(crowd: Crowd) -> None:
    bob = session("bob")
    crowd.fills(bob)
    crowd.backpressure.congested(bob.check_socket)
    crowd.backpressure.drained(bob.check_socket)
    assert holds(bob) == {Hold.OWN_QUEUE}


def test_of_each_queue_it_is_said_by_itself_when_there_is_room(crowd: Crowd) -> None:
    """What is said on one socket does not wait for another."""
    bob = session("bob")
    crowd.fills(bob)
    crowd.backpressure.congested(bob.chat_socket)
    assert crowd.backpressure.is_login_full(bob)
    assert crowd.backpressure.is_queue_full(bob.chat_socket)
    crowd.news.clear()
    crowd.backpressure.drained(bob.chat_socket)
    assert crowd.news == [(bob.chat_socket, "emptied")]
    assert crowd.backpressure.is_login_full(bob)
    assert crowd.backpressure.is_full(bob)
    assert not crowd.backpressure.is_queue_full(bob.chat_socket)
    crowd.backpressure.drained(bob.login_socket)
    assert not crowd.backpressure.is_login_full(bob)


def test_there_is_room_already_when_it_is_said(crowd: Crowd) -> None:
    """Whoever hears of it sends at once."""
    bob = session("bob")
    seen: list[tuple[bool, set[Hold]]] = []
    crowd.backpressure = Backpressure(
        LIMITS,
        time=crowd.clock,
        end_stalled=lambda *_: None,
        filled=lambda connection: seen.append((crowd.backpressure.is_queue_full(connection), {*holds(bob)})),
        emptied=lambda connection: seen.append((crowd.backpressure.is_queue_full(connection), {*holds(bob)})),
    )
    crowd.fills(bob)
    crowd.backpressure.drained(bob.login_socket)
    assert seen == [(True, {Hold.OWN_QUEUE}), (False, set())]


def test_who_takes_nothing_for_the_whole_time_is_ended(crowd: Crowd) -> None:
    """9.2, 5.3: disconnected stalled."""
    bob = session("bob")
    crowd.fills(bob)
    crowd.passes(9.9)
    assert crowd.ended == []
    crowd.passes(0.1)
    assert crowd.ended == [(bob, ChatEnd.LOST, STALLED)]
    assert STALLED.code == "stalled"


def test_who_reads_slowly_may(crowd: Crowd) -> None:
    bob = session("bob")
    crowd.fills(bob, 1000)
    for left in (999, 998, 997):
        crowd.passes(9)
        fake(bob.login_socket).waiting_to_be_sent = left
        crowd.passes(0.5)
    assert crowd.ended == []
    crowd.passes(10)
    assert [who for who, _, _ in crowd.ended] == [bob]


def test_a_queue_that_grows_is_not_one_that_moves(crowd: Crowd) -> None:
    bob = session("bob")
    crowd.fills(bob, 1000)
    crowd.passes(5)
    fake(bob.login_socket).waiting_to_be_sent = 2000
    crowd.passes(5)
    assert [who for who, _, _ in crowd.ended] == [bob]


@pytest.mark.parametrize("how", ["drained", "forget"])
def test_whoever_reads_again_or_is_gone_is_not_ended(crowd: Crowd, how: str) -> None:
    bob = session("bob")
    crowd.fills(bob)
    getattr(crowd.backpressure, how)(bob.login_socket)
    crowd.passes(100)
    assert crowd.ended == []


def test_a_socket_on_its_way_in_is_the_login_desks_to_end(crowd: Crowd) -> None:
    alice = session("alice")
    alice.login_socket.session = None
    crowd.fills(alice)
    crowd.passes(100)
    crowd.backpressure.drained(alice.login_socket)
    assert crowd.ended == []
    assert crowd.news == []
    assert holds(alice) == set()
