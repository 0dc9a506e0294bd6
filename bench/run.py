"""`make bench`: measures the server of this checkout on loopback, bounded in time, and prints a table.

Machines are shared and noisy: compare figures of one run, and the median of several.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import load

TOP = Path(__file__).resolve().parent.parent
PAIRS = 50
LOGINS = 1000
SECONDS = 3.0
SIZE = 64
WINDOW = 1024
_TICKS = os.sysconf("SC_CLK_TCK")
_START_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Running:
    process: subprocess.Popen[str]
    port: int

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0


@contextmanager
def server(folder: Path) -> Iterator[Running]:
    """A server of its own on a free port, with as many users as the workloads need, and no limits on rates."""
    users = folder / "users.csv"
    users.write_text("clientID\n" + "".join(f"user{n}\n" for n in range(1, 2 * PAIRS + LOGINS + 1)), encoding="utf-8")
    command = [sys.executable, "server.py", "--port", "0", "--users", users, "--data", folder]
    command += ["--limits", "off", "--history", "off"]
    process = subprocess.Popen(command, cwd=TOP, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        found = re.search(r"listening .*port=(\d+)", process.stderr.readline())
        if not found:
            raise SystemExit("the server did not start")
        with subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL):
            try:
                yield Running(process, int(found[1]))
            finally:
                process.terminate()  # or this would wait for `cat`, and `cat` for the server
    finally:
        process.terminate()
        process.wait(_START_WITHIN)


def row(name: str, unit: str, amount: float, seconds: float, cpu: float, mib: float) -> None:
    print(f"{name:24} {amount / seconds:14,.0f} {unit:4} {cpu / amount * 1e6:10.2f} {mib:8.1f}", flush=True)


def chats(running: Running) -> None:
    pairs = [load.pair(running.port, f"user{n}", f"user{n + 1}") for n in range(1, 2 * PAIRS, 2)]
    before = running.cpu_seconds()
    result = load.ping_pong(pairs, SIZE, SECONDS)
    row(
        f"ping-pong, {PAIRS} pairs",
        "/s",
        result.delivered,
        result.seconds,
        running.cpu_seconds() - before,
        running.resident_mib(),
    )
    before = running.cpu_seconds()
    result = load.pipelined(pairs, SIZE, SECONDS, WINDOW)
    row(
        f"pipelined, {PAIRS} pairs",
        "/s",
        result.delivered,
        result.seconds,
        running.cpu_seconds() - before,
        running.resident_mib(),
    )


def logins(running: Running) -> None:
    before, start = running.cpu_seconds(), time.perf_counter()
    people = [load.log_in(running.port, f"user{2 * PAIRS + n}") for n in range(1, LOGINS + 1)]
    row(
        "logins", "/s", len(people), time.perf_counter() - start, running.cpu_seconds() - before, running.resident_mib()
    )


def main() -> None:
    print(f"{'workload':24} {'rate':>14} {'':4} {'CPU µs':>10} {'MiB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for workload in (chats, logins):
            with server(Path(folder)) as running:
                workload(running)
    print(
        f"\nMessages of {SIZE} bytes, window {WINDOW} where pipelined. CPU is the server's own, per message or login."
    )


if __name__ == "__main__":
    main()
