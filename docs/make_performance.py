"""Fills in the parts of docs/performance.md that are made from the last whole run, bench/results.json: `make bench`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import report

PAGE = Path(__file__).with_name("performance.md")
FIGURES = Path(__file__).parent.parent / "bench" / "results.json"


def page(text: str, kept: Mapping[str, Any]) -> str:
    """Return the page's `text`, with every generated part according to the run's figures, `kept`."""
    parts = {
        "run": _run(kept),
        "bounds": report.as_markdown(report.bounds(kept["results"])),
        "attacks": _attacks(kept),
        "growth": report.as_markdown(report.growth(kept["results"])),
        "results": report.as_markdown(report.measurements(kept["results"])),
    }
    for name, made in parts.items():
        text = _filled(text, name, made)
    return text


def _filled(text: str, name: str, made: str) -> str:
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    return text[: text.index(begin) + len(begin)] + made + text[text.index(end) :]


def _attacks(kept: Mapping[str, Any]) -> str:
    head, *rows = report.attacks(kept["results"])
    return report.as_markdown([head, *rows]) if rows else "No attacks were part of this run.\n"


def _run(kept: Mapping[str, Any]) -> str:
    machine = kept["machine"]
    lines = [
        f"Measured on {kept['date']} with {machine['cpus']} processors, {machine['system']}, "
        f"Python {machine['python']}: medians of {kept['rounds']} rounds, {kept['seconds']} s in all.",
        "",
        *(f"- {name} {version}" for name, version in kept["versions"].items()),
    ]
    lines += [f"- {who} was left out: {why}" for who, why in kept["left_out"].items()]
    lines += [f"- {what} failed: {why.splitlines()[0]}" for what, why in kept["failed"].items()]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    made = page(PAGE.read_text(encoding="utf-8"), json.loads(FIGURES.read_text(encoding="utf-8")))
    PAGE.write_text(made, encoding="utf-8")
