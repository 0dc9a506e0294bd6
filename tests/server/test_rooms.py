"""Rooms at work: passwords, what is said and by whom it is missed. Over sockets: scenes/test_rooms.py."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from itertools import count
from pathlib import Path

import pytest

from duologue.core.commands.chat import SendLetter
from duologue.core.commands.rooms import JoinRoom
from duologue.core.effects import Effect, RoomGone, RoomMade, Tell, TellRoom
from duologue.core.errors import PeerError
from duologue.core.events.chat import Acknowledged, Event, NotKept, Refused
from duologue.core.events.rooms import RoomEntered, RoomJoined, RoomLeft, RoomMissed, RoomSaid
from duologue.core.limits import Limits
from duologue.core.room_rules import LOBBY, RoomRules
from duologue.protocols.lines import LINE_LIMIT
from duologue.protocols.native.codec import NativeCodec
from duologue.server.auth.passwords import PasswordPool
from duologue.server.backpressure import Backpressure
from duologue.server.fair_pool import PoolFull
from duologue.server.rooms import LETTERS_AT_A_TIME, WRITE_BYTES, RoomService
from duologue.server.session import Connection, Session
from duologue.server.storage.base import KeptLetter, Letter, LiveRoom, StoreError, StreamProgress
from duologue.server.storage.nothing import RemembersNothing
from tests.server.test_session import fake, session
from tests.stage import until

NOW = 1795217400.9


class FakePool(PasswordPool):
    """Knows a hash by its looks, and says when it is full."""

    def __init__(self) -> None:
        self.is_full = False
        self.checked: list[str] = []
        self.keys: list[tuple[Hashable, ...]] = []
        self.is_open = asyncio.Event()
        self.is_open.set()

    async def verify(self, password_hash: str | None, password: str, *keys: Hashable) -> bool:
        await self._waits(password, keys)
        return password_hash == f"hash of {password}"

    async def hash(self, password: str, *keys: Hashable) -> str:
        await self._waits(password, keys)
        return f"hash of {password}"

    async def _waits(self, password: str, keys: tuple[Hashable, ...]) -> None:
        self.keys.append(keys)
        await self.is_open.wait()
        if self.is_full:
            raise PoolFull("full")
        self.checked.append(password)


class Shelf(RemembersNothing):
    """A store of what is said in rooms."""

    def __init__(self) -> None:
        super().__init__(StoreError(Path("nowhere"), "failed"))
        self.said: list[Letter] = []
        self.rooms: dict[str, LiveRoom] = {}
        self.refusal: PeerError | None = None

    async def hand_in(self, letter: Letter) -> KeptLetter:  # type: ignore[override]
        if self.refusal:
            raise self.refusal
        if await self.progress(letter.stream, letter.sender):
            return KeptLetter(self._standing(letter), None)
        self.said.append(letter)
        return KeptLetter(self._standing(letter), len(self.said))

    async def hand_in_all(self, letters: Sequence[Letter]) -> list[KeptLetter | PeerError]:  # type: ignore[override]
        return [await self._kept_or_refused(letter) for letter in letters]

    async def _kept_or_refused(self, letter: Letter) -> KeptLetter | PeerError:
        try:
            return await self.hand_in(letter)
        except PeerError as refusal:
            return refusal

    async def progress(self, stream: str, sender: str) -> StreamProgress | None:  # type: ignore[override]
        found = [letter for letter in self.said if (letter.stream, letter.sender) == (stream, sender)]
        return self._standing(found[-1]) if found else None

    def _standing(self, letter: Letter) -> StreamProgress:
        return StreamProgress(letter.stream, letter.sender, letter.recipient, letter.number, letter.number)

    def room_is(self, room: LiveRoom) -> None:
        self.rooms[room.id] = room

    def room_gone(self, room_id: str) -> None:
        del self.rooms[room_id]


class HearsItself(NativeCodec):
    hears_itself = True


class House:
    """The desk, and those who are here."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sessions: dict[str, Session] = {}
        self.pool = FakePool()
        self.store = Shelf()
        self.streams = count(1)
        ids = count(1)
        self.rules = RoomRules(new_id=lambda: f"id{next(ids)}", limits=Limits())
        self.backpressure = Backpressure(
            Limits(),
            time=lambda: self.now,
            end_stalled=lambda *_: None,
            filled=lambda _: None,
            emptied=self.emptied,
        )
        self.desk = RoomService(
            self.store,
            self.rules,
            self.backpressure,
            sessions_of=lambda nickname: [*filter(None, [self.sessions.get(nickname)])],
            passwords=self.pool,
            perform=self.perform,
            time=lambda: self.now,
            wall_clock=lambda: NOW,
            limits=Limits(),
        )

    def emptied(self, connection: Connection) -> None:
        if connection.session and connection is connection.session.login_socket:
            self.desk.emptied(connection.session)

    def perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Tell(nickname, event, _, _):
                    self.sessions[nickname].login_socket.tell(event)
                case TellRoom() | RoomMade() | RoomGone():
                    self.desk.perform(effect)

    def comes(self, nickname: str, address: str = "127.0.0.1", port: int = 5000) -> Session:
        if nickname in self.sessions:
            self.sessions[nickname].is_over = True
        self.sessions[nickname] = somebody = session(nickname)
        connection = fake(somebody.login_socket)
        connection.address, connection.port, connection.peer = address, port, f"{address}:{port}"
        return somebody

    def goes(self, somebody: Session) -> None:
        del self.sessions[somebody.nickname]
        somebody.is_over = True
        self.desk.forget(somebody)

    async def joins(self, somebody: Session, room: str = "#tea", password: str | None = None) -> list[Event]:
        """What it was told, when it is told anything."""
        before = len(told(somebody))
        self.desk.join(somebody, JoinRoom(room, password))
        await fake(somebody.login_socket).until(lambda connection: len(connection.told) > before)
        return told(somebody)[before:]

    async def says(self, somebody: Session, text: str, room: str = "#tea", stream: str | None = None) -> None:
        self.desk.say(somebody, SendLetter(room, stream or f"stream{next(self.streams):06}", 1, text))
        await until(lambda: not self.desk._tasks.running)

    async def pastes(self, somebody: Session, *letters: SendLetter) -> None:
        self.desk.say(somebody, *letters)
        await until(lambda: not self.desk._tasks.running)

    async def meet(self, *nicknames: str) -> list[Session]:
        """In #tea; what was told so far does not count."""
        people = [self.comes(nickname) for nickname in nicknames]
        for somebody in people:
            await self.joins(somebody)
        for somebody in people:
            fake(somebody.login_socket).told.clear()
        return people

    def is_full(self, somebody: Session) -> None:
        self.backpressure.congested(somebody.login_socket)

    def reads_again(self, somebody: Session) -> None:
        self.backpressure.drained(somebody.login_socket)


def told(somebody: Session) -> list[Event]:
    return fake(somebody.login_socket).told


def codes(events: list[Event]) -> list[str]:
    return [event.code for event in events if isinstance(event, Refused)]


def texts(somebody: Session) -> list[str]:
    return [event.text for event in told(somebody) if isinstance(event, RoomSaid)]


@pytest.fixture
def house() -> House:
    return House()


# In


async def test_an_open_room_is_entered_at_once(house: House) -> None:
    alice, bob = house.comes("alice"), house.comes("bob")
    house.desk.join(alice, JoinRoom("Tea", None))
    house.desk.join(bob, JoinRoom("#tea", None))
    assert told(alice) == [RoomEntered("#tea", 1, ""), RoomJoined("#tea", "bob")]
    assert told(bob) == [RoomEntered("#tea", 2, "")]
    assert house.store.rooms == {"#id1": LiveRoom("#tea", "#id1", None, "")}


async def test_a_password_given_for_an_open_room_does_no_harm(house: House) -> None:
    await house.joins(house.comes("alice"))
    assert await house.joins(house.comes("bob"), password="sesame") == [RoomEntered("#tea", 2, "")]


async def test_a_room_with_a_password(house: House) -> None:
    await house.joins(house.comes("alice"), password="sesame")
    assert house.store.rooms["#id1"].password_hash == "hash of sesame"
    bob = house.comes("bob")
    assert codes(await house.joins(bob)) == ["room_locked"]
    assert codes(await house.joins(bob, password="open")) == ["room_locked"]
    assert await house.joins(bob, password="sesame") == [RoomEntered("#tea", 2, "")]


async def test_a_member_is_not_asked_again(house: House) -> None:
    alice = house.comes("alice")
    await house.joins(alice, password="sesame")
    assert await house.joins(alice, password="forgotten") == [RoomEntered("#tea", 1, "")]
    assert house.pool.checked == ["sesame"]


async def test_passwords_are_not_found_by_trying(house: House) -> None:
    await house.joins(house.comes("alice"), password="sesame")
    bob = house.comes("bob")
    answers = [codes(await house.joins(bob, password=f"try {number}")) for number in range(4)]
    assert answers == [["room_locked"]] * 3 + [["throttled"]]
    assert codes(await house.joins(bob, password="sesame")) == ["throttled"]
    house.now += 61
    assert await house.joins(bob, password="sesame") == [RoomEntered("#tea", 2, "")]


async def test_the_next_room_is_no_new_start(house: House) -> None:
    alice, bob = house.comes("alice"), house.comes("bob")
    most = int(Limits().room_password_tries)
    for number in range(most):
        await house.joins(alice, f"#room{number}", "sesame")
    answers = [codes(await house.joins(bob, f"#room{number}", "wrong")) for number in range(most)]
    assert answers == [["room_locked"]] * most
    await house.joins(alice, "#another", "sesame")
    assert codes(await house.joins(bob, "#another", "sesame")) == ["throttled"]
    assert await house.joins(house.comes("carol"), "#another", "sesame") == [RoomEntered("#another", 2, "")]


@pytest.mark.parametrize("address", ["192.0.2.1", "127.0.0.1"])
async def test_the_next_name_of_a_guest_is_no_new_start(house: House, address: str) -> None:
    """On this machine several may be guests at a time: each has tries, and all together as many as those of a house."""
    await house.joins(house.comes("alice"), password="sesame")
    answers = []
    for number in range(30):
        guest = house.comes(f"~Guest{number}", address, 5000 + number)
        answers += codes(await house.joins(guest, password="wrong"))
        house.goes(guest)
    looked_at = 3 if address == "192.0.2.1" else int(Limits().room_password_tries)
    assert answers == ["room_locked"] * looked_at + ["throttled"] * (30 - looked_at)
    bob = house.comes("bob", address)
    assert await house.joins(bob, password="sesame") == [RoomEntered("#tea", 2, "")], "who has an account is not they"


async def test_each_guest_of_this_machine_has_tries_of_their_own(house: House) -> None:
    await house.joins(house.comes("alice"), password="sesame")
    zoe, yan = house.comes("~Zoe", port=1), house.comes("~Yan", port=2)
    for _ in range(4):
        await house.joins(zoe, password="wrong")
    assert codes(told(zoe))[-1] == "throttled"
    assert await house.joins(yan, password="sesame") == [RoomEntered("#tea", 2, "")]


async def test_who_was_right_has_used_no_try_at_other_rooms(house: House) -> None:
    alice, bob = house.comes("alice"), house.comes("bob")
    for number in range(int(Limits().room_password_tries) + 2):
        await house.joins(alice, f"#room{number}", "sesame")
        assert codes(await house.joins(bob, f"#room{number}", "sesame")) == []


async def test_who_waits_stands_under_their_account_or_where_they_come_from(house: House) -> None:
    await house.joins(house.comes("alice"), password="sesame")
    for guest in (house.comes("~Zoe", "192.0.2.1", 1), house.comes("~Yan", "192.0.2.1", 2), house.comes("~Xi", port=3)):
        await house.joins(guest, password="sesame")
    assert house.pool.keys == [
        (("name", "alice"),),
        (("from", "192.0.2.1"),),
        (("from", "192.0.2.1"),),
        (("from", "127.0.0.1:3"),),
    ]


async def test_a_full_pool_is_said_to_be_and_was_no_try(house: House) -> None:
    await house.joins(house.comes("alice"), password="sesame")
    bob = house.comes("bob")
    house.pool.is_full = True
    for _ in range(5):
        assert codes(await house.joins(bob, password="sesame")) == ["busy"]
    assert codes(await house.joins(bob, "#new", "sesame")) == ["busy"]
    house.pool.is_full = False
    assert await house.joins(bob, password="sesame") == [RoomEntered("#tea", 2, "")]


async def test_who_has_gone_waits_for_no_password_and_has_used_no_try(house: House) -> None:
    await house.joins(house.comes("alice"), password="sesame")
    house.pool.is_open.clear()
    for _ in range(5):
        bob = house.comes("bob")
        house.desk.join(bob, JoinRoom("#tea", "sesame"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        house.goes(bob)
        await until(lambda: not house.desk._tasks.running)
    assert house.pool.checked == ["sesame"]
    house.pool.is_open.set()
    assert await house.joins(house.comes("bob"), password="sesame") == [RoomEntered("#tea", 2, "")]


async def test_who_goes_while_the_password_is_checked_does_not_come_in(house: House) -> None:
    house.pool.is_open.clear()
    alice = house.comes("alice")
    house.desk.join(alice, JoinRoom("#tea", "sesame"))
    await asyncio.sleep(0)
    assert house.desk._tasks.running, "it is being checked"
    house.comes("alice")
    house.pool.is_open.set()
    await until(lambda: not house.desk._tasks.running)
    assert house.rules.find("#tea") is None


async def test_two_who_make_one_room_at_once(house: House) -> None:
    """The second comes in only if its password is that of the first."""
    house.pool.is_open.clear()
    alice, bob = house.comes("alice"), house.comes("bob")
    house.desk.join(alice, JoinRoom("#tea", "sesame"))
    house.desk.join(bob, JoinRoom("#tea", "other"))
    house.pool.is_open.set()
    await until(lambda: not house.desk._tasks.running)
    assert told(alice) == [RoomEntered("#tea", 1, "")]
    assert codes(told(bob)) == ["room_locked"]


async def test_a_name_that_no_room_can_have(house: House) -> None:
    with pytest.raises(PeerError, match="room name"):
        house.desk.join(house.comes("alice"), JoinRoom("#", None))


# What is said


async def test_what_is_said_is_stored_and_told_to_the_others(house: House) -> None:
    alice, bob, carol = await house.meet("alice", "bob", "carol")
    await house.says(alice, "hello", stream="stream")
    assert told(bob) == told(carol) == [RoomSaid("#tea", "alice", int(NOW), 1, "hello")]
    assert told(alice) == []
    assert fake(alice.check_socket).told == [Acknowledged(1, 1, "stream")]
    assert house.store.said == [Letter("stream", 1, "alice", "#id1", b":hello\n", NOW)]


async def test_who_does_not_show_its_own_words_is_sent_them(house: House) -> None:
    alice, bob = await house.meet("alice", "bob")
    fake(alice.login_socket).codec = HearsItself()
    await house.says(alice, "hello")
    assert texts(alice) == texts(bob) == ["hello"]


async def test_what_is_sent_again_is_told_once(house: House) -> None:
    alice, bob = await house.meet("alice", "bob")
    for _ in range(2):
        await house.says(alice, "hello", stream="stream")
    assert texts(bob) == ["hello"]
    assert fake(alice.check_socket).told == [Acknowledged(1, 1, "stream")] * 2


async def test_who_is_not_there_does_not_talk_there(house: House) -> None:
    (bob,) = await house.meet("bob")
    eve = house.comes("eve")
    await house.says(eve, "hello", stream="stream")
    [refused] = told(eve)
    assert isinstance(refused, NotKept)
    assert (refused.nickname, refused.stream, refused.number, refused.code) == ("#tea", "stream", 1, "not_in_room")
    assert texts(bob) == []


async def test_what_was_stored_before_its_sender_left_is_answered(house: House) -> None:
    alice, _ = await house.meet("alice", "bob")
    await house.says(alice, "hello", stream="stream")
    house.perform(house.rules.part("alice", "#tea"))
    told(alice).clear()
    await house.says(alice, "hello", stream="stream")
    assert told(alice) == []
    assert fake(alice.check_socket).told == [Acknowledged(1, 1, "stream")] * 2


async def test_a_store_that_refuses(house: House) -> None:
    alice, bob = await house.meet("alice", "bob")
    house.store.refusal = PeerError("mailbox_full", "full")
    await house.says(alice, "hello", stream="stream")
    assert told(alice) == [NotKept("#tea", "stream", 1, "mailbox_full", "full")]
    assert texts(bob) == []


# What is pasted


def pasted(*lines: str) -> list[SendLetter]:
    return [SendLetter("#tea", f"stream{number}", 1, text) for number, text in enumerate(lines)]


async def test_what_is_pasted_is_told_in_its_order(house: House) -> None:
    alice, bob = await house.meet("alice", "bob")
    await house.pastes(alice, *pasted("one", "two", "three"))
    assert told(bob) == [
        RoomSaid("#tea", "alice", int(NOW), number, text) for number, text in enumerate(("one", "two", "three"), 1)
    ]
    assert told(alice) == []
    assert fake(alice.check_socket).told == [Acknowledged(1, 1, f"stream{number}") for number in range(3)]


async def test_a_line_that_is_refused_refuses_no_other(house: House) -> None:
    """Too long for the wire; or to a stream that does not go on so, which is the store's answer."""
    alice, bob = await house.meet("alice", "bob")
    letters = pasted("one", "x" * LINE_LIMIT, "two", "one again", "three")
    letters[3] = SendLetter("#tea", "stream0", 1, "one")
    await house.pastes(alice, *letters)
    assert texts(bob) == ["one", "two", "three"]
    [refused] = told(alice)
    assert isinstance(refused, NotKept)
    assert (refused.stream, refused.code) == ("stream1", "line_too_long")
    streams = [event.stream for event in fake(alice.check_socket).told if isinstance(event, Acknowledged)]
    assert streams == ["stream0", "stream2", "stream0", "stream4"]


async def test_who_is_not_there_hears_it_of_each_line(house: House) -> None:
    alice, _ = await house.meet("alice", "bob")
    await house.says(alice, "before", stream="stream1")
    house.perform(house.rules.part("alice", "#tea"))
    told(alice).clear()
    await house.pastes(alice, *pasted("one", "two", "three"))
    assert [(event.stream, event.code) for event in told(alice) if isinstance(event, NotKept)] == [
        ("stream0", "not_in_room"),
        ("stream2", "not_in_room"),
    ]
    assert fake(alice.check_socket).told[1:] == [Acknowledged(1, 1, "stream1")]


async def test_a_paste_that_passes_by_is_counted_by_line(house: House) -> None:
    alice, bob, carol = await house.meet("alice", "bob", "carol")
    house.is_full(carol)
    await house.pastes(alice, *pasted("one", "two", "three"))
    house.reads_again(carol)
    assert told(carol) == [RoomMissed("#tea", 3)]
    assert texts(bob) == ["one", "two", "three"]


async def test_a_queue_that_fills_in_the_middle_takes_no_more(house: House) -> None:
    """What it had taken by then, and what it missed, are all that was said."""
    alice, bob, carol = await house.meet("alice", "bob", "carol")
    tell = fake(carol.login_socket).tell

    def fills(event: Event) -> None:
        tell(event)
        house.is_full(carol)

    fake(carol.login_socket).tell = fills  # type: ignore[method-assign]
    lines = [str(number) * 1000 for number in range(100)]
    await house.pastes(alice, *pasted(*lines))
    fake(carol.login_socket).tell = tell  # type: ignore[method-assign]
    heard = texts(carol)
    assert heard == lines[: len(heard)]
    assert sum(map(len, heard)) <= WRITE_BYTES
    house.reads_again(carol)
    assert told(carol)[-1] == RoomMissed("#tea", 100 - len(heard))
    assert texts(bob) == lines


async def test_who_waits_for_the_store_is_counted_until_they_are_answered(house: House) -> None:
    alice, _ = await house.meet("alice", "bob")
    assert house.desk.at_a_time() == LETTERS_AT_A_TIME
    house.desk.say(alice, *pasted("one", "two"))
    await asyncio.sleep(0)
    await house.pastes(alice, *pasted("one", "x" * LINE_LIMIT))
    assert house.desk.at_a_time() == LETTERS_AT_A_TIME
    house.store.refusal = PeerError("mailbox_full", "full")
    await house.pastes(alice, *pasted("one"))
    assert house.desk.at_a_time() == LETTERS_AT_A_TIME


# Who does not read


async def test_what_passes_by_is_counted_by_room_and_told(house: House) -> None:
    alice, bob, carol = await house.meet("alice", "bob", "carol")
    for somebody in (alice, carol):
        house.desk.join(somebody, JoinRoom(LOBBY, None))
    told(carol).clear()
    house.is_full(carol)
    for room in ("#tea", LOBBY, "#tea"):
        await house.says(alice, "hello", room)
    assert told(carol) == []
    house.reads_again(carol)
    assert told(carol) == [RoomMissed("#tea", 2), RoomMissed(LOBBY, 1)]
    await house.says(alice, "again")
    assert texts(carol) == ["again"]
    assert texts(bob) == ["hello", "hello", "again"]


async def test_who_does_not_read_a_chat_hears_the_rooms(house: House) -> None:
    """They are on the login socket, and 9.2 is for each socket."""
    alice, carol = await house.meet("alice", "carol")
    house.backpressure.congested(carol.chat_socket)
    await house.says(alice, "hello")
    assert texts(carol) == ["hello"]
    house.backpressure.drained(carol.chat_socket)
    assert texts(carol) == ["hello"]
    assert not [event for event in told(carol) if isinstance(event, RoomMissed)]


async def test_who_missed_nothing_is_told_nothing(house: House) -> None:
    alice, carol = await house.meet("alice", "carol")
    house.is_full(carol)
    house.reads_again(carol)
    assert told(carol) == []
    await house.says(alice, "hello")
    house.reads_again(carol)
    assert texts(carol) == ["hello"]


async def test_notices_that_pass_by_are_no_messages(house: House) -> None:
    bob, carol = await house.meet("bob", "carol")
    house.is_full(carol)
    house.perform(house.rules.part("bob", "#tea"))
    house.reads_again(carol)
    assert RoomLeft("#tea", "bob") not in told(carol)
    assert told(carol) == []
    assert told(bob)


async def test_who_has_gone_has_missed_nothing(house: House) -> None:
    alice, carol = await house.meet("alice", "carol")
    house.is_full(carol)
    await house.says(alice, "hello")
    house.desk.forget(carol)
    house.reads_again(carol)
    assert told(carol) == []


async def test_a_room_that_is_gone_is_gone_from_the_store(house: House) -> None:
    (alice,) = await house.meet("alice")
    house.perform(house.rules.part("alice", "#tea"))
    assert house.store.rooms == {}
    assert told(alice)
