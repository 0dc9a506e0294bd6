"""Who lives (protocol, section 8) and what has arrived (section 7), with a clock of our own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.chat import Chat
from duologue.core.commands import Ping
from duologue.core.errors import FatalPeerError
from duologue.core.events import Acknowledged, Probe
from duologue.heartbeat import ACKNOWLEDGE_WITHIN, SWEEP_EVERY, Heartbeat
from duologue.link import Client
from duologue.settings import Settings
from duologue.storage.base import RemembersNothing
from duologue.tables import Connections
from tests.test_link import FakeLink, client, fake


class Ward:
    """Clients in a connection table, a heartbeat that watches them, and those whom it found dead."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.clients: dict[int, Client] = {}
        self.dead: list[str] = []
        self.connections = Connections()
        self.heartbeat = Heartbeat(
            settings or Settings(),
            connections=self.connections,
            store=RemembersNothing(),
            client_in=self.clients.__getitem__,
            reap=self.reap,
        )

    def enters(self, nickname: str, now: float = 0) -> Client:
        row = self.connections.add("127.0.0.1:1", nickname, 1, 2, 3, now)
        self.clients[row] = client(nickname, row=row)
        return self.clients[row]

    def reap(self, who: Client) -> None:
        self.dead.append(who.nickname)
        self.leaves(who)

    def leaves(self, who: Client) -> None:
        self.heartbeat.forget(who)
        self.connections.remove(who.row)
        del self.clients[who.row]
        for link in who.sockets:
            link.client, link.row = None, -1
            link.close()

    def chat(self, identity: str = "id") -> tuple[Client, Client, Chat]:
        alice, bob = self.enters("alice"), self.enters("bob")
        chat = Chat(identity, "alice", "bob")
        alice.chat, alice.partner, bob.chat, bob.partner = chat, bob, chat, alice
        return alice, bob, chat

    def sweeps(self, now: float) -> None:
        self.heartbeat.check_for_inactive_clients(now)


@pytest.fixture
def ward() -> Ward:
    return Ward()


def heard_on_check(who: Client) -> list[object]:
    return [*fake(who.check_socket).told]


def acknowledged(link: FakeLink) -> bool:
    return any(isinstance(event, Acknowledged) for event in link.told)


# Who lives


def test_the_quiet_are_asked_once_in_a_heartbeat(ward: Ward) -> None:
    """8.1."""
    alice = ward.enters("alice")
    for now in range(30):
        ward.sweeps(now)
    assert heard_on_check(alice) == [Probe()]
    ward.sweeps(30)
    assert heard_on_check(alice) == [Probe(), Probe()]
    assert not fake(alice.login_socket).told
    assert not fake(alice.chat_socket).told


def test_whoever_says_anything_is_not_asked(ward: Ward) -> None:
    alice, bob = ward.enters("alice"), ward.enters("bob")
    for now in range(1, 40):
        ward.heartbeat.heard.add(alice.row)
        ward.sweeps(now)
    assert heard_on_check(alice) == []
    assert heard_on_check(bob) == [Probe(), Probe()]


def test_who_is_not_heard_is_dead_and_nobody_else(ward: Ward) -> None:
    """8.2: after 45 s."""
    ward.enters("alice")
    bob = ward.enters("bob")
    ward.sweeps(44)
    ward.heartbeat.heard.add(bob.row)
    ward.sweeps(45)
    assert ward.dead == []
    ward.sweeps(45.1)
    assert ward.dead == ["alice"]
    ward.sweeps(46)
    assert ward.dead == ["alice"]


def test_the_dead_are_not_asked(ward: Ward) -> None:
    alice = ward.enters("alice")
    ward.sweeps(1000)
    assert ward.dead == ["alice"]
    assert heard_on_check(alice) == []


def test_several_die_at_once(ward: Ward) -> None:
    for nickname in ("alice", "bob", "carol"):
        ward.enters(nickname)
    ward.sweeps(46)
    assert sorted(ward.dead) == ["alice", "bob", "carol"]


def test_one_sign_of_life_counts_once(ward: Ward) -> None:
    alice = ward.enters("alice")
    ward.heartbeat.heard.add(alice.row)
    ward.sweeps(1)
    ward.sweeps(46.5)
    assert ward.dead == ["alice"]


def test_what_comes_on_a_socket_without_a_session_is_nobodys_life(ward: Ward) -> None:
    ward.enters("alice")
    ward.heartbeat.heard.add(-1)
    ward.sweeps(46)
    assert ward.dead == ["alice"]


def test_a_sign_of_life_of_one_who_is_gone_is_not_that_of_the_next_in_its_row(ward: Ward) -> None:
    alice = ward.enters("alice")
    ward.heartbeat.heard.add(alice.row)
    ward.sweeps(1)
    ward.leaves(alice)
    bob = ward.enters("bob", now=1)
    assert bob.row == alice.row or alice.row not in ward.clients
    ward.sweeps(46.5)
    assert ward.dead == ["bob"]


@pytest.mark.parametrize(("heartbeat", "every"), [(15.0, SWEEP_EVERY), (2.0, 0.5), (0.2, 0.05)])
def test_a_short_heartbeat_is_looked_after_as_often_as_it_needs(heartbeat: float, every: float) -> None:
    assert Ward(Settings(heartbeat=heartbeat)).heartbeat.sweep_every == every


# What has arrived


async def test_a_ping_is_answered_by_a_pong(ward: Ward) -> None:
    """7.2, 7.4. Outside a chat: PONG 0 0."""
    alice = ward.enters("alice")
    ward.heartbeat.check_from_client(alice, Ping(0))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged()]


async def test_what_bob_holds_is_told_to_alice(ward: Ward) -> None:
    """7.2, 7.3."""
    alice, bob, chat = ward.chat()
    chat.streams["alice"].sent = 5
    ward.heartbeat.check_from_client(bob, Ping(3, "id"))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(3, 3, "id")]
    assert heard_on_check(bob) == [Acknowledged(0, 0, "id")]


async def test_several_within_a_moment_are_one_and_the_next_is_another(ward: Ward) -> None:
    """7.4: 20 ms."""
    alice, bob, chat = ward.chat()
    chat.streams["alice"].sent = 5
    for received in (1, 2, 4):
        ward.heartbeat.check_from_client(bob, Ping(received))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(4, 4, "id")]
    fake(alice.check_socket).told.clear()
    ward.heartbeat.check_from_client(bob, Ping(5))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(5, 5, "id")]
    assert ACKNOWLEDGE_WITHIN <= 0.02


async def test_who_left_meanwhile_is_owed_nothing(ward: Ward) -> None:
    """And the others get what they are owed."""
    alice, bob, carol = ward.enters("alice"), ward.enters("bob"), ward.enters("carol")
    for who in (alice, bob, carol):
        ward.heartbeat.check_from_client(who, Ping(0))
    ward.leaves(bob)
    for who in (alice, carol):
        await fake(who.check_socket).until(acknowledged)
    assert fake(bob.check_socket).told_too_late == []


@pytest.mark.parametrize("chat_named", ["old", ""])
async def test_a_count_of_a_chat_that_is_over_is_a_sign_of_life_only(ward: Ward, chat_named: str) -> None:
    """7.2."""
    _, bob, chat = ward.chat("new")
    ward.heartbeat.check_from_client(bob, Ping(99, chat_named))
    assert chat.streams["alice"].received == 0


async def test_a_count_outside_a_chat_is_a_sign_of_life_only(ward: Ward) -> None:
    alice = ward.enters("alice")
    ward.heartbeat.check_from_client(alice, Ping(99))


async def test_a_ping_without_a_count_says_nothing_about_messages(ward: Ward) -> None:
    _, bob, chat = ward.chat()
    chat.streams["alice"].sent = 5
    ward.heartbeat.check_from_client(bob, Ping(3))
    ward.heartbeat.check_from_client(bob, Ping())
    assert chat.streams["alice"].received == 3


@pytest.mark.parametrize("received", [6, 2, 0, 10**17])
async def test_a_count_that_cannot_be(ward: Ward, received: int) -> None:
    """7.5: above what was sent, or below an earlier one."""
    _, bob, chat = ward.chat()
    chat.streams["alice"].sent = 5
    ward.heartbeat.check_from_client(bob, Ping(3))
    with pytest.raises(FatalPeerError, match="bad_count") as caught:
        ward.heartbeat.check_from_client(bob, Ping(received))
    assert str(received) in caught.value.text
    assert chat.streams["alice"].received == 3


@given(st.integers(0, 20), st.lists(st.integers(-1, 25)))
async def test_what_is_received_only_grows_and_never_beyond_what_was_sent(sent: int, pings: list[int]) -> None:
    ward = Ward()
    _, bob, chat = ward.chat()
    stream = chat.streams["alice"]
    stream.sent = sent
    for received in pings:
        before = stream.received
        try:
            ward.heartbeat.check_from_client(bob, Ping(received))
        except FatalPeerError:
            assert received < before or received > sent
            assert stream.received == before
        else:
            assert before <= stream.received == received <= sent
