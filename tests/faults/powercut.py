"""What a power cut leaves of the server's files: of what was written, only what had been synced by then.

A server runs under strace, which notes each write and each sync. After the cut (a kill, so that nothing moves any more)
the files are copied, and every byte that was written and not synced is made zero in the copy. Names of files count as
durable at once, and SQLite's shared memory, which is made anew, does not come along.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

STRACE = shutil.which("strace")

_CALLS = "pwrite64,fsync,fdatasync"
# pid call(fd<path>, … [, count, offset]) = result: with -y a file descriptor comes with its path.
_CALL = re.compile(r"\d+ +(\w+)\(\d+<([^>]*)>(.*)\) += (\d+)$")


def prefix(trace: Path) -> list[str]:
    """The command that a nursery has to run under."""
    assert STRACE
    return [
        STRACE,
        "--seccomp-bpf",
        "-f",
        "-y",
        "-qq",
        "-s",
        "0",
        "-e",
        "signal=none",
        "-e",
        f"trace={_CALLS}",
        "-o",
        str(trace),
    ]


class PowerSwitch:
    """Follows a trace, and knows at any moment which bytes of which file are not synced."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace
        self._place = 0
        self._begun: dict[str, str] = {}
        self._unsynced: dict[str, list[tuple[int, int]]] = {}

    def cut(self, folder: Path, left: Path) -> None:
        """Make `left` what the power cut leaves of `folder`, in which nobody writes any more."""
        self._read_on()
        left.mkdir(mode=0o700)
        for path in folder.iterdir():
            if path.is_file() and not path.name.endswith("-shm"):
                shutil.copy(path, left / path.name)
                self._take_back(path, left / path.name)
        self._unsynced.clear()

    def _take_back(self, path: Path, copy: Path) -> None:
        size = copy.stat().st_size
        with copy.open("rb+") as file:
            for start, count in self._unsynced.get(str(path), ()):
                file.seek(start)
                file.write(bytes(max(0, min(count, size - start))))

    def _read_on(self) -> None:
        with self._trace.open("rb") as file:
            file.seek(self._place)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._place += len(whole)
        for line in self._joined(whole.decode(errors="replace").splitlines()):
            self._note(line)

    def _joined(self, lines: Iterable[str]) -> Iterator[str]:
        """strace breaks a call in two where another thread's comes between; it counts when it returns."""
        for line in lines:
            pid = line.split(maxsplit=1)[0]
            if line.endswith(" <unfinished ...>"):
                self._begun[pid] = line.removesuffix(" <unfinished ...>")
            elif resumed := re.search(r"<\.\.\. \w+ resumed>", line):
                yield self._begun.pop(pid, "") + line[resumed.end() :]
            else:
                yield line

    def _note(self, line: str) -> None:
        call = _CALL.match(line)
        if not call:
            return
        name, path, arguments, _ = call.groups()
        if name == "pwrite64":
            count, offset = arguments.rsplit(", ", 2)[-2:]
            self._unsynced.setdefault(path, []).append((int(offset), int(count)))
        else:
            self._unsynced.pop(path, None)


async def syncs_fail(pid: int) -> asyncio.subprocess.Process:
    """From now on every sync of this process, which runs under no strace, fails with EIO. Ends when it ends."""
    assert STRACE
    fault = "inject=fdatasync,fsync:error=EIO"
    command = [STRACE, "-f", "-e", "trace=fsync,fdatasync", "-e", fault, "-o", "/dev/null", "-p", str(pid)]
    strace = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert strace.stderr
    await strace.stderr.readuntil(b"attached")
    return strace
