"""The hub's own promises; what people notice of them stands in tests/scenes/."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.core.chat import ChatEnd
from duologue.hub import BYE, DEAD
from tests.stage import Stage, opened, until


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        yield stage


async def test_a_session_ends_once(stage: Stage) -> None:
    """Reset, stall and sweep can all find the same dead client."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    hub = stage.server.hub
    [client] = [client for client in hub._clients.values() if client.nickname == "alice"]
    hub.disconnect_client(client, ChatEnd.LOST, DEAD)
    hub.disconnect_client(client, ChatEnd.LEFT, BYE)
    await bob.hears("chat_paused alice 60")
    await bob.heard_nothing()
    await alice.is_out_after("disconnected dead Nothing was heard from you for too long.")


async def test_an_old_session_cannot_end_the_new_one(stage: Stage) -> None:
    await stage.enters("alice")
    hub = stage.server.hub
    older = hub._clients["alice"]
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
    assert stage.server.hub.people_online().nicknames == ("alice", "carol", "dave")


async def test_log_records_of_a_session_name_the_person_and_the_reason(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    alice = await stage.enters("alice")
    await alice.says("/exit")
    await alice.is_out_after("disconnected bye Goodbye!")
    await until(lambda: "logged out" in caplog.text)
    fields = {record.getMessage(): vars(record) for record in caplog.records if record.name == "duologue.hub"}
    assert fields["logged in"]["nickname"] == "alice"
    assert (fields["logged out"]["nickname"], fields["logged out"]["reason"]) == ("alice", "bye")
