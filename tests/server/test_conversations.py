"""The list of conversations and how far they are read, with answers of a store (its own: storage/test_conversations.py;
over the wire: scenes/test_following.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from duologue.core.errors import PeerError
from duologue.core.events.chat import Event, Refused
from duologue.core.events.devices import ConversationListed, ConversationsEnded, ReadUpTo
from duologue.core.limits import Limits
from duologue.core.names import Account
from duologue.core.room_rules import RoomRules
from duologue.server.conversations import PAGE_CONVERSATIONS, PREVIEW, ConversationService
from duologue.server.people.directory import Directory
from duologue.server.session import Session
from duologue.server.storage.base import Conversation, Mark, Message, StoreError
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.unreceived import Unreceived
from duologue.server.tables import Users
from tests.server.test_session import fake, session
from tests.stage import until


class Shelf(Unreceived):
    """A store with conversations, by name; each of a single message."""

    def __init__(self) -> None:
        super().__init__(lambda _: None, pressure=lambda *_: None, mailbox=MailboxLimits(0, 0))
        self.conversations: list[Conversation] = []
        self.marked: list[tuple[str, int]] = []
        self.error: Exception | None = None
        self.asked: list[tuple[int | None, tuple[str, ...]]] = []

    def has(self, name: str, number: int, text: str = "hi", unread: int = 1) -> None:
        message = Message(number, "s", name, "alice", 1, 7.9, text)
        self.conversations.insert(0, Conversation(name, message, unread, 0))

    async def listed(  # type: ignore[override]
        self, me: str, before: int | None = None, limit: int = 50, rooms: Sequence[str] = ()
    ) -> list[Conversation]:
        if self.error:
            raise self.error
        self.asked.append((before, tuple(rooms)))
        return [found for found in self.conversations if before is None or found.newest.number < before][:limit]

    async def mark(self, me: str, conversation: str, number: int) -> Mark | None:  # type: ignore[override]
        if conversation not in {found.name for found in self.conversations}:
            return None
        self.marked.append((conversation, number))
        return Mark(number, 3)


class House:
    """Alice, with a desk and a phone, and a client that names no device."""

    def __init__(self) -> None:
        self.store = Shelf()
        self.directory = Directory(Users([Account("alice"), Account("bob")]))
        self.rules = RoomRules(new_id=lambda: "id", limits=Limits())
        self.settled = 0
        self.service = ConversationService(self.store, self.directory, self.rules, self._settle)
        self.desk, self.phone, self.old = (self.enters(device) for device in ("desk", "phone", ""))

    def _settle(self) -> None:
        self.settled += 1

    def enters(self, device: str) -> Session:
        somebody = session("alice")
        somebody.device = device
        self.directory.enter(somebody)
        return somebody

    async def told(self, who: Session, count: int) -> list[Event]:
        await until(lambda: len(fake(who.login_socket).told) >= count)
        return fake(who.login_socket).told


async def test_the_list_is_told_newest_first_to_whoever_asks() -> None:
    house = House()
    house.store.has("bob", 5, "x" * 500)
    house.store.has("carol", 6, "two\nlines", 0)
    house.service.listed(house.desk, None)
    assert await house.told(house.desk, 3) == [
        ConversationListed("carol", 6, 7, 0, 0, "carol", "two lines"),
        ConversationListed("bob", 5, 7, 1, 0, "bob", "x" * PREVIEW + "…"),
        ConversationsEnded(),
    ]
    assert not fake(house.phone.login_socket).told
    assert house.settled == 1


async def test_a_page_that_is_full_says_where_the_next_one_begins() -> None:
    house = House()
    for number in range(1, PAGE_CONVERSATIONS + 2):
        house.store.has(f"u{number}", number)
    house.service.listed(house.desk, None)
    assert (await house.told(house.desk, PAGE_CONVERSATIONS + 1))[-1] == ConversationsEnded(2)
    house.service.listed(house.phone, 2)
    assert [type(event) for event in await house.told(house.phone, 2)] == [ConversationListed, ConversationsEnded]


async def test_a_room_is_shown_by_its_name_to_who_is_in_it() -> None:
    house = House()
    house.rules.join("alice", "#tea")
    house.store.has("#id", 5)
    house.service.listed(house.desk, None)
    assert (await house.told(house.desk, 2))[0] == ConversationListed("#tea", 5, 7, 1, 0, "#id", "hi")
    assert house.store.asked == [(None, ("#id",))]
    house.service.mark(house.phone, "#tea", 5)
    assert (await house.told(house.phone, 1))[-1] == ReadUpTo("#tea", 5, 3)
    assert house.store.marked == [("#id", 5)]


async def test_what_is_read_on_one_device_is_told_to_all_that_name_themselves() -> None:
    house = House()
    house.store.has("bob", 5)
    house.service.mark(house.desk, "Bob", 5)
    for who in (house.desk, house.phone):
        assert await house.told(who, 1) == [ReadUpTo("bob", 5, 3)]
    assert not fake(house.old.login_socket).told


@pytest.mark.parametrize("name", ["carol", "#tea", "nobody"])
async def test_what_is_no_conversation_of_ones_own_cannot_be_read(name: str) -> None:
    house = House()
    house.store.has("bob", 5)
    house.rules.join("bob", "#tea")
    house.service.mark(house.desk, name, 5)
    [refused] = await house.told(house.desk, 1)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.text) == ("no_conversation", f"You have no conversation with {name}.")
    assert not house.store.marked


@pytest.mark.parametrize(
    ("error", "code"), [(PeerError("no_history", "x"), "no_history"), (StoreError(Path("x"), "y"), "no_history")]
)
async def test_what_cannot_be_read_is_answered(error: Exception, code: str) -> None:
    house = House()
    house.store.error = error
    house.service.listed(house.desk, None)
    [refused] = await house.told(house.desk, 1)
    assert isinstance(refused, Refused)
    assert refused.code == code
