"""Attacks come on the event loop that the server runs on; how little they may do to others is counted, not timed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import uvloop

from duologue.net import paced_connection


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here needs the gap between two messages of the old doors."""
    monkeypatch.setattr(paced_connection, "GAP", 0.002)
