"""The red controls, and the same trials with every defence in place."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tests.faults.cells import PAGE
from tests.faults.checker import Verdict
from tests.faults.long.workshop import Progress, Workshop
from tests.faults.trials import TRIALS, Trial, verdict_of


async def run(workshop: Workshop, *, repeats: int) -> dict[str, Any]:
    progress = Progress("controls")
    found: dict[str, Any] = {}
    for name, trial in TRIALS.items():
        without = [await _verdict(workshop, trial, trial.without) for _ in range(repeats)]
        intact = [await _verdict(workshop, trial, ()) for _ in range(repeats)]
        found[name] = {
            "repeats": repeats,
            "caught": sum(verdict.faults > 0 for verdict in without),
            "without": asdict(sum(without, Verdict())),
            "intact": asdict(sum(intact, Verdict())),
        }
        progress.says(f"{name}: caught {found[name]['caught']} of {repeats}")
    return found


async def _verdict(workshop: Workshop, trial: Trial, without: tuple[str, ...]) -> Verdict:
    async with workshop.scene(flags=(*PAGE, *trial.flags), without=without, power=trial.needs_strace) as scene:
        return await verdict_of(trial, scene)
