"""What is decided about letters is decided once, in the commit: whole, lasting, and said after the sync."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from duologue.core.errors import PeerError
from duologue.server.storage.base import ChatProgress, KeptLetter, Letter, StoreError, StreamProgress
from duologue.server.storage.letters import STREAMS_OF_A_CHAT
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.migrations import migrate
from duologue.server.storage.rows import EndRow, NextNumbers
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.sqlite import SqliteStore
from duologue.server.storage.writer import _answer
from tests.bound import BOUND
from tests.server.storage.conftest import Listener, handed_over


def letter(stream: str, number: int = 1, text: str = "hi", recipient: str = "bob") -> Letter:
    return Letter(stream, number, "alice", recipient, f":{text}\n".encode(), 5.0)


async def texts(store: SqliteStore, me: str = "bob") -> list[str]:
    return [message.text for message in await store.undelivered(me, 0, 100_000)]


async def test_a_letter_is_found_like_any_message(store: SqliteStore) -> None:
    store.chat_started("c", "bob", "alice", 1.0)
    store.append("c", "bob", b":before\n", 1, 2.0)
    store.chat_ended("c", "left", 3.0)
    await store.hand_in(letter("l1", text="a letter"))
    await store.hand_in(letter("l2", text="another"))
    for me, partner in (("alice", "bob"), ("bob", "alice")):
        found = await store.history(me, partner, limit=9)
        assert [message.text for message in found] == ["before", "a letter", "another"]
        assert (found[1].sender, found[1].recipient, found[1].position, found[1].at) == ("alice", "bob", 1, 5.0)
        assert [message.text for message in await store.search(me, "letter", 9)] == ["a letter"]
    assert await store.search("eve", "letter", 9) == []


async def test_mailboxes_outlast_the_process(listener: Listener) -> None:
    store = listener.open(mailbox=3)
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n:two\n", 2, 2.0)
    store.received("c", "alice", "c", 1)
    store.chat_ended("c", "lost", 3.0)
    await store.hand_in(letter("l1", text="letter"))
    await store.close()

    store = listener.open(mailbox=3)
    assert store.live_chats == []
    page = await store.undelivered("bob", 0, 1000)
    assert [message.text for message in page] == ["two", "letter"]
    await store.hand_in(letter("l2", text="last that fits"))
    with pytest.raises(PeerError, match="too many"):
        await store.hand_in(letter("l3"))
    assert (await store.hand_in(letter("l1"))).progress.stored == 1
    (last,) = await store.undelivered("bob", page[-1].cursor, 1000)
    await store.receipt("l2", "bob", 1)
    await store.close()

    store = listener.open(mailbox=3)
    await store.hand_in(letter("l3", text="later"))
    found = await store.undelivered("bob", page[-1].cursor, 1000)
    assert [message.text for message in found] == ["later"]
    assert found[0].cursor > last.cursor, "cursors do not begin again"


async def test_a_chat_that_a_killed_server_left_goes_into_the_mailbox_when_it_ends(listener: Listener) -> None:
    store = listener.open()
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n", 1, 2.0)
    store.stream_began("c", "alice", "c.2")
    store.append("c", "alice", b":two\n", 1, 2.0)
    await store.close()
    store = listener.open()
    store.received("c", "alice", "c.2", 5)  # it was passed on before it was stored
    store.chat_ended("c", "lost", 3.0)
    assert await texts(store) == ["one"]
    assert await store.progress("c.2", "alice") == StreamProgress("c.2", "alice", "bob", 1, 5)
    progress = await store.chat_standing("c", "alice", "c.2")
    assert progress
    assert progress.had == 1, "else what bob had by then would be in no history"


async def test_what_reached_the_recipient_before_it_was_stored_may_follow(store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n", 1, 2.0)
    store.received("c", "alice", "c", 3)
    store.chat_ended("c", "lost", 3.0)
    await store.hand_in(letter("c", 2, "two"))
    await store.hand_in(letter("c", 4, "four"))
    assert await texts(store) == ["four"]
    assert [found.text for found in await store.history("alice", "bob", limit=9)] == ["one", "two", "four"]


async def test_many_at_once_are_decided_one_after_another(listener: Listener) -> None:
    store = listener.open(mailbox=10)
    handed = [store.hand_in(letter(f"l{number}", text=str(number))) for number in range(30)]
    answers = await asyncio.gather(*handed, return_exceptions=True)
    assert [answer.progress.stored for answer in answers if isinstance(answer, KeptLetter)] == [1] * 10
    assert {answer.code for answer in answers[10:] if isinstance(answer, PeerError)} == {"mailbox_full"}
    assert await texts(store) == [str(number) for number in range(10)]


async def test_what_is_handed_in_right_after_the_end_follows_what_was_said_before_it(store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n", 1, 2.0)
    store.chat_ended("c", "lost", 3.0)
    assert (await store.hand_in(letter("c", 2, "two"))).progress.stored == 2
    assert await texts(store) == ["one", "two"]
    assert [found.text for found in await store.history("alice", "bob", limit=9)] == ["one", "two"]


async def test_a_mailbox_that_was_emptied_has_no_rows_left(listener: Listener, store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n:two\n", 2, 2.0)
    store.append("c", "bob", b":received\n", 1, 2.0)
    store.received("c", "bob", "c", 1)
    store.chat_ended("c", "left", 3.0)
    await store.hand_in(letter("l1"))

    def arrivals() -> list[tuple[str, int, int]]:
        with closing(sqlite3.connect(listener.path)) as connection:
            return connection.execute("SELECT recipient, first, last FROM mailbox").fetchall()

    assert arrivals() == [("bob", 1, 2), ("bob", 1, 1)]
    await store.receipt("c", "bob", 1)
    await store.receipt("l1", "bob", 1)
    assert arrivals() == [("bob", 1, 2)]
    await store.receipt("c", "bob", 2)
    assert arrivals() == []


async def test_who_waits_when_the_disk_fails_is_told_and_nothing_was_kept(listener: Listener) -> None:
    store = listener.open()
    await store.hand_in(letter("l0"))
    store._writer._connection.execute("PRAGMA max_page_count = 1")
    asking: list[Awaitable[object]] = [
        store.hand_in(letter("l1", text="x" * 200_000)),
        store.receipt("l0", "bob", 1),
        store.progress("l0", "alice"),
        store.chat_standing("l0", "alice", None),
        store.undelivered("bob", 0, 1000),
    ]
    for answer in await asyncio.gather(*asking, return_exceptions=True):
        assert isinstance(answer, StoreError)
        assert "disk is full" in str(answer)
    with pytest.raises(StoreError, match="disk is full"):
        await store.hand_in(letter("l2"))
    await store.close()
    store = listener.open()
    assert await texts(store) == ["hi"]


async def test_who_asks_while_the_disk_is_failing_is_told_too(listener: Listener, store: SqliteStore) -> None:
    await store.hand_in(letter("l0"))
    store._writer._connection.execute("PRAGMA max_page_count = 1")
    with closing(sqlite3.connect(listener.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asking = [asyncio.ensure_future(store.hand_in(letter("l1", text="x" * 200_000)))]
        await handed_over(store)
        asking.append(asyncio.ensure_future(store.hand_in(letter("l2"))))
        await asyncio.sleep(0)
        other.execute("ROLLBACK")
    async with asyncio.timeout(BOUND):
        for answer in await asyncio.gather(*asking, return_exceptions=True):
            assert isinstance(answer, StoreError)


async def test_who_does_not_wait_for_the_answer_breaks_nothing(store: SqliteStore) -> None:
    asking = asyncio.ensure_future(store.hand_in(letter("l1")))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await store.hand_in(letter("l2"))).progress.stored == 1
    assert await texts(store) == ["hi", "hi"]


async def test_a_question_is_answered_before_the_store_closes_and_none_after(store: SqliteStore) -> None:
    asking = asyncio.ensure_future(store.hand_in(letter("l1")))
    await asyncio.sleep(0)
    await store.close()
    assert (await asking).progress.stored == 1
    with pytest.raises(StoreError, match="closed"):
        await store.hand_in(letter("l2"))


async def test_a_share_outlasts_the_process(listener: Listener) -> None:
    store = listener.open(mailbox=9, per_sender=2)
    for stream in ("l1", "l2"):
        await store.hand_in(letter(stream))
    await store.close()
    store = listener.open(mailbox=9, per_sender=2)
    with pytest.raises(PeerError, match="2 messages of yours"):
        await store.hand_in(letter("l3"))
    await store.receipt("l1", "bob", 1)
    await store.hand_in(letter("l3"))


# What happens in one stream of three: a letter that is heard, or not, a receipt, or a chat that ends with some left.
happens = st.lists(
    st.one_of(
        st.tuples(st.just("letter"), st.integers(0, 2), st.booleans()),
        st.tuples(st.just("receipt"), st.integers(0, 2), st.integers(0, 6)),
        st.tuples(st.just("chat"), st.integers(1, 3), st.integers(0, 3)),
    ),
    max_size=20,
)


@given(happens)
def test_what_waits_is_counted_as_the_mailboxes_have_it(steps: list[tuple[str, int, int]]) -> None:
    """The number of places is not looked up for each letter, and is still right."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, Path("messages.db"))
        mailroom = Mailroom(connection, MailboxLimits(8, 5))
        mailroom.numbers = NextNumbers()
        assert mailroom._shares.waiting("bob") == 0
        sent = [0, 0, 0]
        for kind, one, other in steps:
            if kind == "letter":
                with contextlib.suppress(PeerError):
                    handed = Letter(f"s{one}", sent[one] + 1, "alice", "bob", b":hi\n", 5.0, is_heard=bool(other))
                    mailroom.hand_in(handed)
                    sent[one] += 1
            elif kind == "receipt":
                mailroom.receipt(f"s{one}", "bob", other)
            else:
                a_chat_ends(connection, mailroom, said=one, received=min(one, other))
            waiting = sum(count for _, count in mailroom._waiting_for("bob"))
            assert mailroom._shares.waiting("bob") == waiting


def a_chat_ends(connection: sqlite3.Connection, mailroom: Mailroom, *, said: int, received: int) -> None:
    """Alice has said so much in it, and bob has so much of it."""
    number = mailroom.numbers.chat
    mailroom.numbers.chat, mailroom.numbers.stream = number + 1, mailroom.numbers.stream + 1
    stream = mailroom.numbers.stream - 1
    row = number, f"c{number}", "alice", "bob"
    connection.execute("INSERT INTO chat (number, id, asker, target, started) VALUES (?, ?, ?, ?, 1.0)", row)
    ends = stream, number, "alice", said, received, f"c{number}"
    connection.execute(
        "INSERT INTO stream (number, chat, sender, stored, received, last, name) VALUES (?, ?, ?, ?, ?, 0, ?)", ends
    )
    mailroom.end(EndRow(2.0, "left", f"c{number}"))


# Letters of alice to a room: some of a few streams with any number, names that somebody else has used among them.
in_rooms = st.lists(
    st.builds(
        Letter,
        stream=st.sampled_from(["s1", "s1.2", "s2", "s3", "mail", "live", "over"]),
        number=st.sampled_from([1, 1, 1, 2, 2, 3, 4, 0, 10**18]),
        sender=st.just("alice"),
        recipient=st.just("#room"),
        line=st.sampled_from([b":hi\n", b":you\n"]),
        at=st.just(5.0),
    ),
    max_size=100,
)
MANY = [Letter(f"s{number}.{number % 7}", 1, "alice", "#room", b":hi\n", 5.0) for number in range(200)]
FULL = [Letter(f"s.{number}", 1, "alice", "#room", b":hi\n", 5.0) for number in range(STREAMS_OF_A_CHAT + 2)]


@given(in_rooms, in_rooms)
@example(MANY, MANY[100:])
@example(FULL, FULL)
def test_many_letters_to_a_room_are_kept_as_one_after_the_other(first: list[Letter], second: list[Letter]) -> None:
    """The answers and the tables are the same to the last number."""

    def one_by_one(mailroom: Mailroom, letters: list[Letter]) -> list[object]:
        return [_answer(mailroom, partial(Mailroom.hand_in, letter=letter)) for letter in letters]

    def together(mailroom: Mailroom, letters: list[Letter]) -> list[object]:
        return [*mailroom.hand_in_all(letters)]

    assert kept_in(one_by_one, first, second) == kept_in(together, first, second)


def kept_in(hand_in: Callable[[Mailroom, list[Letter]], list[object]], *batches: list[Letter]) -> tuple[object, ...]:
    """The answers, and all rows then."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection, Path("messages.db"))
        mailroom = Mailroom(connection, MailboxLimits(8, 5))
        mailroom.numbers = NextNumbers(chat=2, stream=2)
        connection.execute("INSERT INTO chat (number, id, asker, target, started) VALUES (1, 'live', 'alice', 'x', 1)")
        row = 1, 1, "alice", 0, 0, 0, "live"
        columns = "number, chat, sender, stored, received, last, name"
        connection.execute(f"INSERT INTO stream ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        a_chat_ends(connection, mailroom, said=2, received=1)
        connection.execute("UPDATE chat SET id = 'over' WHERE number = 2")
        mailroom.hand_in(letter("mail"))
        answers = [(type(answer), str(answer)) for letters in batches for answer in hand_in(mailroom, letters)]
        tables = ("chat", "stream", "chunk", "room_chunk", "mailbox")
        rows = [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]
        return answers, rows, mailroom.numbers


async def test_many_letters_are_in_the_room_in_their_order(listener: Listener) -> None:
    """And each number is used once, also by what comes in the same commit."""
    store = listener.open()
    letters = [letter(f"l{number}", text=str(number), recipient="#room") for number in range(150)]
    letters[70] = letter("l3", 5, recipient="#room")
    others = [letter(f"o{number}", text="other", recipient="#other") for number in range(50)]
    kept, other = await asyncio.gather(store.hand_in_all(letters), store.hand_in_all(others))
    after = await store.hand_in(letter("l150", text="after", recipient="#room"))
    assert [isinstance(answer, PeerError) for answer in kept] == [number == 70 for number in range(150)]
    numbers = [answer.number or 0 for answer in (*kept, *other, after) if isinstance(answer, KeptLetter)]
    assert numbers == sorted(set(numbers))
    found = await store.room_history("#room", asker="alice", limit=200)
    assert [message.text for message in found] == [*(str(n) for n in range(150) if n != 70), "after"]
    await store.close()


# Accounts that are gone, while somebody else has their name


GINA = [("gina", "2026-12-01T11:42:33Z")]


def between(sender: str, recipient: str, stream: str = "l", number: int = 1) -> Letter:
    return Letter(stream, number, sender, recipient, b":hi\n", 5.0)


async def test_a_stream_of_the_one_before_does_not_go_on_and_is_told_to_nobody(store: SqliteStore) -> None:
    await store.hand_in(between("gina", "bob"))
    await store.accounts_are([], GINA)
    for number in (1, 2, 7):
        with pytest.raises(PeerError, match=f"l does not go on with message {number}"):
            await store.hand_in(between("gina", "bob", number=number))
    assert await store.progress("l", "gina") is None
    assert await store.receipt("l", "bob", 1) is None, "there is nobody to tell"
    assert await store.undelivered("bob", 0, 1000) == [], "and yet he has it"


async def test_what_is_for_the_one_before_is_refused_and_what_came_in_time_is_known(store: SqliteStore) -> None:
    store.chat_started("c", "bob", "gina", 1.0)
    store.append("c", "bob", b":one\n", 1, 2.0)
    store.chat_ended("c", "removed", 3.0)
    await store.hand_in(between("bob", "gina"))
    await store.accounts_are([], GINA)
    for stream, number in (("c", 2), ("c.2", 1), ("l", 2)):
        with pytest.raises(PeerError, match="gina is somebody else now") as caught:
            await store.hand_in(between("bob", "gina", stream, number))
        assert caught.value.code == "unknown"
    known = StreamProgress("l", "bob", "gina", 1, 0)
    assert await store.hand_in(between("bob", "gina")) == KeptLetter(known, None)
    assert await store.progress("l", "bob") == known
    assert await store.receipt("l", "gina", 1) is None
    assert await store.progress("l", "bob") == known, "she has received nothing"
    assert await store.undelivered("gina", 0, 1000) == []
    assert await store.chat_standing("c", "gina", None) is None
    assert await store.chat_standing("c", "bob", None) == ChatProgress("gina", "removed", 1)


async def test_a_room_that_the_one_before_spoke_in_takes_no_more_of_that_stream(store: SqliteStore) -> None:
    await store.hand_in(between("gina", "#r", "room"))
    await store.accounts_are([], GINA)
    (refusal, kept) = await store.hand_in_all([between("gina", "#r", "room", 2), between("gina", "#r", "room2")])
    assert isinstance(refusal, PeerError)
    assert isinstance(kept, KeptLetter)


async def test_letters_and_chats_of_the_same_commit_are_of_the_life_in_which_they_were_asked(
    store: SqliteStore,
) -> None:
    before = asyncio.ensure_future(store.hand_in(between("bob", "gina", "before")))
    born = asyncio.ensure_future(store.accounts_are([], GINA))
    after = asyncio.ensure_future(store.hand_in(between("bob", "gina", "after")))
    await asyncio.gather(before, born, after)
    assert [found.stream for found in await store.undelivered("gina", 0, 1000)] == ["after"]
    assert [found.stream for found in await store.history("gina", "bob", limit=9)] == ["after"]
