"""Letters, and what had not been received when a chat ended: the same promises whichever store keeps them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.core.errors import PeerError
from duologue.server.storage.base import KeptLetter, Letter, Store, Stored, StreamProgress, Undelivered
from duologue.server.storage.letters import STREAMS_OF_A_CHAT
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.unreceived import Unreceived
from tests.server.storage.conftest import Listener

LIMIT, SHARE = 3, 2


@dataclass
class House:
    """A store with room for three messages in each mailbox; `keeps` is whether it has what it has on disk."""

    store: Store
    keeps: bool
    told: list[Stored] = field(default_factory=list)

    async def hand_in(self, stream: str, number: int, text: str, sender: str = "alice", recipient: str = "bob") -> int:
        """How much of the stream the store answers for then."""
        letter = Letter(stream, number, sender, recipient, f":{text}\n".encode(), 5.0)
        progress = (await self.store.hand_in(letter)).progress
        assert (progress.stream, progress.sender, progress.recipient) == (stream, sender, recipient)
        return progress.stored

    async def hand_in_all(self, sender: str, count: int) -> None:
        """So many letters to bob."""
        for number in range(count):
            await self.hand_in(f"{sender.strip('~')}{number}", 1, f"{sender} {number}", sender)

    async def refused(self, stream: str, number: int, sender: str = "alice", recipient: str = "bob") -> PeerError:
        with pytest.raises(PeerError) as refusal:
            await self.hand_in(stream, number, "refused", sender, recipient)
        return refusal.value

    async def mail(self, me: str = "bob", after: int = 0) -> list[Undelivered]:
        return [*await self.store.undelivered(me, after, 100_000)]

    async def texts(self, me: str = "bob", after: int = 0) -> list[str]:
        return [message.text for message in await self.mail(me, after)]

    def chat(self, *texts: str) -> None:
        """alice says this to bob, in the chat c."""
        self.store.chat_started("c", "alice", "bob", 1.0)
        for text in texts:
            self.store.append("c", "alice", f":{text}\n".encode(), 1, 2.0)


async def on_disk(path: Path, limits: MailboxLimits) -> AsyncIterator[House]:
    listener = Listener(path)
    store = listener.open(mailbox=limits.messages, per_sender=limits.per_sender)
    yield House(store, keeps=True)
    await store.close()


async def in_memory(_: Path, limits: MailboxLimits) -> AsyncIterator[House]:
    told: list[Stored] = []
    yield House(
        Unreceived(lambda commit: told.extend(commit.stored), pressure=print, mailbox=limits), keeps=False, told=told
    )


Makes = Callable[[Path, MailboxLimits], AsyncIterator[House]]


@pytest.fixture(params=[on_disk, in_memory])
def makes(request: pytest.FixtureRequest) -> Makes:
    make: Makes = request.param
    return make


@pytest.fixture
async def house(makes: Makes, tmp_path: Path) -> AsyncIterator[House]:
    async for house in makes(tmp_path / "messages.db", MailboxLimits(LIMIT, LIMIT)):
        yield house


@pytest.fixture
async def shared(makes: Makes, tmp_path: Path) -> AsyncIterator[House]:
    """A house in which a mailbox has room for three messages, and for two of one sender."""
    async for house in makes(tmp_path / "messages.db", MailboxLimits(LIMIT, SHARE)):
        yield house


# Letters


async def test_a_letter_waits_until_it_has_been_received(house: House) -> None:
    assert await house.hand_in("letter", 1, "hi") == (1 if house.keeps else 0)
    (found,) = await house.mail()
    assert (found.stream, found.sender, found.number, found.at, found.text) == ("letter", "alice", 1, 5.0, "hi")
    assert await house.texts("alice") == await house.texts("eve") == []
    stored = 1 if house.keeps else 0
    assert await house.store.progress("letter", "alice") == StreamProgress("letter", "alice", "bob", stored, 0)
    assert await house.store.receipt("letter", "bob", 1) == StreamProgress("letter", "alice", "bob", 1, 1)
    assert await house.mail() == []
    assert await house.store.progress("letter", "alice") == StreamProgress("letter", "alice", "bob", 1, 1)


async def test_a_letter_that_is_sent_again_is_one_letter(house: House) -> None:
    await house.hand_in("letter", 1, "hi")
    assert await house.hand_in("letter", 1, "hi") == (1 if house.keeps else 0)
    assert await house.texts() == ["hi"]
    await house.store.receipt("letter", "bob", 1)
    assert await house.hand_in("letter", 1, "hi") == 1
    assert await house.texts() == []


async def test_letters_are_read_in_the_order_in_which_they_came(house: House) -> None:
    await house.hand_in("x", 1, "first")
    await house.hand_in("y", 1, "second", "carol")
    await house.hand_in("x", 2, "third")
    mail = await house.mail()
    assert [message.text for message in mail] == ["first", "second", "third"]
    assert [message.cursor for message in mail] == sorted({message.cursor for message in mail})
    assert await house.texts(after=mail[0].cursor) == ["second", "third"]
    assert await house.texts(after=mail[2].cursor) == []
    await house.store.receipt("y", "bob", 1)
    await house.hand_in("z", 1, "fourth")
    assert await house.texts(after=mail[2].cursor) == ["fourth"], "what comes later has a higher cursor"
    assert await house.texts() == ["first", "third", "fourth"]


async def test_a_stream_that_nobody_knows_may_begin_anywhere_and_then_goes_on(house: House) -> None:
    await house.hand_in("c", 7, "seven")
    await house.hand_in("c", 8, "eight")
    assert (await house.refused("c", 10)).code == "bad_number"
    await house.hand_in("c", 7, "seven")
    assert [(message.number, message.text) for message in await house.mail()] == [(7, "seven"), (8, "eight")]


async def test_both_may_hand_in_what_is_left_of_a_chat_that_nobody_knows(house: House) -> None:
    await house.hand_in("c", 3, "from alice")
    await house.hand_in("c", 1, "from bob", "bob", "alice")
    await house.hand_in("c.2", 1, "from alice again")
    assert await house.texts() == ["from alice", "from alice again"]
    assert await house.texts("alice") == ["from bob"]


async def test_a_letter_into_anothers_stream_is_refused_in_the_same_words_whoevers_it_is(house: House) -> None:
    house.chat("hello")
    house.store.chat_started("ended", "alice", "bob", 1.0)
    house.store.chat_ended("ended", "left", 2.0)
    await house.hand_in("letter", 1, "hi")
    said = {
        (await house.refused("c", 1)).text,  # live
        (await house.refused("c", 2)).text,
        (await house.refused("c", 1, "eve", "mallory")).text.replace("mallory", "bob"),
    }
    for stream in ("ended", "letter"):
        for sender, recipient in (("eve", "bob"), ("eve", "mallory"), ("alice", "eve")):
            refusal = await house.refused(stream, 1, sender, recipient)
            said.add(refusal.text.replace(stream, "c"))
            assert refusal.code == "bad_number"
    said.add((await house.refused("letter", 2 + 1)).text.replace("letter", "c").replace("3", "1"))
    assert {text.replace("2", "1") for text in said} == {"c does not go on with message 1; nothing was stored."}
    assert await house.texts() == ["hi"]


async def test_a_full_mailbox_takes_no_more_until_something_has_been_received(house: House) -> None:
    for number in range(LIMIT):
        await house.hand_in(f"l{number}", 1, f"letter {number}")
    refusal = await house.refused("more", 1)
    assert refusal.code == "mailbox_full"
    assert "bob" in refusal.text
    await house.hand_in("l0", 1, "letter 0")  # it is there already
    await house.hand_in("other", 1, "hi", "alice", "carol")
    assert await house.store.progress("more", "alice") is None
    await house.store.receipt("l1", "bob", 1)
    await house.hand_in("more", 1, "there is room again")
    assert (await house.refused("another", 1)).code == "mailbox_full"
    assert await house.texts() == ["letter 0", "letter 2", "there is room again"]


@pytest.mark.parametrize("number", [0, -1, 10**18, 1 << 63, 1 << 64])
async def test_no_message_has_such_a_number(house: House, number: int) -> None:
    """It could never be received, and would have its place for ever."""
    assert (await house.refused("letter", number)).code == "bad_number"
    assert await house.store.progress("letter", "alice") is None
    await house.hand_in_all("carol", LIMIT)
    assert len(await house.texts()) == LIMIT


async def test_the_highest_number_is_one_message_like_any_other(house: House) -> None:
    highest = 10**18 - 1
    await house.hand_in("letter", highest, "hi")
    await house.hand_in_all("carol", LIMIT - 1)
    assert (await house.mail())[0].number == highest
    assert await house.texts(after=(await house.mail())[0].cursor) == ["carol 0", "carol 1"]
    await house.store.receipt("letter", "bob", highest)
    await house.hand_in("another", 1, "there is room")
    assert await house.texts() == ["carol 0", "carol 1", "there is room"]


async def test_a_chat_has_no_more_streams_than_are_read_for_each_letter(house: House) -> None:
    for number in range(STREAMS_OF_A_CHAT):
        await house.hand_in(f"c.{number}", 1, "hi")
        await house.store.receipt(f"c.{number}", "bob", 1)
    assert (await house.refused("c.more", 1)).code == "bad_number"
    await house.hand_in("c.0", 2, "goes on")
    await house.hand_in("d", 1, "begins elsewhere")
    assert await house.texts() == ["goes on", "begins elsewhere"]


async def test_one_sender_takes_a_share_of_a_mailbox_and_there_is_room_for_others(shared: House) -> None:
    await shared.hand_in_all("alice", SHARE)
    refusal = await shared.refused("more", 1)
    assert (refusal.code, "yours" in refusal.text, "bob" in refusal.text) == ("mailbox_full", True, True)
    await shared.hand_in_all("alice", SHARE)  # they are there already
    await shared.hand_in("carols", 1, "from carol", "carol")
    await shared.hand_in("to_carol", 1, "hi", "alice", "carol")
    assert await shared.texts() == ["alice 0", "alice 1", "from carol"]
    await shared.store.receipt("alice0", "bob", 1)
    await shared.hand_in("more", 1, "there is room again")
    assert (await shared.refused("still_more", 1)).code == "mailbox_full"


async def test_what_a_chat_has_left_takes_its_senders_share_and_no_more_of_the_mailbox(shared: House) -> None:
    shared.chat("one", "two", "three")
    shared.store.chat_ended("c", "lost", 4.0)
    assert (await shared.refused("more", 1)).code == "mailbox_full"
    await shared.hand_in("carols", 1, "from carol", "carol")
    assert await shared.texts() == ["one", "two", "three", "from carol"]
    assert (await shared.refused("daves", 1, "dave")).code == "mailbox_full"
    await shared.store.receipt("c", "bob", 2)
    await shared.hand_in("more", 1, "more")
    assert (await shared.refused("still_more", 1)).code == "mailbox_full"
    await shared.store.receipt("c", "bob", 3)
    await shared.store.receipt("more", "bob", 1)
    await shared.hand_in_all("alice", SHARE)


async def test_all_guests_have_one_share_together(shared: House) -> None:
    """A guest's name costs nothing."""
    await shared.hand_in_all("~Eve", 1)
    await shared.hand_in_all("~Mallory", 1)
    refusal = await shared.refused("more", 1, "~Trudy")
    assert (refusal.code, "guests" in refusal.text) == ("mailbox_full", True)
    await shared.hand_in("alices", 1, "hi")


async def test_strangers_are_told_nothing_of_letters(house: House) -> None:
    await house.hand_in("letter", 1, "hi")
    for nobody in ("eve", "alice"):
        assert await house.store.receipt("letter", nobody, 1) is None
    for nobody in ("eve", "bob"):
        assert await house.store.progress("letter", nobody) is None
    assert await house.store.receipt("unknown", "bob", 1) is None
    assert await house.store.progress("unknown", "alice") is None
    assert await house.store.chat_standing("letter", "alice", None) is None, "a letter is no chat"
    assert await house.texts() == ["hi"]


async def test_receipts_go_forward(house: House) -> None:
    await house.hand_in("letter", 1, "one")
    await house.hand_in("letter", 2, "two")
    first = await house.store.receipt("letter", "bob", 1)
    assert first
    assert (first.received, await house.texts()) == (1, ["two"])
    again = await house.store.receipt("letter", "bob", 0)
    assert again
    assert (again.received, await house.texts()) == (1, ["two"])


async def test_more_than_there_is_counts_for_what_there_is(house: House) -> None:
    """7.5, 11.3: what comes later has not been received yet."""
    await house.hand_in("letter", 1, "one")
    for _ in range(2):
        ahead = await house.store.receipt("letter", "bob", 500_000)
        assert ahead
        assert (ahead.stored, ahead.received, await house.texts()) == (1, 1, [])
    await house.hand_in("letter", 2, "two")
    assert await house.texts() == ["two"]
    progress = await house.store.progress("letter", "alice")
    assert progress
    assert progress.received == 1


async def test_more_than_there_is_of_a_chat_that_is_over_counts_for_what_there_is_too(house: House) -> None:
    house.chat("one", "two")
    house.store.chat_ended("c", "lost", 4.0)
    progress = await house.store.receipt("c", "bob", 500_000)
    assert progress
    assert (progress.received, await house.texts()) == (2, [])
    await house.hand_in("c", 3, "three")
    assert await house.texts() == ["three"]


# Chats that end


async def test_what_had_not_been_received_when_the_chat_ended_is_in_the_mailbox(house: House) -> None:
    house.chat("one", "two", "three")
    house.store.append("c", "bob", b":hi\n", 1, 3.0)
    house.store.received("c", "alice", "c", 1)
    house.store.received("c", "bob", "c", 1)
    assert await house.texts() == [], "the chat is on"
    house.store.chat_ended("c", "lost", 4.0)
    assert [(message.number, message.text) for message in await house.mail()] == [(2, "two"), (3, "three")]
    assert await house.texts("alice") == []
    progress = await house.store.receipt("c", "bob", 2)
    assert progress
    assert (progress.sender, progress.received) == ("alice", 2)
    assert await house.texts() == ["three"]
    await house.store.receipt("c", "bob", 3)
    assert await house.texts() == []


async def test_a_chat_ends_once(house: House) -> None:
    house.chat("one")
    house.store.chat_ended("c", "left", 4.0)
    house.store.chat_ended("c", "lost", 5.0)
    assert await house.texts() == ["one"]
    progress = await house.store.chat_standing("c", "bob", None)
    assert progress
    assert progress.reason == "left"


async def test_what_comes_into_the_mailbox_after_a_letter_has_a_higher_cursor_though_it_was_said_before(
    house: House,
) -> None:
    house.chat("said first")
    await house.hand_in("letter", 1, "handed in second", "carol")
    cursor = (await house.mail())[-1].cursor
    house.store.chat_ended("c", "left", 4.0)
    assert await house.texts(after=cursor) == ["said first"]


async def test_a_chat_that_is_over_goes_on_by_letters(house: House) -> None:
    house.chat("one", "two")
    house.store.received("c", "alice", "c", 1)
    house.store.chat_ended("c", "lost", 4.0)
    await house.hand_in("c", 2, "two")
    await house.hand_in("c", 3, "three")
    assert (await house.refused("c", 5)).code == "bad_number"
    assert [(message.number, message.text) for message in await house.mail()] == [(2, "two"), (3, "three")]


async def test_how_a_chat_that_is_over_stands(house: House) -> None:
    house.chat("one", "two")
    house.store.received("c", "alice", "c", 1)
    house.store.stream_began("c", "alice", "c.2")
    house.store.append("c", "alice", b":new\n", 1, 3.0)
    assert await house.store.chat_standing("c", "alice", None) is None, "it is on"
    house.store.chat_ended("c", "lost", 4.0)

    async def had(me: str, stream: str | None) -> int:
        progress = await house.store.chat_standing("c", me, stream)
        assert progress
        assert (progress.partner, progress.reason) == ({"alice": "bob", "bob": "alice"}[me], "lost")
        return progress.had

    assert await had("alice", "c") == 2
    assert await had("alice", "c.2") == await had("alice", None) == 1
    assert await had("alice", "c.3") == await had("bob", None) == 0
    assert await house.store.chat_standing("c", "eve", None) is None
    assert await house.store.chat_standing("unknown", "alice", None) is None
    assert [(message.stream, message.text) for message in await house.mail()] == [
        ("c", "one"),
        ("c", "two"),
        ("c.2", "new"),
    ][1:]


async def test_streams_of_a_live_chat_have_no_standing_yet(house: House) -> None:
    house.chat("one")
    assert await house.store.progress("c", "alice") is None
    assert await house.store.receipt("c", "bob", 1) is None
    house.store.chat_ended("c", "left", 3.0)
    assert await house.texts() == ["one"]


async def test_a_page_of_mail_has_a_size_and_the_next_goes_on_where_it_ended(house: House) -> None:
    store = house.store
    store.chat_started("c", "alice", "bob", 1.0)
    for number in range(1, 101, 10):
        lines = b"".join(b":%d %s\n" % (one, b"x" * 100) for one in range(number, number + 10))
        store.append("c", "alice", lines, 10, 2.0)
        await store.undelivered("bob", 0, 1)  # a commit
    store.received("c", "alice", "c", 98 if not house.keeps else 0)
    store.chat_ended("c", "left", 3.0)
    found: list[int] = []
    pages = cursor = 0
    while page := await store.undelivered("bob", cursor, 1000):
        assert sum(len(message.text) for message in page) <= 1000
        found += [message.number for message in page]
        cursor = page[-1].cursor
        pages += 1
    assert found == ([*range(1, 101)] if house.keeps else [99, 100])
    assert pages >= len(found) / 10


# Letters that are not heard: their recipient has blocked the sender


async def hand_in_unheard(house: House, stream: str, number: int = 1, recipient: str = "bob") -> StreamProgress:
    letter = Letter(stream, number, "alice", recipient, b":buy\n", 5.0, is_heard=False)
    return (await house.store.hand_in(letter)).progress


async def test_what_is_not_heard_is_answered_as_any_letter_and_is_in_no_mailbox(house: House) -> None:
    """13.6"""
    answer = await hand_in_unheard(house, "s")
    assert await house.hand_in("t", 1, "hi", sender="carol") == answer.stored == int(house.keeps)
    assert answer.received == 0
    assert await hand_in_unheard(house, "s") == answer
    assert await house.store.progress("s", "alice") == answer
    assert await house.store.progress("s", "carol") is None
    assert await house.texts() == ["hi"]


async def test_it_takes_no_room_there(house: House) -> None:
    for number in range(LIMIT):
        await hand_in_unheard(house, f"s{number}")
    for number in range(LIMIT):
        await house.hand_in(f"t{number}", 1, "hi", sender="carol")
    assert await house.texts() == ["hi"] * LIMIT


async def test_its_sender_meets_the_same_ends_as_anybody_whose_letters_wait(shared: House) -> None:
    """13.6: or the block could be told from one more letter, or from one that is missing."""
    for number in range(SHARE):
        await hand_in_unheard(shared, f"s{number}")
    with pytest.raises(PeerError) as refusal:
        await hand_in_unheard(shared, "more")
    assert (refusal.value.code, refusal.value.text) == ("mailbox_full", await words_of_a_full_share(shared))
    await hand_in_unheard(shared, "s0")  # it is there already
    with pytest.raises(PeerError) as refusal:
        await hand_in_unheard(shared, "s0", 3)
    assert refusal.value.code == "bad_number"
    await shared.hand_in("t", 1, "unblocked", "alice", "bob")
    await hand_in_unheard(shared, "blocked_again")


async def words_of_a_full_share(house: House) -> str:
    """As carol reads them, whose letters wait."""
    for number in range(SHARE):
        await house.hand_in(f"full{number}", 1, "hi", "carol", "bob")
    text = (await house.refused("full", 1, "carol")).text
    for number in range(SHARE):
        await house.store.receipt(f"full{number}", "bob", 1)
    return text


async def test_a_stream_that_is_heard_again_goes_on_and_brings_nothing_back(house: House) -> None:
    """13.8"""
    await house.hand_in("s", 1, "before")
    await hand_in_unheard(house, "s", 2)
    await house.hand_in("s", 3, "after")
    await house.hand_in("s", 2, "sent again")
    assert await house.texts() == ["before", "after"]
    progress = await house.store.receipt("s", "bob", 3)
    assert progress
    assert (progress.received, await house.texts()) == (3, [])
    await house.hand_in_all("carol", LIMIT)
    assert len(await house.texts()) == LIMIT, "nothing is left of it"


async def test_what_is_not_heard_is_the_message_and_not_the_stream(house: House) -> None:
    if not house.keeps:
        return
    store = house.store
    house.chat("tea one")
    store.chat_ended("c", "left", 3.0)
    await hand_in_unheard(house, "c", 2)
    await house.hand_in("c", 3, "tea three")
    await hand_in_unheard(house, "s", 1)
    await house.hand_in("s", 2, "tea five")
    everything = ["tea one", "buy", "tea three", "buy", "tea five"]
    heard = ["tea one", "tea three", "tea five"]
    for me, partner, found in (("alice", "bob", everything), ("bob", "alice", heard)):
        assert [message.text for message in await store.history(me, partner, limit=9)] == found
        assert [message.text for message in await store.search(me, "tea", 9)] == heard[::-1]
        assert [message.text for message in await store.search(me, "?", 9)] == []
    assert [message.text for message in await store.search("alice", "buy", 9)] == ["buy", "buy"]
    assert await store.search("bob", "buy", 9) == []


async def test_who_is_not_heard_knows_nobody_by_that_until_they_are(house: House) -> None:
    """13.10"""
    await hand_in_unheard(house, "s")
    assert not await house.store.have_talked("alice", "bob")
    await house.hand_in("s", 2, "hi")
    assert await house.store.have_talked("alice", "bob")
    assert not await house.store.have_talked("bob", "alice")


async def test_its_recipient_cannot_make_it_received_by_guessing(house: House) -> None:
    await hand_in_unheard(house, "s")
    assert await house.store.receipt("t", "bob", 1) is None
    assert await house.store.receipt("s", "carol", 1) is None


async def test_what_is_left_of_a_chat_is_answered_too(house: House) -> None:
    house.chat("one")
    house.store.received("c", "alice", "c", 1)
    house.store.chat_ended("c", "left", 3.0)
    answers = [(await hand_in_unheard(house, "c", number)).stored for number in (2, 3)]
    assert answers == ([2, 3] if house.keeps else [1, 1])
    assert await house.texts() == []


async def test_a_guest_who_does_not_hear_it_is_answered_for_as_any_guest(house: House) -> None:
    heard = await house.hand_in("t", 1, "hi", recipient="~Eve")
    assert (await hand_in_unheard(house, "s", recipient="~Eve")).stored == heard


async def test_what_is_not_heard_is_in_the_history_of_its_sender_alone(house: House) -> None:
    if not house.keeps:
        return
    await hand_in_unheard(house, "s")
    for me, partner, found in (("alice", "bob", ["buy"]), ("bob", "alice", [])):
        assert [message.text for message in await house.store.history(me, partner, limit=9)] == found
        assert [message.text for message in await house.store.search(me, "buy", 9)] == found
    assert await house.store.chat_standing("s", "alice", None) is None


# Who knows whom


async def test_who_has_had_a_chat_is_known_to_both_and_who_was_written_to_to_the_writer(house: House) -> None:
    """13.10"""

    async def known() -> list[tuple[str, str]]:
        people = ("alice", "bob", "carol")
        return [(me, other) for me in people for other in people if await house.store.have_talked(me, other)]

    assert await known() == []
    house.chat()
    assert await known() == [("alice", "bob"), ("bob", "alice")]
    house.store.chat_ended("c", "left", 3.0)
    await house.hand_in("s", 1, "hi", sender="carol", recipient="bob")
    await hand_in_unheard(house, "t", recipient="carol")
    assert await known() == [("alice", "bob"), ("bob", "alice"), ("carol", "bob")]


# Many letters to a room at once

in_rooms = st.lists(
    st.builds(
        Letter,
        stream=st.sampled_from(["s1", "s1.2", "s2", "mail", "c"]),
        number=st.sampled_from([1, 1, 2, 2, 3, 0]),
        sender=st.just("alice"),
        recipient=st.just("#room"),
        line=st.just(b":hi\n"),
        at=st.just(5.0),
    ),
    max_size=20,
)


@pytest.mark.parametrize("makes", [on_disk, in_memory])
@settings(max_examples=25)
@given(letters=in_rooms)
async def test_many_letters_to_a_room_are_answered_as_one_after_the_other(
    makes: Makes, tmp_path_factory: pytest.TempPathFactory, letters: list[Letter]
) -> None:
    """Repeats, numbers that do not follow, and names of streams to somebody else or of a chat among them."""

    async def answers(together: bool) -> list[object]:
        [found] = [
            await handed_in(house.store, letters, together)
            async for house in makes(tmp_path_factory.mktemp("store") / "messages.db", MailboxLimits(LIMIT, SHARE))
        ]
        return found

    assert await answers(True) == await answers(False)


async def handed_in(store: Store, letters: list[Letter], together: bool) -> list[object]:
    store.chat_started("c", "alice", "bob", 1.0)
    await store.hand_in(Letter("mail", 1, "alice", "bob", b":hi\n", 5.0))
    found: list[KeptLetter | PeerError] = []
    if together:
        found += await store.hand_in_all(letters)
    for letter in [] if together else letters:
        try:
            found.append(await store.hand_in(letter))
        except PeerError as refusal:
            found.append(refusal)
    numbers = [answer.number for answer in found if isinstance(answer, KeptLetter) and answer.number]
    assert numbers == sorted(set(numbers))
    return [
        (answer.progress, answer.number is None) if isinstance(answer, KeptLetter) else (answer.code, answer.text)
        for answer in found
    ]
