"""Chats in memory: which stream is whose, and what is read of it again."""

from __future__ import annotations

from duologue.server.storage.backlog import Backlog
from duologue.server.storage.held_chats import HeldChat, HeldStream, UnreceivedReplay


def test_a_stream_is_found_by_its_name_or_is_the_last_of_its_sender() -> None:
    first, second = (HeldStream(name, Backlog("c", "alice"), "bob") for name in ("c", "c.2"))
    chat = HeldChat("c", "alice", "bob", streams=[first, second])
    assert chat.said_by("alice") is second
    assert chat.said_by("alice", "c") is first
    assert chat.said_by("bob") is None
    assert (chat.partner_of("alice"), chat.partner_of("bob")) == ("bob", "alice")


async def test_what_has_not_been_received_is_read_in_pieces() -> None:
    stream = HeldStream("c", Backlog("c", "alice"), "bob")
    stream.held.append(b":one\n:two\n", 2, 1.0)
    stream.held.append(b":three\n", 1, 2.0)
    replay = UnreceivedReplay(stream.held, 1)
    assert await replay.read(1000) == (b":two\n:three\n", 2)
    assert await replay.read(1000) == (b"", 0)
    assert stream.unreceived == 3
