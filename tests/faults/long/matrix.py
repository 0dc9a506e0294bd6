"""Every cell of the matrix, many times."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import asdict
from itertools import product
from typing import Any

from tests.faults.cells import FAULTS, NEED_STRACE, PAGE, POWER_CUT, STEPS, play
from tests.faults.checker import Verdict
from tests.faults.long.workshop import Progress, Workshop
from tests.faults.powercut import STRACE

PLAYS_PER_SCENE = 20
"""After so many the journals are long, and others should have a new server too."""

LANES = 8
"""Scenes at a time: most of what one does is wait."""

Cell = tuple[str, str]


class Matrix:
    def __init__(self, workshop: Workshop, repeats: int) -> None:
        self._workshop = workshop
        self._repeats = repeats
        self._progress = Progress("matrix")
        self.verdict = Verdict()
        self.played: Counter[Cell] = Counter()
        self.failed: list[tuple[str, str, str]] = []

    async def run(self) -> None:
        cells = [cell for cell in product(STEPS, FAULTS) if STRACE or cell[1] not in NEED_STRACE]
        plays = cells * self._repeats
        random.shuffle(plays)
        self._total = len(plays)
        cuts = [cell for cell in plays if cell[1] == POWER_CUT]
        others = [cell for cell in plays if cell[1] != POWER_CUT]
        lanes = [self._lane(others[number :: LANES - 1], power=False) for number in range(LANES - 1)]
        await asyncio.gather(*lanes, self._lane(cuts, power=True))

    async def _lane(self, plays: list[Cell], *, power: bool) -> None:
        waiting = plays[::-1]
        while waiting:
            cell = "opening", "none"
            with suppress(Exception):  # it has been noted
                async with self._workshop.scene(flags=PAGE, talk={"rate": 500}, power=power) as scene:
                    try:
                        await scene.opens()
                        for _ in range(min(PLAYS_PER_SCENE, len(waiting))):
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


async def run(workshop: Workshop, *, repeats: int) -> dict[str, Any]:
    matrix = Matrix(workshop, repeats)
    await matrix.run()
    return {
        "steps": [*STEPS],
        "faults": [*FAULTS],
        "cells": len(matrix.played),
        "plays": matrix.played.total(),
        "fewest": min(matrix.played.values()),
        "failed": matrix.failed,
        "verdict": asdict(matrix.verdict),
    }
