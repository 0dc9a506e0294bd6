"""What a session has in the tables, from its beginning to its end."""

from __future__ import annotations

import pytest

from duologue.core.commands.chat import SocketKind
from duologue.core.limits import Limits
from duologue.core.names import Account
from duologue.server.auth.login import Login
from duologue.server.metering import Metering
from duologue.server.people.directory import Directory
from duologue.server.registry import SessionRegistry
from duologue.server.session import Connection
from duologue.server.tables import Connections, Users
from tests.server.test_session import FakeConnection

NOW = 1000.0


class Office:
    """A registry, and the tables that it writes."""

    def __init__(self) -> None:
        self.connections = Connections()
        self.directory = Directory(Users([Account("alice", "hash")]))
        metering = Metering(Limits(), time=lambda: NOW)
        self.registry = SessionRegistry(self.connections, self.directory, metering, time=lambda: NOW)


@pytest.fixture
def office() -> Office:
    return Office()


def login(nickname: str, device: str = "", account: Account | None = None) -> Login:
    one: Connection = FakeConnection()
    others: dict[SocketKind, Connection] = {SocketKind.CHAT: FakeConnection(), SocketKind.CHECK: FakeConnection()}
    return Login(one, nickname, device, account=account, attached=others)


def test_a_session_knows_its_device_its_account_and_when_it_began(office: Office) -> None:
    session = office.registry.add(login("alice", "d1", Account("alice", "hash")))
    assert (session.nickname, session.device, session.password_hash, session.used) == ("alice", "d1", "hash", NOW)
    assert office.registry.add(login("alice", "d2")).id != session.id


def test_its_three_sockets_are_paid_for_by_the_account(office: Office) -> None:
    one, other = office.registry.add(login("alice", "d1")), office.registry.add(login("alice", "d2"))
    buckets = {id(socket.bucket) for session in (one, other) for socket in session.sockets}
    assert len(buckets) == 1
    assert all(socket.session is one and socket.row == one.row for socket in one.sockets)


def test_a_guest_is_not_looked_for_by_signs_of_life(office: Office) -> None:
    session = office.registry.add(login("~Zoe"))
    assert {socket.row for socket in session.sockets} == {-1}
    assert office.connections.nicknames() == {"~Zoe"}
    assert office.connections.inactive(NOW + 1e9, 45) == []


def test_of_one_who_has_gone_nothing_is_left(office: Office) -> None:
    stays, goes = office.registry.add(login("alice", "d1")), office.registry.add(login("alice", "d2"))
    office.registry.remove(goes)
    assert office.directory.sessions_of("alice") == (stays,)
    assert office.registry.in_row(stays.row) is stays
    with pytest.raises(KeyError):
        office.registry.in_row(goes.row)
    office.registry.remove(stays)
    assert "alice" not in office.directory
    assert office.connections.nicknames() == set()
