"""Rates (protocol, section 9): who spends more than the limit pauses, and nothing is dropped."""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest

from duologue.core.costs import MESSAGE
from duologue.core.events.chat import Refused
from duologue.core.limits import Limits
from duologue.server.metering import WARN_EVERY, Metering
from duologue.server.session import Hold, Session
from tests.server.test_session import FakeConnection, fake, session
from tests.stage import Clock

LIMITS = replace(Limits(), message_burst=10, message_rate=1000.0, stranger_burst=10, stranger_rate=10.0)
FAR = "192.0.2.1"


class Desk:
    """A `Metering` and its clock."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.clock = Clock()
        self.metering = Metering(limits, time=self.clock)

    def enters(self, nickname: str, address: str = FAR) -> Session:
        who = session(nickname)
        for connection in who.sockets:
            fake(connection).address = address
            connection.bucket = self.metering.of_client(nickname, who.login_socket)
        return who

    def stranger(self, address: str, port: int) -> FakeConnection:
        connection = FakeConnection(address)
        connection.port = port
        connection.bucket = self.metering.of_stranger(address, port)
        return connection


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_past_the_burst_a_socket_is_read_from_again_when_the_debt_is_worked_off(desk: Desk) -> None:
    """9.1. Nothing is dropped."""
    alice = desk.enters("alice")
    desk.metering.spend(alice.chat_socket, 10)
    assert fake(alice.chat_socket).holds == set()
    desk.metering.spend(alice.chat_socket, 1)
    assert fake(alice.chat_socket).holds == {Hold.RATE}
    await fake(alice.chat_socket).until(lambda connection: not connection.holds)


async def test_the_sockets_of_one_client_share_what_it_has(desk: Desk) -> None:
    alice = desk.enters("alice")
    desk.metering.spend(alice.chat_socket, 10)
    desk.metering.spend(alice.check_socket, 1)
    assert fake(alice.check_socket).holds == {Hold.RATE}
    assert fake(alice.chat_socket).holds == set()


async def test_the_sender_is_told_and_not_with_every_message(desk: Desk) -> None:
    """9.1: ERROR slow_down. A warning for each message would be a flood of its own."""
    alice = desk.enters("alice")
    for _ in range(15):
        desk.metering.spend(alice.chat_socket, 1)
    [warning] = fake(alice.login_socket).told
    assert isinstance(warning, Refused)
    assert warning.code == "slow_down"
    assert "1000" in warning.text
    desk.clock.now += WARN_EVERY
    desk.metering.spend(alice.chat_socket, 100)
    assert len(fake(alice.login_socket).told) == 2


async def test_whoever_stays_below_the_rate_hears_nothing_of_it(desk: Desk) -> None:
    alice = desk.enters("alice")
    for _ in range(50):
        desk.clock.now += 1
        desk.metering.spend(alice.chat_socket, 10)
    assert fake(alice.chat_socket).holds == set()
    assert fake(alice.login_socket).told == []


async def test_to_log_in_again_does_not_make_debts_go_away(desk: Desk) -> None:
    alice = desk.enters("alice")
    desk.metering.spend(alice.chat_socket, 10)
    del alice
    desk.metering.sweep(desk.clock())
    gc.collect()
    again = desk.enters("alice")
    desk.metering.spend(again.chat_socket, 1)
    assert fake(again.chat_socket).holds == {Hold.RATE}


async def test_many_who_are_here_have_one_bucket_though_it_was_full_meanwhile(desk: Desk) -> None:
    """To open connection after connection, each when all is forgotten, brings no more than one."""
    first = desk.stranger(FAR, 1)
    desk.clock.now += 100
    desk.metering.sweep(desk.clock())
    second = desk.stranger(FAR, 2)
    desk.metering.spend(first, 10)
    desk.metering.spend(second, 1)
    assert second.holds == {Hold.RATE}


def test_what_is_full_again_and_nobody_holds_is_forgotten(desk: Desk) -> None:
    for number in range(100):
        desk.metering.spend(desk.stranger(f"192.0.2.{number}", 1), 1)
    assert len(desk.metering._buckets) == 100
    desk.clock.now += 100
    desk.metering.sweep(desk.clock())
    gc.collect()
    assert len(desk.metering._buckets) == 0


def test_strangers_of_one_address_share_what_they_have_and_guests_too(desk: Desk) -> None:
    assert desk.stranger(FAR, 1).bucket is desk.stranger(FAR, 2).bucket
    alice, bob = desk.enters("~alice"), desk.enters("~bob")
    assert alice.chat_socket.bucket is bob.chat_socket.bucket
    assert alice.chat_socket.bucket is not desk.stranger(FAR, 1).bucket


def test_accounts_have_their_own_wherever_they_are(desk: Desk) -> None:
    alice, bob = desk.enters("alice"), desk.enters("bob")
    elsewhere = desk.enters("alice", "192.0.2.2")
    assert alice.chat_socket.bucket is not bob.chat_socket.bucket
    assert alice.chat_socket.bucket is elsewhere.chat_socket.bucket


def test_on_loopback_before_a_login_each_connection_counts_for_itself(desk: Desk) -> None:
    assert desk.stranger("127.0.0.1", 1).bucket is not desk.stranger("127.0.0.1", 2).bucket


def test_a_short_way_pays_for_lines_and_bytes_or_is_not_taken(desk: Desk) -> None:
    alice = desk.enters("alice")
    pay = desk.metering.payer(alice.chat_socket, MESSAGE)
    assert pay(5, 1024)
    assert pay(1, 4096)
    assert not pay(2, 0)  # nine are spent
    assert pay(1, 0)
    assert fake(alice.chat_socket).holds == set()


def test_where_there_is_no_limit_nothing_is_counted() -> None:
    desk = Desk(LIMITS.lifted())
    alice = desk.enters("alice")
    pay = desk.metering.payer(alice.chat_socket, MESSAGE)
    assert pay(1_000_000, 1 << 30)
    desk.metering.spend(alice.chat_socket, 1e9)
    assert fake(alice.chat_socket).holds == set()


def test_what_somebody_can_afford_is_what_would_go_through(desk: Desk) -> None:
    alice = desk.enters("alice").chat_socket
    assert desk.metering.affordable(alice, 3 * MESSAGE) == 4
    for left in (3, 2, 1):
        desk.metering.spend(alice, 3 * MESSAGE)
        assert desk.metering.affordable(alice, 3 * MESSAGE) == left
