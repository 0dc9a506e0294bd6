"""Every fault and every step of the matrix (docs/faults.md), a handful of them; all of them with `make faults`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.cells import FAULTS, NEED_STRACE, PAGE, POWER_CUT, STEPS, play
from tests.faults.conftest import Scenes
from tests.faults.powercut import STRACE

TALK = {"rate": 500}


def handful() -> Iterator[tuple[str, str]]:
    """A killed server at each step, and the other faults at one step each."""
    steps = [*STEPS]
    for number, fault in enumerate(FAULTS):
        yield steps[number % len(steps)], fault
    for step in steps:
        yield step, "SIGKILL server"


CELLS = sorted({*handful()})


@pytest.mark.parametrize(("step", "fault"), [cell for cell in CELLS if cell[1] != POWER_CUT])
async def test_nothing_acknowledged_is_lost(step: str, fault: str, scenes: Scenes) -> None:
    if fault in NEED_STRACE and not STRACE:
        pytest.skip("needs strace")
    async with scenes(flags=PAGE, talk=TALK) as scene:
        await scene.opens()
        await play(scene, step, fault)


@pytest.mark.skipif(STRACE is None, reason="needs strace")
@pytest.mark.parametrize("step", ["after commit, before ack", "ack lost", "in the middle of a replay"])
async def test_nor_by_a_power_cut(step: str, traced_scenes: Scenes) -> None:
    async with traced_scenes(flags=PAGE, talk=TALK) as scene:
        await scene.opens()
        await play(scene, step, POWER_CUT)
