"""Chats that end while messages are on their way, many times: a piece is each of the endings once."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tests.faults.checker import Verdict
from tests.faults.endings import ENDINGS, FLAGS, play
from tests.faults.long.part import Figures, Part, added
from tests.faults.long.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Endings(Part):
    repeats: int

    async def play(self, workshop: Workshop) -> Figures:
        verdict = Verdict()
        for name in ENDINGS:
            async with workshop.scene(flags=FLAGS, talk={"rate": 500}) as scene:
                await play(scene, name)
                verdict += scene.verdict()
        return {"endings": [*ENDINGS], "repeats": 1, "verdict": asdict(verdict)}

    def fits(self, figures: Figures) -> bool:
        return bool(figures["endings"] == [*ENDINGS])

    def add(self, figures: Figures, piece: Figures) -> Figures:
        repeats = figures["repeats"] + piece["repeats"]
        return piece | {"repeats": repeats, "verdict": added(figures["verdict"], piece["verdict"])}

    def is_whole(self, figures: Figures) -> bool:
        return bool(figures["repeats"] >= self.repeats)

    def so_far(self, figures: Figures) -> str:
        return f"{figures['repeats']} of {self.repeats} plays of each ending"
