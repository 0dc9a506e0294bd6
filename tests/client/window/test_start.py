"""What is missing is said; processes with a window are in tests/window."""

from __future__ import annotations

import os
import signal
import sys
import tkinter
from collections.abc import Callable
from pathlib import Path

import pytest

from duologue.client.address import Address
from duologue.client.cli import main
from duologue.client.window import app, start
from duologue.client.window.start import run_window

MemoryOf = Callable[[Address, str], Path | None]


def no_file(_: Address, __: str) -> Path | None:
    return None


def test_no_tkinter(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "tkinter", None)
    assert run_window(Address(), None, no_file) == 1
    assert "apt install python3-tk" in capsys.readouterr().err


def test_no_display(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert run_window(Address(), None, no_file) == 1
    assert "There is no display" in capsys.readouterr().err


def test_the_flags_of_the_terminal_are_those_of_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def run(address: Address, nickname: str | None, memory_of: MemoryOf, *, has_bell: bool) -> int:
        seen.extend([address, nickname, memory_of(Address("other", 2), "bob"), has_bell])
        return 7

    monkeypatch.setattr(start, "run_window", run)
    arguments = ["host", "1", "--gui", "--nickname", "alice", "--memory", "file", "--no-bell"]
    assert main(arguments) == 7
    assert seen == [Address("host", 1), "alice", Path("file"), False]


def test_each_server_and_nickname_has_a_memory_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[Path | None] = []

    def run(address: Address, nickname: str | None, memory_of: MemoryOf, *, has_bell: bool) -> int:
        places.extend(memory_of(Address("host", port), name) for port in (1, 2) for name in ("alice", "bob"))
        return 0

    monkeypatch.setattr(start, "run_window", run)
    main(["--gui"])
    assert len(set(places)) == 4


def test_a_window_is_no_plain_terminal() -> None:
    with pytest.raises(SystemExit):
        main(["--gui", "--plain"])


def test_a_fault_that_ends_the_window_still_leaves_the_server(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", display)
    handlers = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    left: list[app.App] = []
    leave = app.App.leave

    def leave_and_tell(self: app.App) -> None:
        leave(self)
        left.append(self)

    def fail(_: object, n: int = 0) -> None:
        raise LookupError("no such window")

    monkeypatch.setattr(app.App, "leave", leave_and_tell)
    monkeypatch.setattr(tkinter.Misc, "mainloop", fail)
    try:
        with pytest.raises(LookupError):
            run_window(Address(port=1), None, no_file)
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)
    assert len(left) == 1


@pytest.mark.parametrize("number", [None, signal.SIGTERM])
def test_a_window_until_it_is_closed(
    display: str, monkeypatch: pytest.MonkeyPatch, number: signal.Signals | None
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    handlers = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    begin = app.App.begin

    def begin_and_end(self: app.App, nickname: str | None) -> None:
        begin(self, nickname)
        self.root.after(50, self.leave if number is None else lambda: os.kill(os.getpid(), number))

    monkeypatch.setattr(app.App, "begin", begin_and_end)
    try:
        assert run_window(Address(port=1), None, no_file) == (128 + number if number else 0)
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)
