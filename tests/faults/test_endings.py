"""A chat that ends takes nothing with it that was acknowledged."""

from __future__ import annotations

import pytest

from tests.faults.conftest import Scenes
from tests.faults.endings import ENDINGS, FLAGS, play


@pytest.mark.parametrize("name", ENDINGS)
async def test_what_was_acknowledged_arrives_after_the_end(name: str, scenes: Scenes) -> None:
    async with scenes(flags=FLAGS, talk={"rate": 500}) as scene:
        await play(scene, name)
