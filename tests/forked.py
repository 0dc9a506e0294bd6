"""server.py as a process that is forked from one that has imported everything: its start takes a tenth of the time.

That the program itself starts is for tests/server/test_cli.py to show.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection

from duologue.server.cli import main

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([main.__module__, "uvloop", __name__])


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


def _run(stderr: Connection, arguments: list[str]) -> None:
    os.dup2(stderr.fileno(), 2)
    stderr.close()
    sys.exit(main(arguments))
