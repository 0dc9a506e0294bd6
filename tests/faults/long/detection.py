"""How soon a loss is noticed with the settings that everybody has: on each socket alone, and on all three."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict

from duologue.client.connection import Timing
from duologue.core.commands.chat import SocketKind
from duologue.settings import Settings
from tests.faults.checker import Verdict
from tests.faults.long.part import Figures, Part
from tests.faults.long.workshop import Progress, Workshop
from tests.faults.proxy import ALL, Weather
from tests.faults.scene import Person, Scene, until

DEFAULTS = Settings()
FLAGS = ("--heartbeat", str(DEFAULTS.heartbeat), "--dead-after", str(DEFAULTS.dead_after))
TIMING = {"heartbeat": Timing().heartbeat, "dead_after": Timing().dead_after}
WITHIN = 120.0

STOPS = (5.0, 60.0)
"""Seconds for which a process is stopped."""


async def _noted(person: Person, word: str, since: float, scene: Scene) -> float:
    """Seconds from `since` until the client of `person` noted something that begins with `word`."""
    found: list[float] = []

    def is_noted() -> bool:
        person.journal.read_on()
        found.extend(note.at for note in person.journal.notes if note.at > since and note.what.startswith(word))
        return bool(found)

    await until(is_noted, scene.describe, WITHIN)
    return found[0] - since


async def _dropped(workshop: Workshop, kinds: tuple[SocketKind, ...]) -> tuple[float, float, Verdict]:
    """Seconds until the server has told the partner, and until the client has noticed by itself."""
    async with workshop.scene(flags=FLAGS, timing=TIMING) as scene:
        await scene.opens()
        alice, bob = scene.people.values()
        since = time.monotonic()
        alice.proxy.set(Weather(dropped=True), kinds)
        by_server = _noted(bob, "ChatPaused", since, scene)
        by_client = _noted(alice, "lost", since, scene)
        times = await asyncio.gather(by_server, by_client)
        alice.proxy.clear()
        scene.go_on_saying(10)
        await scene.settles(WITHIN)
        return times[0], times[1], scene.verdict()


async def _stopped(workshop: Workshop, seconds: float) -> Verdict:
    async with workshop.scene(flags=FLAGS, timing=TIMING) as scene:
        await scene.opens()
        bob = scene.people["bob"].child
        await bob.stop()
        scene.go_on_saying(100)
        await asyncio.sleep(seconds)
        bob.go_on()
        await scene.settles(WITHIN)
        return scene.verdict()


class Detection(Part):
    async def play(self, workshop: Workshop) -> Figures:
        progress = Progress("detection")
        lanes = {kind.value: (kind,) for kind in SocketKind} | {"all three": ALL}
        dropped = asyncio.gather(*(_dropped(workshop, kinds) for kinds in lanes.values()))
        stopped = asyncio.gather(*(_stopped(workshop, seconds) for seconds in STOPS))
        losses, stops = await dropped, await stopped
        progress.says("done")
        verdicts = [*stops, *(verdict for _, _, verdict in losses)]
        return {
            "dead_after": DEFAULTS.dead_after,
            "by_server": {name: loss[0] for name, loss in zip(lanes, losses, strict=True)},
            "by_client": {name: loss[1] for name, loss in zip(lanes, losses, strict=True)},
            "stops": STOPS,
            "verdict": asdict(sum(verdicts, Verdict())),
        }
