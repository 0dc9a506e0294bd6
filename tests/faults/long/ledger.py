"""The file of the figures: after every piece it holds the sum so far, and of which code that is."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.long.checkout import State
from tests.faults.long.part import Figures, Part


@dataclass(slots=True)
class Sum:
    """All that has been played of a part on one state of `duologue/`."""

    figures: Figures | None = None
    """None where no piece has come to its end yet."""
    commits: list[str] = field(default_factory=list)
    """Of which the pieces are, in order; `duologue/` is the same in all."""
    broken: list[str] = field(default_factory=list)
    """The errors that pieces ended with: what such a piece would have counted is in no figure."""

    def is_whole(self, part: Part) -> bool:
        return self.figures is not None and part.is_whole(self.figures)

    def is_good(self, part: Part) -> bool:
        return not self.broken and (self.figures is None or part.is_good(self.figures))

    def so_far(self, part: Part) -> str:
        return part.so_far(self.figures) if self.figures is not None else "nothing"

    def add(self, part: Part, piece: Figures) -> None:
        self.figures = piece if self.figures is None else part.add(self.figures, piece)

    def is_of(self, state: State | None) -> None:
        if state and state.commit not in self.commits:
            self.commits.append(state.commit)


class Ledger:
    """`path` is None for figures that nobody keeps; `written` is called with all that is in the file then."""

    def __init__(self, path: Path | None, written: Callable[[dict[str, Any]], object] = lambda known: None) -> None:
        self._path, self._written = path, written

    def find(self, name: str, part: Part, state: State | None) -> Sum:
        """What there is to go on with: nothing of another state, nor of what is in no commit."""
        known = self._read()
        entry = known.get("played", {}).get(name)
        if not entry or not state or entry["duologue"] != state.duologue:
            return Sum()
        figures = known.get(name)
        if figures is not None and not part.fits(figures):
            return Sum()
        return Sum(figures, entry["commits"], entry["broken"])

    def keep(self, name: str, part: Part, total: Sum, state: State | None) -> None:
        """In one step, so that whoever is killed meanwhile has what was there before."""
        if not self._path:
            return
        known = self._read() | {"machine": _machine()}
        known.pop(name, None)
        if total.figures is not None:
            known[name] = total.figures
        known["played"] = known.get("played", {}) | {
            name: {
                "commits": total.commits,
                "duologue": state.duologue if state else None,
                "whole": total.is_whole(part),
                "so_far": total.so_far(part),
                "broken": total.broken,
            }
        }
        beside = self._path.with_name(f".{self._path.name}.part")
        beside.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        beside.replace(self._path)
        self._written(known)

    def tell(self) -> None:
        """Write again what is made of the file: whoever was killed may have written only that."""
        if known := self._read():
            self._written(known)

    def _read(self) -> dict[str, Any]:
        if not self._path or not self._path.exists():
            return {}
        known: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        return known


def _machine() -> dict[str, Any]:
    return {
        "cpus": os.cpu_count(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
