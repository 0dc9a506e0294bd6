"""What hundreds of lost links leave behind in a server that lives on: descriptors, tasks, memory."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import asdict, dataclass

from tests.faults.cells import FAULTS, STEPS, play
from tests.faults.long.part import Figures, Part
from tests.faults.long.workshop import Progress, Workshop
from tests.faults.scene import DEAD_AFTER, Scene

NETWORK = [name for name in FAULTS if " of " in name or "drop" in name or "sender" in name or "recipient" in name]
"""Faults that the server survives, and has to clean up after."""

WARM_UP = 20


async def _look(scene: Scene) -> dict[str, int]:
    """When nothing is going on, and the dead have been buried."""
    await scene.settles()
    await asyncio.sleep(DEAD_AFTER * 3)
    scene.server.is_told("look")
    tasks = json.loads(await scene.server.says("looks"))["tasks"]
    return {"descriptors": scene.server.descriptors(), "tasks": tasks, "memory": scene.server.memory()}


@dataclass(frozen=True, slots=True)
class Leaks(Part):
    faults: int

    async def play(self, workshop: Workshop) -> Figures:
        progress = Progress("leaks")
        async with workshop.scene(talk={"rate": 500}, flags=("--send-queue", "1024")) as scene:
            await scene.opens()
            for _ in range(WARM_UP):
                await play(scene, random.choice([*STEPS]), random.choice(NETWORK))
            before = await _look(scene)
            for number in range(self.faults):
                await play(scene, random.choice([*STEPS]), random.choice(NETWORK))
                progress.tells(f"{number} of {self.faults}")
            after = await _look(scene)
            verdict = scene.verdict()
        return {"faults": self.faults, "before": before, "after": after, "verdict": asdict(verdict)}
