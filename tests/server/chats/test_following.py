"""The feed of one session: what it tells, what it leaves to the chat, and from where it goes on (with real sockets:
scenes/test_following.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from duologue.core.errors import PeerError
from duologue.core.events.chat import Event
from duologue.core.events.devices import Cursor, Feed, Following, Kept
from duologue.core.limits import Limits
from duologue.core.requests import Chat
from duologue.server.backpressure import Backpressure
from duologue.server.chats import following
from duologue.server.chats.following import MOST_MISSED, FollowService
from duologue.server.session import Connection, Session
from duologue.server.storage.base import Commit, KeptLetter, Message, Stored, StoreError, StreamProgress, Unfinished
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.unreceived import Unreceived
from tests.server.test_session import fake, session
from tests.stage import until

QUEUE = 1000


class Shelf(Unreceived):
    """A store whose messages are numbered from 1."""

    def __init__(self) -> None:
        super().__init__(lambda _: None, pressure=lambda *_: None, mailbox=MailboxLimits(0, 0))
        self.messages: list[Message] = []
        self.newest = 1  # of a store in which nothing was said
        self.readings = 0

    def keeps(self, sender: str, recipient: str, stream: str, position: int, text: str) -> None:
        self.newest += 1
        self.messages.append(Message(self.newest, stream, sender, recipient, position, 5.5, text))

    async def after(  # type: ignore[override]
        self, me: str, number: int, limit: int, rooms: Sequence[str] = ()
    ) -> list[Message]:
        self.readings += 1
        mine = [found for found in self.messages if me in (found.sender, found.recipient)]
        return [found for found in mine if found.number > number][:limit]

    async def count_after(  # type: ignore[override]
        self, me: str, number: int, most: int, rooms: Sequence[str] = ()
    ) -> int:
        return len(await self.after(me, number, most))


class House:
    """Alice with one device, which follows."""

    def __init__(self) -> None:
        self.store = Shelf()
        self.backpressure = Backpressure(
            Limits(), time=lambda: 0.0, end_stalled=lambda *_: None, filled=lambda _: None, emptied=self.emptied
        )
        self.chat = Chat("c", "bob", "alice")
        self.service = FollowService(self.store, self.backpressure, chat_of={"c": self.chat}.get)
        self.alice = self.enters("alice")

    def emptied(self, connection: Connection) -> None:
        if connection.session:
            self.service.emptied(connection.session)

    def enters(self, nickname: str, device: str = "desk") -> Session:
        somebody = session(nickname)
        somebody.device = device
        return somebody

    def letter(self, sender: str, recipient: str, stream: str, position: int = 1, text: str = "hi") -> None:
        self.store.keeps(sender, recipient, stream, position, text)
        progress = StreamProgress(stream, sender, recipient, position, 0)
        self.service.committed(Commit([], [KeptLetter(progress, self.store.newest)], self.store.newest))

    def said(self, position: int, text: str, sender: str = "bob", stream: str = "c") -> None:
        self.store.keeps(sender, self.chat.partner_of(sender), stream, position, text)
        self.service.committed(Commit([Stored("c", sender, stream, position)], [], self.store.newest))

    async def follows(self, number: int | None = None) -> Event:
        self.service.follow(self.alice, number)
        await until(lambda: any(isinstance(event, Following) for event in self.told))
        return next(event for event in self.told if isinstance(event, Following))

    @property
    def told(self) -> list[Event]:
        return fake(self.alice.chat_socket).told

    def kept(self) -> list[str]:
        return [event.text for event in self.told if isinstance(event, Kept)]

    async def is_told(self, *texts: str) -> None:
        await until(lambda: len(self.kept()) >= len(texts))
        assert self.kept() == [*texts]


async def test_a_client_that_starts_is_told_nothing_old_and_everything_new() -> None:
    house = House()
    house.store.keeps("bob", "alice", "old", 1, "old")
    assert await house.follows() == Following(2, Feed.ANEW)
    house.letter("bob", "alice", "new", text="new")
    await house.is_told("new")
    assert house.told[-1] == Kept("bob", 3, 5, "bob", "new", 1, "new")
    house.letter("alice", "bob", "other device", text="mine")
    await house.is_told("new", "mine")
    assert house.told[-1] == Kept("bob", 4, 5, "alice", "other device", 1, "mine")


async def test_a_client_that_comes_back_is_told_what_it_has_missed_in_the_order_of_the_store() -> None:
    house = House()
    for number in range(1, 5):
        house.store.keeps("bob", "alice", "s", number, str(number))
    assert await house.follows(2) == Following(2)
    await house.is_told("2", "3", "4")


@pytest.mark.parametrize("number", [None, 10_000])
async def test_a_number_that_says_too_little_begins_anew(number: int | None) -> None:
    house = House()
    house.store.keeps("bob", "alice", "s", 1, "one")
    assert await house.follows(number) == Following(2, Feed.ANEW)


async def test_who_has_missed_too_much_begins_anew() -> None:
    house = House()
    for number in range(1, MOST_MISSED + 2):
        house.store.keeps("bob", "alice", "s", number, "x")
    assert await house.follows(1) == Following(house.store.newest, Feed.ANEW)
    house = House()
    for number in range(1, MOST_MISSED + 1):
        house.store.keeps("bob", "alice", "s", number, "x")
    assert await house.follows(1) == Following(1)
    await until(lambda: len(house.kept()) == MOST_MISSED)


async def test_what_a_session_says_itself_is_not_even_looked_up() -> None:
    house = House()
    await house.follows()
    house.alice.speaks_in("mine")
    before = house.store.readings
    house.letter("alice", "bob", "mine", text="mine")
    house.letter("bob", "alice", "s", text="answer")
    await house.is_told("answer")
    assert house.store.readings == before + 2  # the answer, and that there is no more


async def test_what_the_chat_has_handed_over_is_not_told_again() -> None:
    house = House()
    await house.follows()
    house.alice.chat = house.chat
    house.alice.handed.begins(house.chat.hears("alice"))
    house.alice.handed.is_live = True
    house.said(1, "by the chat")
    house.letter("carol", "alice", "s", text="besides")
    await house.is_told("besides")


async def test_what_the_chat_is_about_to_hand_over_is_waited_for() -> None:
    house = House()
    await house.follows()
    hears = house.chat.hears("alice")
    house.alice.chat = house.chat
    house.alice.handed.begins(hears)
    house.said(1, "first, by the chat")
    house.letter("carol", "alice", "s", text="then")
    await until(lambda: house.service._followers["alice"][house.alice].waits)
    assert not house.kept()
    hears.pushed = 1
    house.service.handed_over(house.alice)
    await house.is_told("then")


async def test_the_rest_of_a_chat_that_has_ended_comes_by_the_feed() -> None:
    house = House()
    await house.follows()
    hears = house.chat.hears("alice")
    house.alice.chat = house.chat
    house.alice.handed.begins(hears)
    for position, text in enumerate(("one", "two", "three"), 1):
        house.said(position, text)
    hears.pushed = 1
    house.alice.chat = None
    house.alice.handed.ends()
    house.service.handed_over(house.alice)
    await house.is_told("two", "three")


async def test_who_does_not_read_is_told_when_they_do() -> None:
    house = House()
    await house.follows()
    connection = fake(house.alice.chat_socket)
    house.backpressure.congested(connection)
    house.letter("bob", "alice", "s", 1, "one")
    house.letter("bob", "alice", "s", 2, "two")
    assert not house.kept()
    house.backpressure.drained(connection)
    await house.is_told("one", "two")


async def test_a_cursor_says_up_to_where_all_has_been_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "CURSOR_EVERY", 0.01)
    house = House()
    await house.follows()
    house.letter("bob", "alice", "s", text="one")
    await until(lambda: Cursor(2) in house.told)
    assert house.told.index(Cursor(2)) > [type(event) for event in house.told].index(Kept)
    house.letter("carol", "dave", "t", text="of others")
    house.letter("bob", "alice", "s", 2, "two")
    await until(lambda: Cursor(4) in house.told)
    assert [event.number for event in house.told if isinstance(event, Cursor)] == [2, 4]


async def test_a_cursor_waits_for_what_the_chat_is_about_to_hand_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "CURSOR_EVERY", 0.01)
    house = House()
    await house.follows()
    house.letter("bob", "alice", "s", text="one")
    await until(lambda: Cursor(2) in house.told)
    house.alice.chat = house.chat
    house.alice.handed.begins(house.chat.hears("alice"))
    house.said(1, "first, by the chat")
    await until(lambda: house.service._followers["alice"][house.alice].waits)
    house.service._tell_cursors()
    assert [event.number for event in house.told if isinstance(event, Cursor)] == [2]


async def test_who_has_gone_is_told_nothing() -> None:
    house = House()
    await house.follows()
    house.alice.is_over = True
    house.service.forget(house.alice)
    readings = house.store.readings
    house.letter("bob", "alice", "s")
    assert house.store.readings == readings


async def test_without_a_history_there_is_nothing_to_follow() -> None:
    house = House()
    house.store.newest = 0
    assert await house.follows(7) == Following(0, Feed.OFF)


def test_a_client_without_a_device_has_a_mailbox_instead() -> None:
    house = House()
    with pytest.raises(PeerError) as refused:
        house.service.follow(house.enters("alice", ""), None)
    assert refused.value.code == "no_device"


async def test_a_letter_in_a_stream_of_the_same_name_as_ones_own_is_told() -> None:
    """The first streams of both in a chat have its name, and what is left of one comes as letters."""
    house = House()
    await house.follows()
    house.alice.speaks_in("c")
    house.letter("bob", "alice", "c", 5, "late")
    await house.is_told("late")


async def test_a_reading_that_was_stopped_before_it_found_anything_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    await house.follows()
    after, stops = house.store.after, iter([True, True])

    async def stopped(me: str, number: int, limit: int) -> list[Message]:
        if next(stops, False):
            raise Unfinished([])
        return await after(me, number, limit)

    monkeypatch.setattr(house.store, "after", stopped)
    house.letter("bob", "alice", "s", 1, "one")
    await house.is_told("one")


async def test_what_could_not_be_read_is_told_with_the_next_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    await house.follows()
    after, fails = house.store.after, iter([True])

    async def failing(me: str, number: int, limit: int) -> list[Message]:
        if next(fails, False):
            raise StoreError(Path("x"), "is read for too many at once")
        return await after(me, number, limit)

    monkeypatch.setattr(house.store, "after", failing)
    house.letter("bob", "alice", "s", 1, "one")
    await until(lambda: not house.service._followers["alice"][house.alice].is_running)
    house.letter("carol", "dave", "t", 1, "of others")
    house.letter("bob", "alice", "s", 2, "two")
    await house.is_told("one", "two")
