"""server.py and client.py as processes that are forked from one that has imported everything: their start takes a tenth
of the time.

That the programs themselves start, and do the same, is for a few tests of tests/server/test_cli.py to show, and for the
first of tests/terminal/test_client_in_a_terminal.py.
"""

from __future__ import annotations

import fcntl
import io
import multiprocessing
import os
import signal
import sys
import termios
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

from duologue.client import cli as client_cli
from duologue.server import cli as server_cli
from tests.bound import BOUND

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["uvloop", "duologue.client.terminal.app", __name__])

ROOT = Path(__file__).parents[1]


class ForkedServer:
    """What `subprocess.Popen([sys.executable, "server.py", *arguments], stderr=PIPE, text=True)` would be."""

    def __init__(self, arguments: Sequence[str]) -> None:
        reading, writing = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_run, args=(writing, list(arguments)), daemon=True)
        self._process.start()
        writing.close()
        self.stderr = io.TextIOWrapper(io.FileIO(os.dup(reading.fileno())))
        reading.close()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    def send_signal(self, number: int) -> None:
        """Harmless when it has ended already."""
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float) -> int:
        """The exit code. Raises TimeoutError where it does not end within so many seconds."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError
        return self._process.exitcode


def called_server(arguments: Sequence[str], typed: str = "") -> CompletedProcess[str]:
    """What `subprocess.run([sys.executable, "server.py", *arguments], input=typed, capture_output=True, text=True)`
    would be.
    """
    with TemporaryDirectory(prefix="duologue-") as name:
        streams = [Path(name) / stream for stream in ("in", "out", "err")]
        streams[0].write_text(typed, encoding="utf-8")
        process = _CONTEXT.Process(target=_call, args=(streams, list(arguments)), daemon=True)
        process.start()
        process.join(BOUND)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError
        _, out, err = (stream.read_text(encoding="utf-8") for stream in streams)
        return CompletedProcess(arguments, process.exitcode, out, err)


def _call(streams: Sequence[Path], arguments: list[str]) -> None:
    for descriptor, path in enumerate(streams):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, descriptor)
        os.close(opened)
    _open_streams()
    sys.exit(server_cli.main(arguments))


def _open_streams() -> None:
    """A process that is forked has none; they last as long as it does."""
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115


def _run(stderr: Connection, arguments: list[str]) -> None:
    os.dup2(stderr.fileno(), 2)
    stderr.close()
    sys.exit(server_cli.main(arguments))


class ForkedClient:
    """What `PtyProcess.spawn([sys.executable, "client.py", *arguments], ROOT, environ, dimensions=size)` would be.

    `fd` is the terminal's other end; `size` is lines and columns.
    """

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], size: tuple[int, int]) -> None:
        self.fd, theirs = os.openpty()
        termios.tcsetwinsize(theirs, size)
        with Connection(theirs) as terminal:
            self._process = _CONTEXT.Process(
                target=_run_client, args=(terminal, list(arguments), dict(environ)), daemon=True
            )
            self._process.start()

    def setwinsize(self, lines: int, columns: int) -> None:
        termios.tcsetwinsize(self.fd, (lines, columns))

    def kill(self, number: int) -> None:
        """Harmless when it has ended already."""
        if self._process.exitcode is None and self._process.pid:
            os.kill(self._process.pid, number)

    def wait(self, timeout: float) -> int | None:
        """The exit code; None where it does not end within so many seconds."""
        self._process.join(timeout)
        return self._process.exitcode

    def terminate(self) -> None:
        """As when the window of a terminal is closed."""
        self.kill(signal.SIGHUP)
        if self.wait(BOUND) is None:
            self.kill(signal.SIGKILL)
            self.wait(BOUND)

    def close(self) -> None:
        os.close(self.fd)


def _run_client(terminal: Connection, arguments: list[str], environ: dict[str, str]) -> None:
    os.setsid()
    fcntl.ioctl(terminal.fileno(), termios.TIOCSCTTY, 0)
    for descriptor in range(3):
        os.dup2(terminal.fileno(), descriptor)
    terminal.close()
    _open_streams()
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(ROOT)
    sys.exit(client_cli.main(arguments))
