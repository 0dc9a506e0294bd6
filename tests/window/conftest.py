"""A display, a server, windows in this process and in others; all closed whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.terminal.programs import Server, running
from tests.window.display import Gui
from tests.window.fixtures import display, open_desktop, pytest_runtest_protocol, root

__all__ = ["display", "open_desktop", "pytest_runtest_protocol", "root"]

OpenGui = Callable[..., Gui]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests that leave it running. What was said in one test is history in the next."""
    with running(tmp_path_factory.mktemp("server"), "--history", "on") as server:
        yield server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """One for a test that kills it or changes its users."""
    with running(tmp_path, "--history", "on") as server:
        yield server


@pytest.fixture
def open_gui(display: str) -> Iterator[OpenGui]:
    guis: list[Gui] = []

    def start(port: int, *arguments: str) -> Gui:
        guis.append(Gui(display, port, *arguments))
        return guis[-1]

    yield start
    for gui in guis:
        gui.close()
