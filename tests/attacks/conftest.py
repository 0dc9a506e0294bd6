"""Every attack plays on a watched loop: nothing that anybody does may keep it for long. How little it does to others is
counted, not timed.
"""

from __future__ import annotations

import pytest

from duologue.net import paced_connection
from tests.scenes.conftest import WatchedUvloop, never_blocked, warmed_up

__all__ = ["never_blocked", "warmed_up"]


def pytest_asyncio_loop_factories() -> dict[str, type[WatchedUvloop]]:
    return {"uvloop": WatchedUvloop}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here needs the gap between two messages of the old doors."""
    monkeypatch.setattr(paced_connection, "GAP", 0.002)
