"""Takes each defence out, one at a time, and sees whether its test fails: `make mutations`, ten minutes at most.

Works in copies of the checkout, one for each processor, so nothing here is ever changed. `--only TEXT` plays the
defences whose name or file has this text. Each test is a fork of this process, which has imported what tests take long
to import and nothing of the project.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from tests.mutations.defences import Defence

TOP = Path(__file__).parent.parent.parent
COPIED = ("duologue", "tests", "docs", "bench", "requirements", "pyproject.toml", "server.py", "client.py", "users.csv")
ALSO_READ = ("Makefile", "README.md", "CHANGELOG.md")
LONGEST = 60.0
"""Seconds for one test: a defence against waiting without end is missed by a test that waits."""
WAITS = {"tests/page/": "12"}
OTHERS_WAIT = "5"
"""Seconds that a test waits for what has to come, by the beginning of its name: what is missed is often missed by
something that never comes. Pages try again after up to some seconds.
"""
LIBRARIES = (
    "argon2 hypothesis.stateful numpy pandas pytest_asyncio pytest_timeout trustme uvloop websockets xdist".split()
)
HOW = "-q -x --dist worksteal -p no:cacheprovider -W ignore::pytest.PytestAssertRewriteWarning".split()
OURS = "tests", "duologue", "docs", "bench"
IN_VAIN = {pytest.ExitCode.OK, pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED}
"""What pytest ends with where no test failed: all passed, or there was none. A defence that is missed can also make a
test end its process, or break pytest's own cleaning up.
"""


def defences() -> list[Defence]:
    """All of them, of every file beside this one that lists some."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py") if not path.stem.startswith("test_"))
    modules = [importlib.import_module(f"tests.mutations.{name}") for name in names]
    return [defence for module in modules for defence in getattr(module, "DEFENCES", ())]


def without(defence: Defence, source: str) -> str:
    """The file without the defence. Raises ValueError where the text does not stand there exactly once."""
    found = source.count(defence.old)
    if found != 1:
        raise ValueError(f"stands {found} times in {defence.file}")
    return source.replace(defence.old, defence.new)


async def run_tests(
    copy: Path, tests: Iterable[str], longest: float | None = LONGEST, *, wait: str, workers: int = 0
) -> int | None:
    """The exit code of pytest; None for one that took longer than so many seconds."""
    pid = os.fork()
    if not pid:
        os.environ["TESTS_WAIT"] = wait
        _run(copy, [f"-n{workers}", *tests])
    descriptor = os.pidfd_open(pid)
    over = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_reader(descriptor, over.set_result, None)
    try:
        async with asyncio.timeout(longest):
            await over
    except TimeoutError:
        os.killpg(pid, signal.SIGKILL)
        return None
    finally:
        asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(pid, 0)  # noqa: ASYNC222  # it has ended
    return os.waitstatus_to_exitcode(status)


def _run(copy: Path, tests: list[str]) -> NoReturn:
    """Be pytest in `copy`, as if started there."""
    code: int = pytest.ExitCode.INTERNAL_ERROR
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        os.chdir(copy)
        sys.path[:] = [str(copy), *(path for path in sys.path if path not in ("", str(TOP)))]
        for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
            del sys.modules[name]
        code = pytest.main([*HOW, *tests])
    finally:
        os._exit(code)


def _wait(test: str) -> str:
    return next((wait for beginning, wait in WAITS.items() if test.startswith(beginning)), OTHERS_WAIT)


async def verdict(copy: Path, defence: Defence) -> str:
    """What is wrong with the test of a defence; nothing, where it misses the defence."""
    file = copy / defence.file
    source = file.read_text(encoding="utf-8")
    try:
        file.write_text(without(defence, source), encoding="utf-8")
        code = await run_tests(copy, [defence.test], wait=_wait(defence.test))
    except ValueError as error:
        return str(error)
    finally:
        file.write_text(source, encoding="utf-8")
    return "" if code not in IN_VAIN else f"{defence.test} does not miss it (pytest ended with {code})"


async def work(copy: Path, waiting: list[Defence], faults: list[str]) -> None:
    while waiting:
        defence = waiting.pop(0)
        fault = await verdict(copy, defence)
        print(f"{'NOT MISSED' if fault else 'missed'}: {defence.name}", flush=True)
        if fault:
            faults.append(f"{defence.name}: {fault}")


def copied(to: Path) -> Path:
    to.mkdir()
    for name in (*COPIED, *ALSO_READ):
        source = TOP / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, to / name)
    return to


async def play(chosen: Sequence[Defence]) -> list[str]:
    """The faults that were found."""
    for library in LIBRARIES:
        importlib.import_module(library)
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        copies = [copied(Path(folder) / str(number)) for number in range(os.cpu_count() or 1)]
        if await run_tests(
            copies[0],
            sorted({defence.test for defence in chosen}),
            longest=None,
            wait=max(WAITS.values()),
            workers=len(copies),
        ):
            return ["the tests do not pass with all defences in place"]
        waiting = [*chosen]
        await asyncio.gather(*(work(copy, waiting, faults) for copy in copies))
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="those whose name or file has this text")
    only = parser.parse_args().only
    chosen = [defence for defence in defences() if only in defence.name or only in defence.file]
    faults = asyncio.run(play(chosen))
    print(f"{len(chosen) - len(faults)} of {len(chosen)} defences are missed when they are taken out")
    for fault in faults:
        print(f"- {fault}")
    return 1 if faults or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
