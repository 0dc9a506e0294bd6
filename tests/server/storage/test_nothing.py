"""In the place of a store that has failed: what comes is taken and never acknowledged, and questions are told why."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path

import pytest

from duologue.server.storage.base import Letter, Store, StoreError
from duologue.server.storage.nothing import RemembersNothing

FAILURE = StoreError(Path("messages.db"), "the disk is full")


async def test_what_is_said_is_taken_and_every_question_is_told_what_happened() -> None:
    store: Store = RemembersNothing(FAILURE)
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n:two\n", 2, 2.0)
    store.stream_began("c", "alice", "c.2")
    store.received("c", "alice", "c", 2)
    questions: list[Awaitable[object]] = [
        store.replay("c", "alice", "c", 0).read(1000),
        store.hand_in(Letter("l", 1, "alice", "bob", b":hi\n", 1.0)),
        store.undelivered("bob", 0, 1000),
        store.receipt("c", "bob", 2),
        store.progress("c", "alice"),
        store.chat_standing("c", "alice", None),
        store.history("alice", "bob", limit=9),
        store.search("alice", "one", 9),
        store.have_talked("alice", "bob"),
        store.accounts_are([], [("alice", "")]),
    ]
    for question in questions:
        with pytest.raises(StoreError, match=r"messages\.db: the disk is full"):
            await question
    store.chat_ended("c", "left", 3.0)
    store.block_is("alice", "bob", True)
    store.asking_is("alice", "nobody")
    assert [*store.live_chats, *store.blocks, *store.asking, *store.accounts] == []
    await store.close()
