"""The store that everybody asks is replaced for all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from duologue.server.storage.base import Store, StoreError
from duologue.server.storage.in_use import StoreInUse
from duologue.server.storage.nothing import RemembersNothing


def failed(reason: str) -> RemembersNothing:
    return RemembersNothing(StoreError(Path("messages.db"), reason))


async def test_who_holds_it_asks_the_new_one_from_then_on() -> None:
    in_use = StoreInUse(failed("first"))
    held: Store = in_use
    with pytest.raises(StoreError, match="first"):
        await held.synced()
    in_use.use(failed("second"))
    with pytest.raises(StoreError, match="second"):
        await held.synced()
    assert [*held.live_chats, *held.live_rooms, *held.blocks, *held.asking, *held.accounts] == []


def test_it_can_be_asked_all_that_a_store_can() -> None:
    asked = {name for name in dir(Store) if not name.startswith("_")}
    assert asked <= set(dir(StoreInUse(failed("x"))))
