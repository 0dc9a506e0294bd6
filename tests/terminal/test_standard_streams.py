"""Closed standard streams: the real programs started without some of them, as shells and services do."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from tests.bound import BOUND

TOP = Path(__file__).parents[2]
REPORT = """
import os, sys
from duologue.logs import open_closed_streams
open_closed_streams()
other = os.open(os.devnull, os.O_RDONLY)
print("out", file=sys.stdout, flush=True)
print("err", file=sys.stderr, flush=True)
os.write(int(sys.argv[1]), f"{other} {sys.stdin.read()!r} {sys.stdin.isatty()} {sys.stdout.fileno()}".encode())
"""
STREAMS = (0, 1, 2)
ALL = [closed for count in range(1, 4) for closed in combinations(STREAMS, count)]


def shell(closed: tuple[int, ...]) -> str:
    """What closes these for the command after it."""
    return "".join(f" {descriptor}{'<' if descriptor == 0 else '>'}&-" for descriptor in closed)


def start(command: list[str], closed: tuple[int, ...], **how: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        ["sh", "-c", f'exec "$@"{shell(closed)}', "sh", *command],
        cwd=TOP,
        input=b"",
        capture_output=True,
        timeout=BOUND,
        check=False,
        **how,
    )


@pytest.mark.parametrize("closed", ALL)
def test_what_is_closed_is_empty_or_goes_nowhere_and_no_file_takes_its_place(closed: tuple[int, ...]) -> None:
    reading, writing = os.pipe()
    done = start([sys.executable, "-c", REPORT, str(writing)], closed, pass_fds=[writing])
    os.close(writing)
    with os.fdopen(reading) as report:
        opened, text, is_terminal, output = report.read().split(" ")
    assert int(opened) > max(STREAMS)
    assert (text, is_terminal, output) == ("''", "False", "1")
    assert done.returncode == 0
    assert done.stdout == (b"" if 1 in closed else b"out\n")
    assert done.stderr == (b"" if 2 in closed else b"err\n")


@pytest.mark.parametrize("program", ["client.py", "server.py"])
@pytest.mark.parametrize("closed", [(0,), STREAMS])
def test_the_programs_end_in_order(program: str, closed: tuple[int, ...], tmp_path: Path) -> None:
    users = tmp_path / "users.csv"
    users.write_text("clientID\n")  # a table would load pandas
    command = {
        "client.py": ["127.0.0.1", "1", "--nickname", "alice", "--no-memory"],  # nobody listens there
        "server.py": ["users", "--users", str(users)],
    }[program]
    done = start([sys.executable, program, *command], closed)
    assert done.returncode == {"client.py": 1, "server.py": 0}[program]
    assert done.stderr == b""


@pytest.mark.parametrize("program", ["client.py", "server.py"])
def test_output_that_cannot_be_written_is_one_line(program: str, tmp_path: Path) -> None:
    users = tmp_path / "users.csv"
    users.write_text("clientID\n")
    command = {
        "client.py": ["127.0.0.1", "1", "--nickname", "alice", "--no-memory"],
        "server.py": ["users", "--users", str(users)],
    }[program]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, program, *command],
            cwd=TOP, stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, timeout=BOUND, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
    assert b"No space left on device" in done.stderr
