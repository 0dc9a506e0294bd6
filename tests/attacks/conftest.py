"""Attacks play on a stage like the scenes, with a history, as most of them are about what all share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Stage, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=True) as stage:
        yield stage
