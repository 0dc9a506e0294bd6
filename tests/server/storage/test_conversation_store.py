"""The conversations of an account, asked of a store in a file and of those that keep none."""

from __future__ import annotations

from pathlib import Path

import pytest

from duologue.core.errors import PeerError
from duologue.server.storage.base import Letter, Mark, StoreError
from duologue.server.storage.nothing import RemembersNothing
from duologue.server.storage.rows import PLACE_BITS
from duologue.server.storage.sqlite import SqliteStore
from duologue.server.storage.unreceived import Unreceived
from tests.server.storage.conftest import MAILBOX, Listener


async def test_what_was_given_a_moment_ago_counts(store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n:two\n", 2, 2.0)
    [found] = await store.listed("bob")
    assert (found.name, found.newest.text, found.unread, found.mark) == ("alice", "two", 2, 0)
    store.append("c", "bob", b":three\n", 1, 3.0)
    assert await store.count_after("alice", found.newest.number, 9) == 1
    kept = await store.hand_in(Letter("l", 1, "carol", "bob", b":letter\n", 4.0))
    told = await store.after("bob", found.newest.number, 9)
    assert [message.text for message in told] == ["three", "letter"]
    assert told[-1].number == kept.number
    assert [message.text for message in await store.after("bob", 0, 2)] == ["one", "two"]


async def test_a_commit_tells_the_numbers_that_the_history_has(listener: Listener, store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n", 1, 2.0)
    await store.synced()
    store.append("c", "alice", b":two\n:three\n", 2, 2.0)
    found = await store.after("bob", 0, 9)
    told = {at.number + place: at.first + place for at in listener.numbered for place in range(at.messages)}
    assert told == {message.number: message.position for message in found}


async def test_what_is_read_is_read_after_a_restart(store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n:two\n", 2, 2.0)
    first = 1 << PLACE_BITS
    assert await store.mark("bob", "alice", first) == Mark(first, 1)
    assert await store.mark("bob", "nobody", first) is None
    await store.close()


@pytest.mark.parametrize("what", ["after", "count_after", "listed", "mark"])
async def test_where_nothing_is_kept_there_are_none(what: str) -> None:
    arguments = {"after": ("me", 0, 1), "count_after": ("me", 0, 1), "listed": ("me",), "mark": ("me", "you", 1)}[what]
    unreceived = Unreceived(print, pressure=print, mailbox=MAILBOX)
    with pytest.raises(PeerError, match="keeps no history"):
        await getattr(unreceived, what)(*arguments)
    with pytest.raises(StoreError):
        await getattr(RemembersNothing(StoreError(Path("x"), "failed")), what)(*arguments)
