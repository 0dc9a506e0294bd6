"""The hub's own promises; what people notice of them stands in tests/scenes/."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.core.requests import ChatEnd
from duologue.server.goodbyes import BYE, DEAD
from tests.stage import Actor, Stage, opened, until


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        yield stage


async def test_a_session_ends_once(stage: Stage) -> None:
    """Reset, stall and sweep can all find the same dead client."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    hub = stage.server.hub
    [session] = hub.directory.sessions_of("alice")
    hub.disconnect_client(session, ChatEnd.LOST, DEAD)
    hub.disconnect_client(session, ChatEnd.LEFT, BYE)
    await bob.hears("chat_paused alice 60")
    await bob.heard_nothing()
    await alice.is_out_after("disconnected dead Nothing was heard from you for too long.")


async def test_an_old_session_cannot_end_the_new_one(stage: Stage) -> None:
    await stage.enters("alice")
    hub = stage.server.hub
    [older] = hub.directory.sessions_of("alice")
    newer = await stage.enters("alice")
    hub.disconnect_client(older, ChatEnd.LOST, DEAD)
    await newer.heard_nothing()
    assert stage.present() == {"alice"}


async def test_chat_ids_are_never_the_same(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    seen = set()
    for _ in range(20):
        _, _, chat = await stage.start_chat(alice, bob)
        seen.add(chat)
        await alice.says("/quit")
        await alice.hears("chat_ended bob you_left")
        await bob.hears("chat_ended alice left")
    assert len(seen) == 20
    assert all(len(chat) == 12 for chat in seen)


async def test_people_are_listed_in_the_order_of_the_alphabet(stage: Stage) -> None:
    for name in ("dave", "alice", "carol"):
        await stage.enters(name)
    assert stage.server.hub.people.presences.online().nicknames == ("alice", "carol", "dave")


async def test_log_records_of_a_session_name_the_person_and_the_reason(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    alice = await stage.enters("alice")
    await alice.says("/exit")
    await alice.is_out_after("disconnected bye Goodbye!")
    await until(lambda: "logged out" in caplog.text)
    fields = {record.getMessage(): vars(record) for record in caplog.records if record.name == "duologue.server.hub"}
    assert fields["logged in"]["nickname"] == "alice"
    assert (fields["logged out"]["nickname"], fields["logged out"]["reason"]) == ("alice", "bye")


# Coming back with a new stream: nobody hears of it before the store has noted it (protocol 10.4)


class SlowCommits:
    """The store of a stage, whose commits wait until they are let go."""

    def __init__(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self.go = asyncio.Event()
        store = stage.server.hub.chats._store
        self._synced = store.synced
        monkeypatch.setattr(store, "synced", self.synced)

    async def synced(self) -> None:
        self.asked += 1
        await self.go.wait()
        await self._synced()


async def begins_to_resume(stage: Stage, slow: SlowCommits) -> tuple[Actor, Actor, str]:
    """Alice has come back and remembers nothing; the answer to her /resume waits for the store."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await alice.vanishes()
    await bob.hears("chat_paused alice 60")
    alice = await stage.enters("alice")
    await alice.hears(f"chat_waits bob {chat} 60")
    await alice.says(f"/resume {chat}", ":one")
    await until(lambda: slow.asked == 1)
    return alice, bob, chat


async def test_a_new_stream_is_announced_when_the_store_has_noted_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowCommits(stage, monkeypatch)
    alice, bob, chat = await begins_to_resume(stage, slow)
    await bob.says(":meanwhile")
    await bob.heard_nothing()
    slow.go.set()
    await alice.hears(f"chat_resumed bob {chat} 0 {chat}.2 0", f"stream_begins bob {chat} 1", ":meanwhile")
    await bob.hears(f"stream_begins alice {chat}.2 1", f"chat_resumed alice {chat}", ":one")


async def test_who_goes_while_the_store_is_asked_finds_the_chat_waiting_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowCommits(stage, monkeypatch)
    alice, bob, chat = await begins_to_resume(stage, slow)
    await alice.vanishes()
    await until(lambda: "alice" not in stage.present())
    slow.go.set()
    alice = await stage.enters("alice")
    await alice.hears(f"chat_waits bob {chat} 60")
    await alice.says(f"/resume {chat}", ":one")
    await alice.hears_like(f"chat_resumed bob {chat} 0 {chat}.3 0")
    await bob.hears(f"stream_begins alice {chat}.2 1", f"stream_begins alice {chat}.3 1")
    await bob.hears(f"chat_resumed alice {chat}", ":one")


async def test_who_is_left_while_the_store_is_asked_is_in_no_chat(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowCommits(stage, monkeypatch)
    alice, bob, _ = await begins_to_resume(stage, slow)
    await bob.says("/quit")
    await bob.hears("chat_ended alice you_left")
    slow.go.set()
    await alice.hears("chat_ended bob left")
    await alice.hears_like("ERROR no_chat .+")
    await alice.heard_nothing()
    await bob.heard_nothing()
    await stage.start_chat(alice, bob)


async def last_heard_of_bob(alice: Actor) -> str:
    """The word of the last signal about him, after everything that was on its way."""
    await alice.says("/nothing")
    await alice.login.hears_like("ERROR unknown_command .+")
    heard = []
    while alice.chat.has_more:
        heard.append(await alice.chat.line())
    return [line.split(" ")[0] for line in heard if line.startswith(("chat_paused bob", "chat_resumed bob"))][-1]


async def test_the_partner_who_goes_while_the_store_is_asked_is_away_after_the_answer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What alice hears last is how it is."""
    slow = SlowCommits(stage, monkeypatch)
    alice, bob, _ = await begins_to_resume(stage, slow)
    await bob.vanishes()
    await until(lambda: stage.present() == {"alice"})
    slow.go.set()
    assert await last_heard_of_bob(alice) == "chat_paused"


async def test_the_partner_who_comes_back_while_the_store_is_asked_is_there_after_the_answer(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowCommits(stage, monkeypatch)
    alice, bob, chat = await stage.chat_between("alice", "bob")
    for actor in (alice, bob):
        await actor.vanishes()
    await until(lambda: stage.present() == set())
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await alice.hears(f"chat_waits bob {chat} 60")
    await alice.says(f"/resume {chat}")
    await until(lambda: slow.asked == 1)
    await bob.says(f"/resume {chat} {chat} 0 {chat} 0")
    await bob.hears(f"chat_waits alice {chat} 60")
    await bob.hears_like(f"chat_resumed alice {chat} 0 {chat} 0")
    slow.go.set()
    assert await last_heard_of_bob(alice) == "chat_resumed"


# A chat that ends for somebody who is here and has not resumed


async def test_what_was_missed_comes_at_once_when_the_chat_ends(stage: Stage) -> None:
    """11.3: "at the login, or at once"."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await bob.vanishes()
    await alice.hears("chat_paused bob 60")
    await alice.says(":are you there")
    bob = await stage.enters("bob")
    await bob.hears(f"chat_waits alice {chat} 60")
    await alice.says("/quit")
    await bob.hears("chat_ended alice left")
    await bob.hears_like(rf"message_from alice \d+ {chat} 1 :are you there")


async def test_who_takes_over_and_resumes_in_one_breath_gets_everything_once(stage: Stage) -> None:
    """The older session ends, and the newer one resumes, in one turn of the loop."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    for n in range(20):
        await alice.says(f":{n}")
    login, token = await stage.knocks("bob")
    check = await stage.connects(f"duologue/1 check_socket {token}")
    await until(lambda: stage.server.hub.login._by_token != {})
    await bob.hears(*(f":{n}" for n in range(20)))
    talk = await stage.connects(f"duologue/1 chat_socket {token}", f"/resume {chat} {chat} 0 {chat} 5")
    await check.hears("PONG 0 0")
    await login.hears(f"chat_waits alice {chat} 60")
    await talk.hears(f"chat_resumed alice {chat} 0 {chat} 0", f"stream_begins alice {chat} 6")
    await talk.hears(*(f":{n}" for n in range(5, 20)))
    await alice.says(":last")
    await talk.hears(":last")
