"""The stage itself does nothing to those on it."""

from __future__ import annotations

import asyncio

from tests.faults.conftest import Scenes
from tests.faults.scene import TIMING

PATIENCE = 2.0


async def test_who_has_nothing_to_say_is_not_given_up(scenes: Scenes) -> None:
    timing = TIMING | {"heartbeat": PATIENCE / 4, "dead_after": PATIENCE}
    async with scenes(timing=timing, flags=("--heartbeat", "1", "--dead-after", "20")) as scene:
        await scene.opens()
        await asyncio.sleep(1.5 * PATIENCE)
        for person in scene.people.values():
            person.journal.read_on()
            assert [note.what for note in person.journal.notes if note.what.startswith("lost")] == []
