"""The store that remembers nothing answers for what the partner holds, and for no more (protocol 7.3)."""

from __future__ import annotations

from duologue.core.chat import Chat, Stream
from duologue.storage.base import RemembersNothing, Store


def test_without_history_a_message_is_safe_when_the_partner_holds_it() -> None:
    store: Store = RemembersNothing()
    chat = Chat("id", "alice", "bob")
    stream = chat.streams["alice"]
    stream.sent = 3
    store.append(chat, "alice", b":one\n:two\n:three\n", 3)
    assert store.stored(stream) == 0, "nobody holds them yet"
    stream.received = 2
    assert store.stored(stream) == 2


def test_it_counts_nothing_itself() -> None:
    """Whoever calls it counts; a store that counted too would count twice."""
    chat = Chat("id", "alice", "bob")
    RemembersNothing().append(chat, "alice", b":one\n", 1)
    assert chat.streams == {"alice": Stream(), "bob": Stream()}
