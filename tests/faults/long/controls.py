"""The red controls, and the same trials with every defence in place: a piece is each of both once."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tests.faults.cells import PAGE
from tests.faults.checker import Verdict
from tests.faults.long.part import Figures, Part, added
from tests.faults.long.workshop import Workshop
from tests.faults.trials import TRIALS, Trial, verdict_of


@dataclass(frozen=True, slots=True)
class Controls(Part):
    """The figures are by the names of the trials."""

    repeats: int

    async def play(self, workshop: Workshop) -> Figures:
        piece: Figures = {}
        for name, trial in TRIALS.items():
            without = await _verdict(workshop, trial, trial.without)
            intact = await _verdict(workshop, trial, ())
            caught = int(without.faults > 0)
            piece[name] = {"repeats": 1, "caught": caught, "without": asdict(without), "intact": asdict(intact)}
        return piece

    def fits(self, figures: Figures) -> bool:
        return {*figures} == {*TRIALS}

    def add(self, figures: Figures, piece: Figures) -> Figures:
        return {name: _added(figures[name], piece[name]) for name in TRIALS}

    def is_whole(self, figures: Figures) -> bool:
        return _repeats(figures) >= self.repeats

    def so_far(self, figures: Figures) -> str:
        return f"{_repeats(figures)} of {self.repeats} plays of each control"

    def is_good(self, figures: Figures) -> bool:
        """Every control was caught, and nothing is wrong with the defences in place."""
        return all(
            found["caught"] == found["repeats"] and not Verdict(**found["intact"]).faults for found in figures.values()
        )


def _repeats(figures: Figures) -> int:
    repeats: list[int] = [found["repeats"] for found in figures.values()]
    return min(repeats)


def _added(one: Figures, other: Figures) -> Figures:
    counts = {count: one[count] + other[count] for count in ("repeats", "caught")}
    return counts | {how: added(one[how], other[how]) for how in ("without", "intact")}


async def _verdict(workshop: Workshop, trial: Trial, without: tuple[str, ...]) -> Verdict:
    async with workshop.scene(flags=(*PAGE, *trial.flags), without=without, power=trial.needs_strace) as scene:
        return await verdict_of(trial, scene)
