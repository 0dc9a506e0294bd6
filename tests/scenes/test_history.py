"""What the server keeps, and who may read it (issue: history; protocol 7.3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.core.events.chat import Recalled, RecallEnded
from duologue.protocols.native.signals import parse_signal
from tests.bound import BOUND
from tests.stage import Actor, Stage, opened


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=True) as stage:
        yield stage


async def recalls(actor: Actor, command: str) -> tuple[list[tuple[str, str]], int | None]:
    """Who said what, as the server tells it, and where older messages begin."""
    await actor.says(command)
    heard = []
    while True:
        match parse_signal((await actor.login.line()).encode()):
            case Recalled(sender=sender, text=text):
                heard.append((sender, text))
            case RecallEnded(count, before):
                assert count == len(heard)
                return heard, before
            case other:
                raise AssertionError(f"{other} is no answer")


async def are_stored(actor: Actor, count: int) -> None:
    """The server answers for so many of the actor's messages."""
    while not (await actor.check.line()).startswith(f"PONG {count} "):
        pass


async def test_a_message_is_safe_when_the_disk_has_it_whether_bob_reads_or_not(keeping: Stage) -> None:
    alice, _, chat = await keeping.chat_between("alice", "bob")
    await alice.says(":one", ":two")
    await alice.check.hears(f"PONG 2 0 {chat}")


async def test_bob_reads_what_was_said_in_two_chats(keeping: Stage) -> None:
    alice, bob, _ = await keeping.chat_between("alice", "bob")
    await alice.says(":one", ":two\vin two lines")
    await bob.hears(":one", ":two\vin two lines")
    await bob.says(":three", "/quit")
    await bob.hears("chat_ended alice you_left")
    await alice.hears(":three", "chat_ended bob left")
    await keeping.start_chat(alice, bob)
    await alice.says(":four")
    await bob.hears(":four")
    await are_stored(alice, 1)

    everything = [("alice", "one"), ("alice", "two\nin two lines"), ("bob", "three"), ("alice", "four")]
    found, before = await recalls(bob, "/history alice 10")
    assert (sorted(found), before) == (sorted(everything), None)
    assert found[-1] == ("alice", "four")

    newest, before = await recalls(alice, "/history BOB 1")
    assert newest == [("alice", "four")]
    older, before = await recalls(alice, f"/history bob 3 {before}")
    assert sorted(newest + older) == sorted(everything)


async def test_carol_reads_nothing_and_cannot_tell_whether_there_is_something(keeping: Stage) -> None:
    alice, _, _ = await keeping.chat_between("alice", "bob")
    carol = await keeping.enters("carol")
    await alice.says(":secret")
    await are_stored(alice, 1)
    for command in ("/history alice 10", "/history bob 10", "/history dave 10", "/history nobody 10", "/search secret"):
        assert await recalls(carol, command) == ([], None), command


async def test_a_history_with_what_is_no_nickname_is_refused(keeping: Stage) -> None:
    alice = await keeping.enters("alice")
    await alice.says("/history b!b 5")
    await alice.hears_like("ERROR bad_nickname .+")


async def test_a_search_finds_words_in_any_chat_of_ones_own(keeping: Stage) -> None:
    alice, bob, _ = await keeping.chat_between("alice", "bob")
    await alice.says(":lunch at noon?", ":or later")
    await are_stored(alice, 2)
    await bob.hears(":lunch at noon?", ":or later")
    assert await recalls(bob, "/search NOON lunch") == ([("alice", "lunch at noon?")], None)
    assert await recalls(bob, '/search "quoted* NEAR(') == ([], None)


async def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path, history=True) as stage:
        alice, _, chat = await stage.chat_between("alice", "bob")
        await alice.says(":one")
        await are_stored(alice, 1)
    async with opened(tmp_path, history=True) as stage:
        bob = await stage.enters("bob")
        await bob.hears(f"chat_waits alice {chat} 60")
        assert await recalls(bob, "/history alice 5") == ([("alice", "one")], None)


async def test_without_a_history_the_answer_is_a_sentence(tmp_path: Path) -> None:
    async with opened(tmp_path, history=False) as stage:
        alice = await stage.enters("alice")
        for command in ("/history bob 5", "/search words"):
            await alice.says(command)
            await alice.hears("ERROR no_history This server keeps no history.")
        await alice.heard_nothing()


async def test_a_store_that_fails_stops_the_server_and_acknowledges_nothing(keeping: Stage) -> None:
    """Reliability.md: a failed fsync is fatal; stop, say so, recover at restart."""
    alice, _, chat = await keeping.chat_between("alice", "bob")
    store = keeping.server.hub._store._store
    store._broken(OSError("EIO"))  # type: ignore[attr-defined]  # as the writer's thread says it
    with pytest.raises(Exception, match="cannot be written"):
        await asyncio.wait_for(asyncio.shield(keeping.server.over), BOUND)
    await keeping.server.stop()
    await alice.hears("disconnected store_failed The server's disk failed, and it stops. Nothing acknowledged is lost.")
    assert chat


async def test_a_disk_that_does_not_keep_up_pauses_the_sender_and_drops_nothing(keeping: Stage) -> None:
    alice, bob, chat = await keeping.chat_between("alice", "bob")
    chats = keeping.server.hub.chats
    chats.store_is_behind(chat, "alice", True)
    await alice.says(":one", ":two")
    await bob.says(":three")
    await alice.hears(":three")
    await bob.heard_nothing()
    chats.store_is_behind(chat, "alice", False)
    await bob.hears(":one", ":two")
