"""The store that remembers nothing answers for what the partner holds, and for no more (protocol 7.3)."""

from __future__ import annotations

from duologue.core.chat import Chat
from duologue.storage.base import RemembersNothing, Store, Stored


async def test_without_history_a_message_is_safe_when_the_partner_holds_it() -> None:
    told: list[Stored] = []
    store: Store = RemembersNothing(told.extend)
    chat = Chat("id", "alice", "bob")
    store.chat_started(chat.id, "alice", "bob", 1.0)
    store.append(chat.id, "alice", b":one\n:two\n:three\n", 3, 2.0)
    assert told == [], "nobody holds them yet"
    store.received(chat.id, "alice", 2)
    assert told == [Stored("id", "alice", 2)]
    store.chat_ended(chat.id, "left", 3.0)
    await store.close()
    assert told == [Stored("id", "alice", 2)], "the end of a chat makes nothing safe"
