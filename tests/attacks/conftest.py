"""Every attack plays on a watched loop: nothing that anybody does may keep it for long. How little it does to others is
counted, not timed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.server.net import paced_connection
from tests.scenes.conftest import WatchedUvloop, never_blocked, warmed_up
from tests.stage import Stage, opened

__all__ = ["never_blocked", "warmed_up"]


def pytest_asyncio_loop_factories() -> dict[str, type[WatchedUvloop]]:
    return {"uvloop": WatchedUvloop}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here needs the gap between two messages of the old doors."""
    monkeypatch.setattr(paced_connection, "GAP", 0.002)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """With a history, as most attacks are about what all share."""
    async with opened(tmp_path, history=True) as stage:
        yield stage
