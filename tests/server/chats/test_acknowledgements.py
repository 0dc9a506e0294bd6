"""What has arrived and what is safe (protocol, section 7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import Ping
from duologue.core.errors import FatalPeerError
from duologue.core.events.chat import Acknowledged
from duologue.core.limits import Limits
from duologue.core.requests import Chat
from duologue.server.chats import reporter
from duologue.server.chats.acknowledgements import Acknowledgements
from duologue.server.metering import Metering
from duologue.server.session import Session
from duologue.server.storage.base import Stored
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.unreceived import Unreceived
from tests.server.test_session import FakeConnection, fake, session
from tests.stage import until


class Disk(Unreceived):
    """A store that answers for messages when the test says so."""

    def __init__(self) -> None:
        super().__init__(lambda _: None, pressure=lambda *_: None, mailbox=MailboxLimits(0, 0))
        self.receipts: list[tuple[str, str, str, int]] = []

    def received(self, chat_id: str, sender: str, stream: str, upto: int) -> None:
        self.receipts.append((chat_id, sender, stream, upto))


LIMITS = Limits()


class Desk:
    """Clients by nickname, and the acknowledgements between them."""

    def __init__(self, disk: Disk | None = None) -> None:
        self.acks = Acknowledgements(disk or Disk(), Metering(LIMITS, time=lambda: 0.0))

    def enters(self, nickname: str, device: str = "") -> Session:
        return session(nickname, device=device)

    def leaves(self, who: Session) -> None:
        self.acks.forget(who)
        who.is_over = True
        for connection in who.sockets:
            connection.close()

    def chat(self, identity: str = "id") -> tuple[Session, Session, Chat]:
        alice, bob = self.enters("alice"), self.enters("bob")
        chat = Chat(identity, "alice", "bob")
        self.acks.opened(chat)
        for who in (alice, bob):
            who.chat = chat
            self.acks.listen(chat, who)
        return alice, bob, chat


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(autouse=True)
def _answers_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits 5 s here for an answer without news; when reports go is tested in test_reporter.py."""
    monkeypatch.setattr(reporter, "ANSWER_WITHIN", 0.02)


def heard_on_check(who: Session) -> list[object]:
    return [*fake(who.check_socket).told]


def acknowledged(connection: FakeConnection) -> bool:
    return any(isinstance(event, Acknowledged) for event in connection.told)


async def test_with_a_disk_a_message_is_stored_when_the_disk_says_so() -> None:
    """7.3: the partner may hold it long before, and that is no answer for it."""
    disk = Disk()
    desk = Desk(disk)
    alice, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    desk.acks.check_from_client(bob, Ping(5, "id"))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(0, 5, "id")]
    assert disk.receipts == [("id", "alice", "id", 5)]

    fake(alice.check_socket).told.clear()
    desk.acks.stored(Stored("id", "alice", "id", 4))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(4, 5, "id")]


async def test_news_of_a_chat_that_is_over_says_nothing_about_the_one_that_is_on() -> None:
    desk = Desk(Disk())
    _, _, chat = desk.chat("new")
    desk.acks.stored(Stored("old", "alice", "old", 9))
    desk.acks.stored(Stored("new", "alice", "new.2", 9))
    assert chat.says("alice").current.stored == 0


async def test_the_same_count_again_is_a_sign_of_life_and_no_news() -> None:
    disk = Disk()
    desk = Desk(disk)
    _, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    for _ in range(3):
        desk.acks.check_from_client(bob, Ping(2))
    assert disk.receipts == [("id", "alice", "id", 2)]


async def test_a_ping_is_answered_by_a_pong(desk: Desk) -> None:
    """7.2, 7.4. Outside a chat: PONG 0 0."""
    alice = desk.enters("alice")
    desk.acks.check_from_client(alice, Ping(0))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged()]


@pytest.mark.parametrize("ping", [Ping(), Ping(0), Ping(2), Ping(2, "id"), Ping(0, "letter")])
@pytest.mark.parametrize("how", ["in the chat", "resumed", "not resumed", "in no chat"])
async def test_whatever_a_ping_says_it_is_answered(desk: Desk, ping: Ping, how: str) -> None:
    """7.4. Who hears nothing for 45 s takes the server for dead (8.2)."""
    _, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    bob.has_resumed = how == "resumed"
    if how.startswith("not"):
        bob.chat = None
    elif how == "in no chat":
        desk.acks.ended(chat)
        desk.acks.forget_chat(chat)
        bob.chat = None
    desk.acks.check_from_client(bob, ping)
    await fake(bob.check_socket).until(acknowledged)


async def test_of_a_stream_of_before_its_sender_hears_nothing_more(desk: Desk) -> None:
    """10.4: it sends in another, and has settled the old one with its /resume."""
    alice, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    chat.says("alice").sender_returns(None)
    desk.acks.check_from_client(bob, Ping(3, "id"))
    desk.acks.stored(Stored("id", "alice", "id", 5))
    await fake(bob.check_socket).until(acknowledged)
    assert heard_on_check(alice) == []
    assert (chat.says("alice").streams[0].received, chat.says("alice").streams[0].stored) == (3, 5)


async def test_a_stream_that_the_partner_never_had_is_none_to_acknowledge(desk: Desk) -> None:
    """7.5. To ask about one is no mistake: the stream of one's own that is meant may be gone."""
    _, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    desk.acks.check_from_client(bob, Ping(0, "id.7"))
    with pytest.raises(FatalPeerError, match="bad_count"):
        desk.acks.check_from_client(bob, Ping(1, "id.7"))


async def test_a_ping_without_a_stream_is_about_the_one_that_is_being_handed_over(desk: Desk) -> None:
    """7.2."""
    _, bob, chat = desk.chat()
    direction = chat.says("alice")
    direction.current.sent = 2
    direction.sender_returns(None)
    direction.current.sent = 3
    desk.acks.check_from_client(bob, Ping(2))
    direction.next_stream()
    desk.acks.check_from_client(bob, Ping(3))
    assert [stream.received for stream in direction.streams] == [2, 3]


async def test_what_bob_holds_is_told_to_alice(desk: Desk) -> None:
    """7.2, 7.3."""
    alice, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    desk.acks.check_from_client(bob, Ping(3, "id"))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(0, 3, "id")]
    assert heard_on_check(bob) == [Acknowledged(0, 0, "id")]


async def test_several_within_a_moment_are_one_and_the_next_is_another(desk: Desk) -> None:
    """7.4: 20 ms."""
    alice, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    for received in (1, 2, 4):
        desk.acks.check_from_client(bob, Ping(received))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(0, 4, "id")]
    fake(alice.check_socket).told.clear()
    desk.acks.check_from_client(bob, Ping(5))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(0, 5, "id")]


async def test_who_left_meanwhile_is_owed_nothing(desk: Desk) -> None:
    """And the others get what they are owed."""
    alice, bob, carol = desk.enters("alice"), desk.enters("bob"), desk.enters("carol")
    for who in (alice, bob, carol):
        desk.acks.check_from_client(who, Ping(0))
    desk.leaves(bob)
    for who in (alice, carol):
        await fake(who.check_socket).until(acknowledged)
    assert fake(bob.check_socket).told_too_late == []


async def test_what_is_no_live_chat_is_for_the_store(desk: Desk) -> None:
    """7.2, 11.3: a letter, or a chat of which all is stored."""
    _, bob, chat = desk.chat("new")
    assert not desk.acks.check_from_client(bob, Ping(99, "old"))
    assert chat.says("alice").current.received == 0


async def test_nobody_acknowledges_what_others_say_to_each_other(desk: Desk) -> None:
    _, _, chat = desk.chat()
    chat.says("alice").current.sent = 5
    carol = desk.enters("carol")
    assert not desk.acks.check_from_client(carol, Ping(5, "id"))
    assert chat.says("alice").current.received == 0


async def test_a_chat_that_is_over_has_its_pongs_until_the_store_has_said_all(desk: Desk) -> None:
    """7.4."""
    alice, bob, chat = desk.chat()
    stream = chat.says("alice").current
    stream.sent = 5
    desk.acks.ended(chat)
    alice.chat = bob.chat = None
    assert not desk.acks.check_from_client(bob, Ping(3, "id")), "the store has to hear of it too"
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(0, 3, "id")]
    assert not desk.acks.check_from_client(bob, Ping(9, "id"))
    assert stream.received == 3
    fake(alice.check_socket).told.clear()
    desk.acks.stored(Stored("id", "alice", "id", 5))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(5, 3, "id")]
    desk.acks.forget_chat(chat)
    desk.acks.stored(Stored("id", "alice", "id", 4))
    assert stream.stored == 5


async def test_who_has_come_back_names_the_stream(desk: Desk) -> None:
    """10.2: a PING that was sent before the answer to the /resume can mean anything."""
    _, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    bob.has_resumed = True
    assert desk.acks.check_from_client(bob, Ping(4))
    assert chat.says("alice").current.received == 0
    assert desk.acks.check_from_client(bob, Ping(4, "id"))
    assert chat.says("alice").current.received == 4


async def test_who_is_back_and_has_not_resumed_acknowledges_nothing(desk: Desk) -> None:
    _, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    bob.chat = None
    assert desk.acks.check_from_client(bob, Ping(5, "id"))
    assert chat.says("alice").current.received == 0


async def test_a_device_acknowledges_what_another_holds_the_chat_of(desk: Desk) -> None:
    """It follows: what one device has is received."""
    alice, _, chat = desk.chat()
    chat.says("alice").current.sent = 5
    phone = desk.enters("bob", "phone")
    assert desk.acks.check_from_client(phone, Ping(3, "id"))
    assert chat.says("alice").current.received == 3
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(0, 3, "id")]


@pytest.mark.parametrize("ping", [Ping(6, "id"), Ping(10**17, "id"), Ping(3), Ping(3, "id.7")])
async def test_what_cannot_be_says_nothing_where_another_holds_the_chat(desk: Desk, ping: Ping) -> None:
    """A server that was killed may know less than a device remembers."""
    _, _, chat = desk.chat()
    chat.says("alice").current.sent = 5
    assert desk.acks.check_from_client(desk.enters("bob", "phone"), ping)
    assert chat.says("alice").current.received == 0


async def test_the_sender_is_told_on_the_session_that_speaks(desk: Desk) -> None:
    alice, bob, chat = desk.chat()
    beside = desk.enters("alice", "phone")
    chat.says("alice").current.sent = 5
    desk.acks.check_from_client(bob, Ping(2, "id"))
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(beside) == []


async def test_a_count_outside_a_chat_is_a_sign_of_life_only(desk: Desk) -> None:
    alice = desk.enters("alice")
    assert desk.acks.check_from_client(alice, Ping(99)), "the store is not asked"
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged()]


async def test_a_ping_without_a_count_says_nothing_about_messages(desk: Desk) -> None:
    _, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    desk.acks.check_from_client(bob, Ping(3))
    desk.acks.check_from_client(bob, Ping())
    assert chat.says("alice").current.received == 3


@pytest.mark.parametrize("received", [2, 0])
async def test_a_count_that_goes_back_is_passed_over(desk: Desk, received: int) -> None:
    """7.5"""
    _, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    desk.acks.check_from_client(bob, Ping(3))
    assert desk.acks.check_from_client(bob, Ping(received))
    assert chat.says("alice").current.received == 3


async def test_of_a_stream_read_back_the_store_hears_no_more_than_it_has() -> None:
    """7.5"""
    disk = Disk()
    desk = Desk(disk)
    alice, bob, chat = desk.chat()
    stream = chat.says("alice").current
    stream.sent, stream.is_recovered = 5, True
    assert desk.acks.check_from_client(bob, Ping(10**17))
    assert disk.receipts == [("id", "alice", "id", 5)]
    await fake(alice.check_socket).until(acknowledged)
    assert heard_on_check(alice) == [Acknowledged(0, 5, "id")]


@pytest.mark.parametrize("received", [6, 10**17])
async def test_a_count_that_cannot_be(desk: Desk, received: int) -> None:
    """7.5: above what was sent."""
    _, bob, chat = desk.chat()
    chat.says("alice").current.sent = 5
    desk.acks.check_from_client(bob, Ping(3))
    with pytest.raises(FatalPeerError, match="bad_count") as caught:
        desk.acks.check_from_client(bob, Ping(received))
    assert str(received) in caught.value.text
    assert chat.says("alice").current.received == 3


@given(st.integers(0, 20), st.lists(st.integers(-1, 25)))
async def test_what_is_received_only_grows_and_never_beyond_what_was_sent(sent: int, pings: list[int]) -> None:
    desk = Desk()
    _, bob, chat = desk.chat()
    stream = chat.says("alice").current
    stream.sent = sent
    for received in pings:
        before = stream.received
        try:
            desk.acks.check_from_client(bob, Ping(received))
        except FatalPeerError:
            assert received > sent
            assert stream.received == before
        else:
            assert stream.received == max(before, received) <= sent


async def test_what_comes_late_is_reported_to_whoever_handed_it_in_though_both_have_streams_of_that_name(
    desk: Desk,
) -> None:
    alice, bob, chat = desk.chat()
    for nickname in ("alice", "bob"):
        chat.says(nickname).sender_returns(None)
    old = chat.says("alice").streams[0]
    desk.acks.spoke_late(alice, old)
    desk.acks.spoke_late(bob, chat.says("bob").streams[0])
    old.counts(1, 5)
    desk.acks.stored(Stored("id", "alice", "id", 1))
    await until(lambda: Acknowledged(1, 0, "id") in heard_on_check(alice))
    assert Acknowledged(1, 0, "id") not in heard_on_check(bob)
