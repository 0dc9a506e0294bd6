"""People at work; what they notice of it stands in tests/scenes/test_presence.py and test_blocking.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.server.storage.base import StoreError
from duologue.server.storage.nothing import RemembersNothing
from tests.stage import Stage, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        yield stage


async def test_a_newer_session_is_not_taken_for_the_older_one(stage: Stage) -> None:
    older = await stage.enters("alice")
    await older.says("/away lunch", "/watch on")
    await older.hears("you_are away :lunch", "presence alice away :lunch")
    newer = await stage.enters("alice")
    await newer.says("/whois alice")
    await newer.hears_like(r"whois alice online \d+ account")
    people = stage.server.hub.people
    assert len(people._watchers._watching) == 0


async def test_nothing_is_left_of_who_has_gone(stage: Stage) -> None:
    alice = await stage.enters("alice")
    await alice.says("/watch on", "/dnd", "/exit")
    await alice.is_out_after("disconnected bye Goodbye!")
    people = stage.server.hub.people
    assert not people._watchers._watching
    assert people.presences.online().nicknames == ()


async def test_who_cannot_be_looked_up_is_not_known(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The asker waits in vain, as one does who is not known."""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await bob.says("/allow known")
    await bob.hears("may_ask known")
    monkeypatch.setattr(stage.server.hub.people, "_store", RemembersNothing(StoreError(Path("messages.db"), "failed")))
    await alice.says("/chat bob")
    await alice.hears("chat_requested bob 120")
    await bob.heard_nothing()
