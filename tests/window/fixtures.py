"""Fixtures for whatever needs a display: in tests/window and tests/client/window."""

from __future__ import annotations

import gc
import os
import tkinter
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

import pytest

from tests.window.desktop import Desktop
from tests.window.display import missing, virtual_display

OpenDesktop = Callable[..., Desktop]

_INTERPRETERS: list[object] = []
"""Never let go of: Tcl aborts the process when the last reference to one goes in another thread than its own."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What a test leaves of Tk is collected here, in Tk's own thread."""
    done = yield
    if "display" in getattr(item, "fixturenames", ()):
        gc.collect()
    return done


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    why = missing()
    if why:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no virtual display: {why}")
    with virtual_display() as name:
        yield name


@pytest.fixture
def root(display: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tkinter.Tk]:
    monkeypatch.setenv("DISPLAY", display)
    root = tkinter.Tk(className="Duologue")
    _INTERPRETERS.append(root.tk)
    yield root
    with suppress(tkinter.TclError):  # the test has destroyed it
        root.destroy()


@pytest.fixture
def open_desktop(root: tkinter.Tk) -> Iterator[OpenDesktop]:
    """Its windows are this process's, so there is one at a time."""
    desktops: list[Desktop] = []

    def start(port: int, nickname: str | None = None) -> Desktop:
        desktops.append(Desktop(root, port, nickname))
        return desktops[-1]

    yield start
    for desktop in desktops:
        desktop.close()
