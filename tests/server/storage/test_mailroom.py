"""What is decided about letters is decided once, in the commit: whole, lasting, and said after the sync."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.errors import PeerError
from duologue.server.storage.base import KeptLetter, Letter, StoreError, StreamProgress
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.migrations import migrate
from duologue.server.storage.rows import EndRow, NextNumbers
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.sqlite import SqliteStore
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
    assert progress.had == 5


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
