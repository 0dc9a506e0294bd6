"""What every part of the long form works with: a folder, nurseries, scenes, and how it tells how far it has got."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from tests.faults.powercut import STRACE, PowerSwitch, prefix
from tests.faults.processes import Nursery
from tests.faults.scene import Scene


class Workshop:
    """Use with `with`. Folders of scenes that failed are kept, all others removed: of those that were stopped too."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="duologue-faults-"))
        self.kept: list[str] = []
        self._scenes = 0
        self._stack = ExitStack()

    def __enter__(self) -> Workshop:
        self.nursery = self._stack.enter_context(Nursery())
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        if not self.kept:
            shutil.rmtree(self.folder)

    @asynccontextmanager
    async def scene(self, *, power: bool = False, **how: Any) -> AsyncIterator[Scene]:
        """A scene; with `power` one whose power can be cut."""
        self._scenes += 1
        folder = self.folder / str(self._scenes)
        folder.mkdir()
        with ExitStack() as stack:
            nursery = self._traced(stack, folder) if power else self.nursery
            switch = PowerSwitch(folder / "trace") if power else None
            try:
                async with Scene(folder, nursery, self.nursery, power=switch, **how) as scene:
                    yield scene
            except Exception:
                self.kept.append(str(folder))
                raise
        await asyncio.to_thread(shutil.rmtree, folder)

    def _traced(self, stack: ExitStack, folder: Path) -> Nursery:
        assert STRACE, "power cuts need strace"
        return stack.enter_context(Nursery(prefix(folder / "trace")))


class Progress:
    """One line on the terminal now and then."""

    def __init__(self, part: str, every: float = 10.0) -> None:
        self._part, self._every = part, every
        self._began = self._last = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def tells(self, text: str) -> None:
        now = time.monotonic()
        if now - self._last >= self._every:
            self._last = now
            self.says(text)

    def says(self, text: str) -> None:
        print(f"{self._part}: {self.seconds:.0f} s, {text}", file=sys.stderr, flush=True)  # noqa: T201 - for a person


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0.0 of none."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0
