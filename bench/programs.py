"""The programs that put load on a server: those in C are built, and all are told what to do by lines."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import BenchmarkError

_SOURCES = Path(__file__).parent
_OPTIONS = ("-O2", "-w")
_WITH_TLS = ("-DWITH_TLS", "-lssl", "-lcrypto")


@dataclass(frozen=True, slots=True)
class Programs:
    load: Path
    limit: Path
    three_sockets: Path
    with_tls: bool
    """Whether the load can speak TLS: it is built with OpenSSL where its headers are installed."""


def build(folder: Path) -> Programs:
    """All of them, into `folder`. Raises BenchmarkError."""
    if not shutil.which("cc"):
        raise BenchmarkError("there is no C compiler `cc` here; on Debian and Ubuntu: apt install gcc libc6-dev")
    load, limit, three_sockets = (folder / name for name in ("load", "limit", "three_sockets"))
    with_tls = not _compiled("load.c", load, _WITH_TLS)
    relays = (("limit.c", limit), ("three_sockets.c", three_sockets))
    for name, target in (*relays, *([] if with_tls else [("load.c", load)])):
        if fault := _compiled(name, target):
            raise BenchmarkError(f"{name} cannot be built: {fault}")
    return Programs(load, limit, three_sockets, with_tls)


def _compiled(name: str, target: Path, libraries: Sequence[str] = ()) -> str:
    """What was wrong; "" when nothing was."""
    command = ["cc", *_OPTIONS, "-o", str(target), str(_SOURCES / name), "-lm", *libraries]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    return built.stderr.strip() if built.returncode else ""


class Load:
    """A running load generator: load.c, or a program in Python that is spoken to in the same way."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def does(self, *words: object) -> Mapping[str, float]:
        """One thing, from begin to end, and what it says of it."""
        self.begins(*words)
        return self.ends()

    def begins(self, *words: object) -> None:
        assert self._process.stdin
        self._process.stdin.write("\t".join(map(str, words)) + "\n")
        self._process.stdin.flush()

    def ends(self) -> Mapping[str, float]:
        assert self._process.stdout
        answer = self._process.stdout.readline()
        if not answer:
            raise BenchmarkError(f"the load gave up: {self._last_words()}")
        return {name: float(value) for name, value in (pair.split("=") for pair in answer.split())}

    def _last_words(self) -> str:
        assert self._process.stderr
        return self._process.stderr.read().strip() or f"exit code {self._process.wait()}"


@contextmanager
def loading(program: Path, port: int, steps: Sequence[str], *, tls: bool = False, first: int = 0) -> Iterator[Load]:
    """The load on `port`, by clients that are numbered from `first`."""
    with running([str(program), str(port), "tls" if tls else "clear", str(first), *steps]) as load:
        yield load


@contextmanager
def running(command: Sequence[str]) -> Iterator[Load]:
    """Such a program, which finds our modules."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=_SOURCES.parent, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield Load(process)
        finally:
            process.kill()  # it holds nothing that would have to be saved
