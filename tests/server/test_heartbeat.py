"""Who lives (protocol, section 8), with a clock of our own."""

from __future__ import annotations

import pytest

from duologue.core.events.chat import Probe
from duologue.server.heartbeat import SWEEP_EVERY, Heartbeat
from duologue.server.session import Hold, Session
from duologue.server.tables import Connections
from duologue.settings import Settings
from tests.server.test_session import fake, session


class Ward:
    """Clients in a connection table, a heartbeat that watches them, and those whom it found dead."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.sessions: dict[int, Session] = {}
        self.dead: list[str] = []
        self.connections = Connections()
        self.heartbeat = Heartbeat(
            settings or Settings(),
            self.connections,
            session_of=self.sessions.__getitem__,
            reap=self.reap,
        )

    def enters(self, nickname: str, now: float = 0) -> Session:
        row = self.connections.add("127.0.0.1:1", nickname, 1, 2, 3, now)
        self.sessions[row] = session(nickname, row=row)
        return self.sessions[row]

    def reap(self, who: Session) -> None:
        self.dead.append(who.nickname)
        self.leaves(who)

    def leaves(self, who: Session) -> None:
        self.connections.remove(who.row)
        del self.sessions[who.row]
        for connection in who.sockets:
            connection.session, connection.row = None, -1
            connection.close()

    def sweeps(self, now: float) -> None:
        self.heartbeat.check_for_inactive_clients(now)


@pytest.fixture
def ward() -> Ward:
    return Ward()


def heard_on_check(who: Session) -> list[object]:
    return [*fake(who.check_socket).told]


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


def test_of_one_who_is_read_from_nowhere_the_silence_is_ours(ward: Ward) -> None:
    """Its answer waits in the kernel. From one socket that is read it could be heard."""
    alice, bob = ward.enters("alice"), ward.enters("bob")
    for connection in (*alice.sockets, *bob.sockets[:2]):
        connection.hold(Hold.STORE)
    for now in range(100):
        ward.sweeps(now)
    assert ward.dead == ["bob"]
    assert heard_on_check(alice)[0] == Probe()


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
    row = alice.row
    ward.leaves(alice)
    bob = ward.enters("bob", now=1)
    assert bob.row == row
    ward.sweeps(46.5)
    assert ward.dead == ["bob"]


@pytest.mark.parametrize(("heartbeat", "every"), [(15.0, SWEEP_EVERY), (2.0, 0.5), (0.2, 0.05)])
def test_a_short_heartbeat_is_looked_after_as_often_as_it_needs(heartbeat: float, every: float) -> None:
    assert Ward(Settings(heartbeat=heartbeat)).heartbeat.sweep_every == every
