"""Every cell of the matrix, many times: a piece is each of them once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import product

from tests.faults.cells import FAULTS, NEED_STRACE, PAGE, POWER_CUT, STEPS, play
from tests.faults.checker import Verdict
from tests.faults.long.part import Figures, Part, added
from tests.faults.long.workshop import Progress, Workshop
from tests.faults.powercut import STRACE

PLAYS_PER_SCENE = 20
"""After so many the journals are long, and others should have a new server too."""

LANES = 8
"""Scenes at a time: most of what one does is wait."""

Cell = tuple[str, str]


class Round:
    """All cells once, in any order."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._progress = Progress("matrix")
        self.verdict = Verdict()
        self.played: Counter[Cell] = Counter()
        self.failed: list[tuple[str, str, str]] = []

    async def run(self) -> None:
        plays = [cell for cell in product(STEPS, FAULTS) if STRACE or cell[1] not in NEED_STRACE]
        random.shuffle(plays)
        self._total = len(plays)
        cuts = [cell for cell in plays if cell[1] == POWER_CUT]
        others = [cell for cell in plays if cell[1] != POWER_CUT]
        lanes = [self._lane(others, power=False) for _ in range(LANES - 1)]
        await asyncio.gather(*lanes, self._lane(cuts, power=True))

    async def _lane(self, waiting: list[Cell], *, power: bool) -> None:
        """Until nothing is left of what the lanes take their plays from."""
        while waiting:
            cell = "opening", "none"
            with suppress(Exception):  # it has been noted
                async with self._workshop.scene(flags=PAGE, talk={"rate": 500}, power=power) as scene:
                    try:
                        await scene.opens()
                        for _ in range(PLAYS_PER_SCENE):
                            if not waiting:
                                break
                            cell = waiting.pop()
                            await play(scene, *cell)
                            self._done(cell)
                    except Exception as error:  # whatever went wrong, this play failed, and the next begins afresh
                        self._fail(cell, error)
                        raise
                    finally:
                        self.verdict += scene.verdict()

    def _fail(self, cell: Cell, error: Exception) -> None:
        self.failed.append((*cell, f"{type(error).__name__}: {error}"))
        self._progress.says(f"FAILED {cell}: {error}")
        self._done(cell)

    def _done(self, cell: Cell) -> None:
        self.played[cell] += 1
        self._progress.tells(f"{self.played.total()} of {self._total} plays, {len(self.failed)} failed")


@dataclass(frozen=True, slots=True)
class Matrix(Part):
    repeats: int

    async def play(self, workshop: Workshop) -> Figures:
        round_ = Round(workshop)
        await round_.run()
        return {
            "steps": [*STEPS],
            "faults": [*FAULTS],
            "cells": len(round_.played),
            "plays": round_.played.total(),
            "fewest": min(round_.played.values()),
            "failed": [[*failed] for failed in round_.failed],
            "verdict": asdict(round_.verdict),
        }

    def fits(self, figures: Figures) -> bool:
        return (figures["steps"], figures["faults"]) == ([*STEPS], [*FAULTS])

    def add(self, figures: Figures, piece: Figures) -> Figures:
        """As each piece plays all cells, so do the fewest plays of a cell add up."""
        counts = {count: figures[count] + piece[count] for count in ("plays", "fewest", "failed")}
        return piece | counts | {"verdict": added(figures["verdict"], piece["verdict"])}

    def is_whole(self, figures: Figures) -> bool:
        return bool(figures["fewest"] >= self.repeats)

    def so_far(self, figures: Figures) -> str:
        return f"{figures['fewest']} of {self.repeats} plays of each cell"
