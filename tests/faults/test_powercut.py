"""A power cut takes what was written and not synced, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bound import BOUND
from tests.faults.powercut import STRACE, PowerSwitch, prefix

WRITER = """
import os, sys
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
os.pwrite(file, b"synced ", 0)
os.fdatasync(file)
os.pwrite(file, b"SYNCED", 0)
os.fsync(file)
os.pwrite(file, b"lost", 7)
os.pwrite(file, b"x", 2)
"""


@pytest.mark.skipif(STRACE is None, reason="needs strace")
def test_what_was_not_synced_is_gone(tmp_path: Path) -> None:
    data, left = tmp_path / "data", tmp_path / "left"
    data.mkdir()
    trace = tmp_path / "trace"
    subprocess.run([*prefix(trace), sys.executable, "-c", WRITER, str(data / "file")], check=True, timeout=BOUND)
    (data / "messages.db-shm").touch()
    PowerSwitch(trace).cut(data, left)
    assert (data / "file").read_bytes() == b"SYxCED lost"
    assert (left / "file").read_bytes() == b"SY\0CED \0\0\0\0"
    assert [path.name for path in left.iterdir()] == ["file"]
