"""Chats at work, where several rooms have to act together (what people hear of it: scenes/test_resume.py)."""

from __future__ import annotations

import pytest

from duologue.core.effects import CloseChat, OpenChat, PauseChat, ReopenChat
from duologue.core.limits import Limits
from duologue.core.names import Account
from duologue.core.privacy import Privacy
from duologue.core.requests import Chat, ChatEnd
from duologue.server.backpressure import Backpressure
from duologue.server.chats.service import ChatService
from duologue.server.metering import Metering
from duologue.server.metrics import Traffic
from duologue.server.people.directory import Directory
from duologue.server.session import Hold, Session
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.unreceived import Unreceived
from duologue.server.tables import Connections, Users
from tests.server.test_session import FakeConnection, fake, session
from tests.stage import Clock, until


class House:
    """Alice and bob in a chat."""

    def __init__(self) -> None:
        self.clock = Clock()
        directory = Directory(Users([Account("alice"), Account("bob")]))
        self.directory = directory
        self.sessions: dict[str, Session] = {}
        self.connections = Connections()
        backpressure = Backpressure(
            Limits(), time=self.clock, end_stalled=lambda *_: None, filled=lambda _: None, emptied=lambda _: None
        )
        self.traffic = Traffic(Clock())
        self.chats = ChatService(
            Unreceived(lambda _: None, pressure=lambda *_: None, mailbox=MailboxLimits(10, 10)),
            backpressure,
            Metering(Limits(), time=self.clock),
            self.connections,
            directory,
            Privacy(Limits()),
            page=1024,
            written=lambda _, __: None,
            wall_clock=self.clock,
            traffic=self.traffic,
        )
        self.chat = Chat("id", "alice", "bob")
        for nickname in ("alice", "bob"):
            self.chat.holders[nickname] = self.enters(nickname).id
        self.chats.perform(OpenChat(self.chat))

    def enters(self, nickname: str) -> Session:
        row = self.connections.add("127.0.0.1:1", nickname, 1, 2, 3, self.clock())
        if nickname in self.sessions:
            self.directory.leave(self.sessions[nickname])
        self.sessions[nickname] = session(nickname, row=row)
        self.directory.enter(self.sessions[nickname])
        self.chats.mailbox.open(self.sessions[nickname])
        return self.sessions[nickname]

    def loses(self, nickname: str) -> None:
        self.chats.perform(PauseChat(self.chat, nickname, self.sessions[nickname].id))

    def takes_back(self, nickname: str) -> None:
        self.chats.perform(ReopenChat(self.chat, nickname, self.sessions[nickname].id, held=(), begun=None))

    def holds(self, nickname: str) -> set[Hold]:
        return fake(self.sessions[nickname].chat_socket).holds

    def says(self, nickname: str, line: bytes) -> None:
        receive = fake(self.sessions[nickname].chat_socket).receiver
        assert receive
        assert not [*receive(line)]


@pytest.fixture
async def house() -> House:
    return House()


async def test_what_one_says_the_other_hears(house: House) -> None:
    house.says("alice", b":hello\n")
    assert fake(house.sessions["bob"].chat_socket).sent == b":hello\n"
    assert list(house.connections.connection_table["in_chat"]) == [True, True]


async def test_only_whom_the_disk_does_not_follow_is_held(house: House) -> None:
    house.chats.store_is_behind("id", "alice", True)
    assert house.holds("alice") == {Hold.STORE}
    assert house.holds("bob") == set()
    house.chats.store_is_behind("id", "alice", False)
    assert house.holds("alice") == set()


async def test_to_come_back_is_no_way_around_it(house: House) -> None:
    house.chats.store_is_behind("id", "alice", True)
    house.loses("alice")
    house.enters("alice")
    house.takes_back("alice")
    assert house.holds("alice") == {Hold.STORE}


async def test_what_is_said_to_one_who_is_away_is_handed_over_later(house: House) -> None:
    house.loses("bob")
    house.says("alice", b":are you there\n")
    bob = house.enters("bob")
    house.chat.says("alice").recipient_returns(None)
    house.takes_back("bob")
    await until(lambda: fake(bob.chat_socket).sent == b":are you there\n")
    house.says("alice", b":and now\n")
    await until(lambda: fake(bob.chat_socket).sent == b":are you there\n:and now\n")


async def test_pings_take_the_short_way_in_a_chat_and_only_there(house: House) -> None:
    def is_short(connection: FakeConnection) -> bool:
        return connection.receiver is not None

    bob = fake(house.sessions["bob"].check_socket)
    assert is_short(bob)
    house.loses("bob")
    assert not is_short(bob)
    back = fake(house.enters("bob").check_socket)
    assert not is_short(back)
    house.takes_back("bob")
    assert is_short(back)


async def test_after_the_end_nobody_is_in_it(house: House) -> None:
    assert all(fake(session.check_socket).receiver and session.chat for session in house.sessions.values())
    house.chats.perform(CloseChat(house.chat, ChatEnd.LEFT))
    assert [fake(session.check_socket).receiver for session in house.sessions.values()] == [None, None]
    assert [session.chat for session in house.sessions.values()] == [None, None]
    assert list(house.connections.connection_table["in_chat"]) == [False, False]


async def test_a_chat_that_is_over_leaves_nothing_here_though_nobody_ever_reads_the_rest(house: House) -> None:
    house.says("alice", b":are you there\n")
    house.chats.perform(CloseChat(house.chat, ChatEnd.LEFT))
    acknowledgements = house.chats.acknowledgements
    await until(lambda: not acknowledgements._chats and not acknowledgements._ended)
    assert [message.text for message in await house.chats.mailbox._store.undelivered("bob", 0, 1000)] == [
        "are you there"
    ]
