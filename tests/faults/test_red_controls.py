"""A checker that cannot fail proves nothing: with a defence taken out it does, and with all in place it does not."""

from __future__ import annotations

import pytest

from tests.faults.cells import PAGE
from tests.faults.conftest import Scenes
from tests.faults.powercut import STRACE
from tests.faults.trials import TRIALS, verdict_of


@pytest.fixture
def stages(request: pytest.FixtureRequest, name: str) -> Scenes:
    if TRIALS[name].needs_strace and not STRACE:
        pytest.skip("needs strace")
    stages: Scenes = request.getfixturevalue("traced_scenes" if TRIALS[name].needs_strace else "scenes")
    return stages


@pytest.mark.parametrize("name", TRIALS)
async def test_without_the_defence_the_checker_finds_a_fault(name: str, stages: Scenes) -> None:
    trial = TRIALS[name]
    async with stages(flags=(*PAGE, *trial.flags), without=trial.without) as scene:
        verdict = await verdict_of(trial, scene)
    assert verdict.faults, verdict


@pytest.mark.parametrize("name", TRIALS)
async def test_and_with_it_none(name: str, stages: Scenes) -> None:
    trial = TRIALS[name]
    async with stages(flags=(*PAGE, *trial.flags)) as scene:
        verdict = await verdict_of(trial, scene)
        assert not verdict.faults, f"{verdict}: {scene.describe()}"
        assert verdict.is_complete, f"{verdict}: {scene.describe()}"
