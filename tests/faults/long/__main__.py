"""`make faults`: plays the long form, part by part, and keeps the figures in docs/faults.json.

`--only PART` plays one part, the figures of the others stay; `--quick` plays all of them small, into no file. The exit
code is 1 where a part found a fault.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from duologue.server.cli import new_event_loop
from tests.faults.checker import Verdict
from tests.faults.long import acks, controls, detection, endings, leaks, matrix, reader, storm
from tests.faults.long.workshop import Workshop

FIGURES = Path(__file__).parents[3] / "docs" / "faults.json"

Part = Callable[[Workshop], Awaitable[dict[str, Any]]]

GIB = 1 << 30

FULL: dict[str, Part] = {
    "controls": partial(controls.run, repeats=10),
    "detection": detection.run,
    "endings": partial(endings.run, repeats=100),
    "acks": partial(acks.run, seconds=30),
    "leaks": partial(leaks.run, faults=300),
    "reader": partial(reader.run, size=GIB),
    "storm": partial(storm.run, messages=1_000_000, minutes=45, kills=200, cuts=50),
    "matrix": partial(matrix.run, repeats=100),
}

QUICK: dict[str, Part] = {
    "controls": partial(controls.run, repeats=1),
    "endings": partial(endings.run, repeats=1),
    "acks": partial(acks.run, seconds=2),
    "leaks": partial(leaks.run, faults=10),
    "reader": partial(reader.run, size=GIB // 32),
    "storm": partial(storm.run, messages=20_000, minutes=0.5, kills=2, cuts=1),
    "matrix": partial(matrix.run, repeats=1),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--only", action="append", choices=FULL, metavar="PART", help=", ".join(FULL))
    parser.add_argument("--quick", action="store_true", help="small, to see that it works")
    parser.add_argument("--figures", type=Path, help="the file for the figures (docs/faults.json)")
    asked = parser.parse_args()
    parts = QUICK if asked.quick else FULL
    into = asked.figures or (None if asked.quick else FIGURES)
    are_good = True
    for name in asked.only or parts:
        with Workshop() as workshop, asyncio.Runner(loop_factory=new_event_loop) as runner:
            figures = runner.run(_played(parts[name], workshop))
        print(json.dumps({name: figures}, indent=1))  # noqa: T201 - for a person
        if into:
            _keep(into, name, figures)
        if workshop.kept:
            print(f"scenes that failed are kept: {workshop.kept}", file=sys.stderr)  # noqa: T201
        are_good = are_good and _is_good(name, figures)
    return 0 if are_good else 1


def _is_good(name: str, figures: dict[str, Any]) -> bool:
    """Nothing was lost, doubled, moved, invented or broken, and every control was caught."""
    if name == "controls":
        return all(
            found["caught"] == found["repeats"] and not Verdict(**found["intact"]).faults for found in figures.values()
        )
    verdict = Verdict(**figures.get("verdict", {}))
    return not figures.get("failed") and not verdict.faults and verdict.is_complete


async def _played(part: Part, workshop: Workshop) -> dict[str, Any]:
    return await part(workshop)


def _keep(path: Path, name: str, figures: dict[str, Any]) -> None:
    """After each part, so that a later one that fails costs no other's."""
    known = json.loads(path.read_text()) if path.exists() else {}
    known |= {name: figures, "machine": _machine()}
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


def _machine() -> dict[str, Any]:
    return {
        "cpus": os.cpu_count(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


if __name__ == "__main__":
    sys.exit(main())
