"""Chats that end while messages are on their way, many times."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tests.faults.checker import Verdict
from tests.faults.endings import ENDINGS, FLAGS, play
from tests.faults.long.workshop import Progress, Workshop


async def run(workshop: Workshop, *, repeats: int) -> dict[str, Any]:
    progress = Progress("endings")
    verdict = Verdict()
    for name in ENDINGS:
        for _ in range(repeats):
            async with workshop.scene(flags=FLAGS, talk={"rate": 500}) as scene:
                await play(scene, name)
                verdict += scene.verdict()
        progress.says(name)
    return {"endings": [*ENDINGS], "repeats": repeats, "verdict": asdict(verdict)}
