"""Every attack plays on a watched loop: nothing that anybody does may keep it for long."""

from __future__ import annotations

from tests.scenes.conftest import WatchedUvloop, never_blocked, warmed_up

__all__ = ["never_blocked", "warmed_up"]


def pytest_asyncio_loop_factories() -> dict[str, type[WatchedUvloop]]:
    return {"uvloop": WatchedUvloop}
