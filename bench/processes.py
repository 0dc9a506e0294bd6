"""A server as a process of its own: started, asked what it has used, and stopped."""

from __future__ import annotations

import os
import re
import resource
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 20.0
"""Seconds in which a server has to start, and to stop."""

_PROCESS_CLOCK = 2
"""Which of a process's clocks tells all CPU time of all its threads (Linux: CPUCLOCK_SCHED)."""


class BenchmarkError(Exception):
    """A measurement that could not be made; the text says whose doing that was."""


@dataclass(frozen=True, slots=True)
class Process:
    """`started_in` is how many seconds passed until the port accepted."""

    pid: int
    port: int
    started_in: float

    def cpu_seconds(self) -> float:
        """User and system time so far, to the nanosecond, of the process and the children that it has now."""
        return sum(time.clock_gettime((~pid << 3) | _PROCESS_CLOCK) for pid in _family(self.pid))

    def resident_kib(self) -> float:
        return sum(_resident_kib(pid) for pid in _family(self.pid))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text(encoding="ascii").split():
            yield from _family(int(child))


def _resident_kib(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    return int(found[1]) if found else 0


@contextmanager
def started(command: Sequence[str], port: int, folder: Path, environment: Mapping[str, str]) -> Iterator[Process]:
    """A process that accepts on `port`, with `environment` besides this one's.

    What it says goes into `folder`, and the end of it into the error when it does not start or something fails with it.
    """
    variables = {**os.environ, **environment}
    log = folder / "server.log"
    begin = time.perf_counter()
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            command, cwd=folder, stdout=file, stderr=file, stdin=subprocess.DEVNULL, env=variables
        )
    try:
        _wait_for(port, process, Path(command[0]).name)
        yield Process(process.pid, port, time.perf_counter() - begin)
    except BenchmarkError as error:
        raise BenchmarkError(f"{error}\nThe server said last: {_end_of(log)}") from error
    finally:
        _stop(process)


def _wait_for(port: int, process: subprocess.Popen[bytes], name: str) -> None:
    deadline = time.perf_counter() + PATIENCE
    while not _accepts(port):
        if process.poll() is not None or time.perf_counter() > deadline:
            raise BenchmarkError(f"{name} did not start.")
        time.sleep(0.002)


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def allow_most_descriptors() -> None:
    """As many open sockets as the system lets this process, and those that it starts, have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
