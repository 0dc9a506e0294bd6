"""Processes of the test's own, from outside: started, told, listened to, stopped, killed; each by its own number."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.bound import BOUND

TOP = Path(__file__).parents[2]


class ChildFailed(Exception):
    """A process did not do what it was asked for."""


class Child:
    """A process that says words and numbers by the line, as in `port 4711`, and is told lines.

    `pid` stays its own until it has ended: the descriptor of it says when that is.
    """

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self._writer = writer
        self._heard: dict[str, asyncio.Queue[str]] = {}
        self._ended = asyncio.Event()
        self._listening = asyncio.create_task(self._listen(reader))

    @property
    def has_ended(self) -> bool:
        return self._ended.is_set()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while line := (await reader.readline()).decode():
                word, _, rest = line.strip().partition(" ")
                self._queue(word).put_nowait(rest)
        self._ended.set()

    def _queue(self, word: str) -> asyncio.Queue[str]:
        return self._heard.setdefault(word, asyncio.Queue())

    async def says(self, word: str, within: float = BOUND) -> str:
        """What follows `word` in the next line that begins with it."""
        hearing = asyncio.create_task(self._queue(word).get())
        over = asyncio.create_task(self._ended.wait())
        try:
            await asyncio.wait((hearing, over), timeout=within, return_when=asyncio.FIRST_COMPLETED)
            if not hearing.done():
                raise ChildFailed(f"process {self.pid} {'ended' if self.has_ended else 'lives'} and says no {word!r}")
            return hearing.result()
        finally:
            hearing.cancel()
            over.cancel()

    def is_told(self, line: str) -> None:
        """Lost where it has ended."""
        self._writer.write(f"{line}\n".encode())

    # Signals. None reaches anybody else: the pid is free again only when it has ended, and then nothing is sent.

    def _signal(self, number: signal.Signals) -> None:
        if not self.has_ended:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def kill(self) -> None:
        """SIGKILL, and wait until it has gone."""
        self._signal(signal.SIGKILL)
        await self.is_over()

    async def is_over(self) -> None:
        async with asyncio.timeout(BOUND):
            await self._ended.wait()
        self._writer.close()
        await self._listening

    async def stop(self) -> None:
        """SIGSTOP, and wait until it has stopped."""
        self._signal(signal.SIGSTOP)
        await self.has_stopped()

    async def has_stopped(self) -> None:
        async with asyncio.timeout(BOUND):
            while self._state() not in "TtZX":  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.001)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _state(self) -> str:
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return "X"

    def memory(self) -> int:
        """Resident bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return 1024 * int(status.partition("VmRSS:")[2].split()[0])

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))


class Nursery:
    """Starts children. Use with `with`; `prefix` is what the nursery itself, and all that it starts, runs under."""

    def __init__(self, prefix: Sequence[str] = ()) -> None:
        self._prefix = prefix
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Nursery:
        self._asking, theirs = socket.socketpair()
        command = [*self._prefix, sys.executable, "-m", "tests.faults.nursery", str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(command, cwd=TOP, env=_environment(), pass_fds=[theirs.fileno()])
        return self

    def __exit__(self, *_: object) -> None:
        self._asking.close()
        self._process.wait(BOUND)

    async def start(self, role: str, arguments: Mapping[str, Any], log: Path) -> Child:
        ours, theirs = socket.socketpair()
        request = json.dumps({"role": role, "arguments": arguments, "log": str(log)}).encode()
        pid = await asyncio.to_thread(self._ask, request, theirs)
        return Child(pid, *await asyncio.open_connection(sock=ours))

    def _ask(self, request: bytes, line: socket.socket) -> int:
        """The number of the process that was started, with `line` to speak with it."""
        with self._one_at_a_time, line:
            socket.send_fds(self._asking, [request], [line.fileno()])
            self._asking.settimeout(BOUND)
            answer = b""
            while not answer.endswith(b"\n"):
                part = self._asking.recv(64)
                if not part:
                    raise ChildFailed("the nursery has ended")
                answer += part
        return int(answer)


def _environment() -> dict[str, str]:
    """No coverage, which would slow the children down; one thread for numpy, as threads do not survive a fork."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "COV_"))}
    return {**kept, "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
