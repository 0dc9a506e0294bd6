"""With history off a message is safe when the partner holds it, and nothing is kept beyond that (protocol 7.3)."""

from __future__ import annotations

import pytest

from duologue.core.errors import PeerError
from duologue.server.storage import unreceived
from duologue.server.storage.backlog import STREAM_BEHIND_BYTES
from duologue.server.storage.base import Letter, Stored
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.unreceived import Unreceived
from tests.server.storage.conftest import MAILBOX


class Room:
    def __init__(self, mailbox: MailboxLimits = MAILBOX, now: float = 0.0) -> None:
        self.told: list[Stored] = []
        self.pressure: list[tuple[str, str, bool]] = []
        self.store = Unreceived(
            lambda commit: self.told.extend(commit.stored),
            pressure=lambda *news: self.pressure.append(news),
            mailbox=mailbox,
            wall_clock=lambda: now,
        )
        self.store.chat_started("c", "alice", "bob", 1.0)

    async def read(self, stream: str = "c", after: int = 0) -> bytes:
        return (await self.store.replay("c", "alice", stream, after).read(1_000_000))[0]

    async def mail(self) -> list[str]:
        return [found.text for found in await self.store.undelivered("bob", 0, 1_000_000)]


@pytest.fixture
def room() -> Room:
    return Room()


async def test_a_message_is_safe_when_the_partner_holds_it(room: Room) -> None:
    room.store.append("c", "alice", b":one\n:two\n:three\n", 3, 2.0)
    assert room.told == [], "nobody holds them yet"
    room.store.received("c", "alice", "c", 2)
    room.store.received("c", "alice", "c", 2)
    assert room.told == [Stored("c", "alice", "c", 2)]
    room.store.chat_ended("c", "left", 3.0)
    await room.store.close()
    assert room.told == [Stored("c", "alice", "c", 2)], "the end of a chat makes nothing safe"


async def test_what_comes_late_goes_on_in_its_own_stream(room: Room) -> None:
    room.store.append("c", "alice", b":one\n", 1, 2.0)
    room.store.stream_began("c", "alice", "c.2")
    room.store.append("c", "alice", b":two\n", 1, 2.0, "c")
    assert await room.read("c", 1) == b":two\n"
    assert await room.read("c.2") == b""


async def test_what_was_received_before_it_was_counted_is_not_held(room: Room) -> None:
    """A partner may acknowledge a message some milliseconds before the server keeps it."""
    room.store.received("c", "alice", "c", 2)
    room.store.append("c", "alice", b":one\n:two\n", 2, 2.0)
    assert await room.read() == b""
    room.store.append("c", "alice", b":three\n", 1, 2.0)
    assert await room.read(after=2) == b":three\n"


async def test_what_has_not_been_received_is_read_again(room: Room) -> None:
    room.store.append("c", "alice", b":one\n:two\n", 2, 2.0)
    replay = room.store.replay("c", "alice", "c", 0)
    assert await replay.read(5) == (b":one\n", 1)
    assert await replay.read(1000) == (b":two\n", 1)
    assert await replay.read(1000) == (b"", 0)
    room.store.append("c", "alice", b":three\n:four\n", 2, 2.0)
    assert await replay.read(1000) == (b":three\n:four\n", 2)
    room.store.received("c", "alice", "c", 3)
    assert await room.read(after=3) == b":four\n"


async def test_streams_are_apart(room: Room) -> None:
    room.store.append("c", "alice", b":old\n", 1, 2.0)
    room.store.stream_began("c", "alice", "c.2")
    room.store.append("c", "alice", b":new\n", 1, 2.0)
    assert await room.read("c") == b":old\n"
    assert await room.read("c.2") == b":new\n"
    room.store.received("c", "alice", "c", 1)
    assert room.told == [Stored("c", "alice", "c", 1)]
    assert await room.read("c.2") == b":new\n"
    for chat, sender, stream in (("c", "alice", "c.3"), ("c", "eve", "c"), ("d", "alice", "d")):
        with pytest.raises(KeyError):
            room.store.replay(chat, sender, stream, 0)
    room.store.chat_ended("c", "left", 3.0)
    with pytest.raises(KeyError):
        room.store.replay("c", "alice", "c", 0)


async def test_who_says_more_than_is_received_is_to_pause(room: Room) -> None:
    line = b":" + b"x" * 8190 + b"\n"
    half = STREAM_BEHIND_BYTES // len(line) // 2
    for _ in range(2 * half + 1):
        room.store.append("c", "alice", line, 1, 1.0)
    assert room.pressure == [("c", "alice", True)]
    room.store.received("c", "alice", "c", half - 2)
    assert len(room.pressure) == 1
    room.store.received("c", "alice", "c", half + 2)
    assert room.pressure[1:] == [("c", "alice", False)]


async def test_the_end_of_a_chat_ends_its_pressure(room: Room) -> None:
    room.store.append("c", "alice", b":" + b"x" * STREAM_BEHIND_BYTES + b"\n", 1, 1.0)
    room.store.chat_ended("c", "left", 2.0)
    assert room.pressure == [("c", "alice", True), ("c", "alice", False)]
    assert len((await room.mail())[0]) == STREAM_BEHIND_BYTES


async def test_a_chat_that_ends_leaves_what_the_mailbox_has_room_for_and_the_rest_to_its_sender() -> None:
    room = Room(MailboxLimits(3, 3))
    await room.store.hand_in(Letter("letter", 1, "carol", "bob", b":letter\n", 1.0))
    room.store.append("c", "alice", b":one\n:two\n:three\n:four\n", 4, 2.0)
    room.store.append("c", "alice", b":five\n", 1, 2.0)
    room.store.received("c", "alice", "c", 1)
    room.store.chat_ended("c", "lost", 3.0)
    assert await room.mail() == ["letter", "two", "three"]
    progress = await room.store.chat_standing("c", "alice", "c")
    assert progress
    assert progress.had == 3
    four = Letter("c", 4, "alice", "bob", b":four\n", 4.0)
    with pytest.raises(PeerError, match="too many messages"):
        await room.store.hand_in(four)
    await room.store.receipt("c", "bob", 2)
    await room.store.hand_in(four)
    assert await room.mail() == ["letter", "three", "four"]


async def test_chats_that_are_over_are_remembered_for_a_while(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unreceived, "REMEMBERED_CHATS", 2)
    room.store.append("c", "alice", b":waits\n", 1, 1.0)
    room.store.chat_ended("c", "left", 2.0)
    for number in range(4):
        room.store.chat_started(f"d{number}", "alice", "bob", 1.0)
        room.store.chat_ended(f"d{number}", "left", 2.0)
    standings = [await room.store.chat_standing(chat, "alice", None) for chat in ("d0", "d1", "d2", "d3", "c")]
    assert [progress is not None for progress in standings] == [False, False, True, True, True]
    assert await room.mail() == ["waits"]
    await room.store.hand_in(Letter("d2", 1, "alice", "bob", b":more\n", 3.0))
    room.store.chat_started("e", "alice", "bob", 1.0)
    room.store.chat_ended("e", "left", 2.0)
    assert await room.mail() == ["waits", "more"]
    await room.store.receipt("d2", "bob", 1)
    assert await room.mail() == ["waits"]


async def test_there_is_no_history(room: Room) -> None:
    for question in (room.store.history("alice", "bob", limit=9), room.store.search("alice", "one", 9)):
        with pytest.raises(PeerError) as refusal:
            await question
        assert refusal.value.code == "no_history"
    assert list(room.store.live_chats) == []


async def test_nothing_is_received_but_of_streams_of_a_live_chat(room: Room) -> None:
    for chat, stream in (("unknown", "unknown"), ("c", "c.7")):
        with pytest.raises(KeyError):
            room.store.received(chat, "alice", stream, 3)
    room.store.chat_ended("c", "left", 2.0)
    with pytest.raises(KeyError):
        room.store.received("c", "alice", "c", 3)
    assert room.told == []


async def test_of_many_the_oldest_acquaintances_are_forgotten(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unreceived, "REMEMBERED_PAIRS", 2)
    room.store.chat_started("d", "carol", "dave", 1.0)
    assert await room.store.have_talked("dave", "carol")
    assert not await room.store.have_talked("alice", "bob")


async def test_of_what_was_not_heard_little_is_kept(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unreceived, "REMEMBERED_PAIRS", 2)
    for stream in ("r", "s", "t"):
        await room.store.hand_in(Letter(stream, 1, "alice", "bob", b":hi\n", 1.0, is_heard=False))
    assert await room.store.progress("r", "alice") is None
    assert await room.store.progress("t", "alice") is not None
    assert not {"r", "s", "t"} & room.store._chats.keys()


async def test_blocks_last_no_longer_than_this_process(room: Room) -> None:
    room.store.block_is("alice", "bob", True)
    room.store.asking_is("alice", "nobody")
    assert [*room.store.blocks, *room.store.asking] == []


async def said(room: Room, number: int) -> int:
    """Message `number` of alice in a room: its number among all messages."""
    kept_letter = await room.store.hand_in(Letter("s" * 12, number, "alice", "#tea", b":hi\n", 3.0))
    assert kept_letter.number
    return kept_letter.number


async def test_numbers_go_on_after_a_restart() -> None:
    """Whoever remembers what it has seen of a room takes a lower number for something it has had already."""
    now = 1_800_000_000.0
    before, after = Room(now=now), Room(now=now + 0.5)
    last = [await said(before, number) for number in range(1, 1001)][-1]
    first = await said(after, 1)
    assert last < first < 10**18
    assert first < 2**53, "what a page can count"


# Accounts that are gone, while somebody else has their name


BOB_IS_BORN = [("bob", "2026-12-01T11:42:33Z")]


async def test_the_next_of_a_name_has_no_mail_and_no_chats_of_the_one_before(room: Room) -> None:
    store = room.store
    store.append("c", "alice", b":one\n:two\n", 2, 2.0)
    store.append("c", "bob", b":re\n", 1, 2.0)
    store.received("c", "alice", "c", 1)
    store.chat_ended("c", "removed", 3.0)
    await store.hand_in(Letter("l", 1, "alice", "bob", b":hi\n", 4.0))
    assert await room.mail() == ["two", "hi"]
    await store.accounts_are([], BOB_IS_BORN)
    assert await room.mail() == []
    assert await store.chat_standing("c", "bob", None) is None
    assert await store.progress("c", "bob") is None
    assert await store.receipt("l", "bob", 1) is None
    assert not await store.have_talked("alice", "bob")
    assert not await store.have_talked("bob", "alice")
    with pytest.raises(PeerError, match="does not go on"):
        await store.hand_in(Letter("c", 2, "bob", "alice", b":mine?\n", 4.0))
    for stream, number in (("c", 2), ("c.2", 1), ("l", 1)):
        with pytest.raises(PeerError, match="bob is somebody else now"):
            await store.hand_in(Letter(stream, number, "alice", "bob", b":late\n", 4.0))
    assert [found.text for found in await store.undelivered("alice", 0, 1000)] == ["re"]
    assert await store.receipt("c", "alice", 1) is None, "there is nobody to tell"
    assert await store.undelivered("alice", 0, 1000) == []
    await store.hand_in(Letter("l2", 1, "alice", "bob", b":new\n", 4.0))
    assert await room.mail() == ["new"]


async def test_places_in_a_mailbox_are_free_for_the_next_of_the_name() -> None:
    room = Room(MailboxLimits(1, 1))
    room.store.chat_ended("c", "left", 2.0)
    await room.store.hand_in(Letter("l", 1, "alice", "bob", b":old\n", 3.0))
    await room.store.accounts_are([], BOB_IS_BORN)
    await room.store.hand_in(Letter("l2", 1, "alice", "bob", b":new\n", 3.0))
    assert await room.mail() == ["new"]


async def test_the_next_of_a_name_has_nobody_blocked(room: Room) -> None:
    store = room.store
    store.chat_ended("c", "left", 2.0)
    await store.hand_in(Letter("l", 1, "alice", "bob", b":unheard\n", 3.0, is_heard=False))
    assert await store.progress("l", "alice") is not None
    await store.accounts_are([], BOB_IS_BORN)
    assert await store.progress("l", "alice") is None
    await store.hand_in(Letter("l2", 1, "alice", "bob", b":heard\n", 3.0))
    assert await room.mail() == ["heard"]


async def test_births_have_rising_numbers_and_others_keep_what_is_theirs(room: Room) -> None:
    room.store.append("c", "alice", b":one\n", 1, 2.0)
    room.store.chat_ended("c", "left", 3.0)
    first = await room.store.accounts_are([("alice", "")], [("dave", "")])
    assert 0 < first < await room.store.accounts_are([], [("dave", "")])
    assert await room.mail() == ["one"]
    assert room.store.accounts == ()


async def test_a_birth_forgets_no_more_chats_than_are_remembered(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unreceived, "REMEMBERED_CHATS", 2)
    store = room.store
    store.chat_ended("c", "left", 1.0)
    await store.hand_in(Letter("waits", 1, "alice", "bob", b":hi\n", 2.0))
    for name in ("d", "e"):
        store.chat_started(name, "alice", "bob", 3.0)
        store.chat_ended(name, "left", 3.0)
    await store.accounts_are([], BOB_IS_BORN)
    for name in ("f", "g", "h"):
        store.chat_started(name, "alice", "bob", 4.0)
        store.chat_ended(name, "left", 4.0)
    assert len(store._chats) == 2
    await store.hand_in(Letter("new", 1, "alice", "bob", b":hi\n", 5.0))
    assert await room.mail() == ["hi"]
