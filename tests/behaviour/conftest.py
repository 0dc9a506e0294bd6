"""Every promise is shown on a fresh server with all its front doors open, on the event loop that the server runs on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvloop

from duologue.server.net import paced_connection
from duologue.server.people import watchers
from tests.behaviour.house import UNHURRIED, House, opened_house


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "unhurried: with the gap between two messages that people get")


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(autouse=True)
def hurried(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gap between two messages is shorter than people out there need: here each read is done before the server goes
    on. What is about the gap itself is marked `unhurried`.
    """
    if not request.node.get_closest_marker("unhurried"):
        monkeypatch.setattr(paced_connection, "GAP", 0.002)
        monkeypatch.setattr(watchers, "TELL_AFTER", 0.02)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path, limits=UNHURRIED) as house:
        yield house


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[House]:
    """One with a history."""
    async with opened_house(tmp_path, limits=UNHURRIED, history=True) as house:
        yield house
