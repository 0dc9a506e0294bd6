"""The real server.py in a pseudo-terminal: SIGHUP means a closed window, or a users file that has changed."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from ptyprocess import PtyProcess

from tests.bound import BOUND
from tests.terminal.programs import ROOT


@pytest.fixture
def server(tmp_path: Path) -> PtyProcess:
    users = tmp_path / "users.csv"
    users.write_text("clientID\nalice\n", encoding="utf-8")
    where = ["--port", "0", "--users", str(users), "--data", str(tmp_path)]
    process = PtyProcess.spawn([sys.executable, "server.py", *where], cwd=ROOT)
    reads_until(process, b"listening")
    return process


def reads_until(process: PtyProcess, word: bytes) -> None:
    heard = b""
    while word not in heard:
        heard += process.read(1024)  # EOFError when the server ends; the test's own time limit otherwise


def exit_code(process: PtyProcess) -> int:
    deadline = time.monotonic() + BOUND
    while time.monotonic() < deadline:
        pid, status = os.waitpid(process.pid, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    raise AssertionError("still running")


def test_closing_the_window_stops_the_server(server: PtyProcess) -> None:
    server.fileobj.close()
    assert exit_code(server) == 0


def test_a_signal_from_the_operator_rereads_the_users(server: PtyProcess) -> None:
    server.kill(signal.SIGHUP)
    reads_until(server, b"users file reread")
    server.kill(signal.SIGTERM)
    with contextlib.suppress(EOFError):
        reads_until(server, b"server shut down")
    assert exit_code(server) == 0
