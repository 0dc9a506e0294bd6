"""`make bench`: puts the same load on each server in turn, prints what came of it, and keeps it.

    make bench                                        everything, in about twenty minutes
    make bench ARGS="--only pairs,tls --rounds 1"     a part of it: printed, and not kept
    make bench ARGS="--only attacks --rounds 1"       what others notice while one client does its worst: two minutes
    make bench ARGS="--server '../older/.venv/bin/python ../older/server.py' --only pairs"

The last puts another checkout's server beside this one's; it is called `other`. Paths are as seen from the checkout.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trustme

from bench import names, plot, report
from bench.others import versions
from bench.ours import TOP
from bench.peer import Place
from bench.peers import found
from bench.processes import BenchmarkError, allow_most_descriptors, free_port
from bench.programs import build
from bench.run import Run
from bench.scenes import SCENES
from bench.workloads import Bench

SERVERS_ARE_IN = "/usr/sbin"
"""Debian's, which is not in everybody's PATH."""
RESULTS = TOP / "bench" / "results.json"
PICTURES = TOP / "docs"
ROUNDS = 3
SECONDS = 1.0
MINUTES = 20.0
"""What a run may take in all. A machine on which that is not enough for three rounds plays fewer."""


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = tuple(dict.fromkeys(scene.name for scene in SCENES))
    parser.add_argument("--only", type=_names, default=parts, metavar="PARTS", help=f"of {', '.join(parts)}")
    parser.add_argument("--peers", type=_names, default=(), help="only these servers, ours named `duologue`")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="the figures are their medians (default: 3)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each is played (default: 1)")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="no round that would end later (default: 20)")
    parser.add_argument("--server", type=_command, default=(), help="starts the server of another checkout")
    parser.add_argument("--results", type=Path, help="where a part is to be kept, or all")
    options = parser.parse_args(argv)
    if unknown := set(options.only) - set(parts):
        parser.error(f"there is no part {', '.join(unknown)}; the parts are {', '.join(parts)}")
    return options


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


def _command(text: str) -> tuple[str, ...]:
    """Its paths made absolute, since servers are started elsewhere. Links are kept: a venv's python is one."""
    return tuple(os.path.abspath(word) if "/" in word or Path(word).exists() else word for word in shlex.split(text))  # noqa: PTH100


def _certificate(folder: Path) -> Path:
    path = folder / "certificate.pem"
    trustme.CA().issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(path))
    return path


def _machine() -> Mapping[str, object]:
    system = f"{platform.system()} {platform.release()}"
    return {"cpus": os.cpu_count(), "system": system, "python": platform.python_version()}


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    """What is kept of a run."""
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
        bench = Bench(build(folder), _certificate(folder), options.seconds)
        peers, left_out = found(bench.programs, Place(folder, free_port(), bench.certificate), options.server)
        chosen = [
            peer for peer in peers if not options.peers or peer.name.split(",")[0] in (*options.peers, names.OTHER)
        ]
        run = Run(bench, chosen, [scene for scene in SCENES if scene.name in options.only])
        begin = time.monotonic()
        rounds = run.plays_all(options.rounds, options.minutes * 60)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": _machine(),
        "versions": versions(),
        "rounds": rounds,
        "seconds": round(time.monotonic() - begin),
        "left_out": left_out,
        "failed": run.failed,
        "results": run.results,
    }


def _print(kept: Mapping[str, Any]) -> None:
    print("\r\033[K", end="", file=sys.stderr)
    results = kept["results"]
    tables = (report.measurements(results), report.growth(results), report.comparison(results, names.OTHER))
    for table in (*tables, report.attacks(results), report.bounds(results)):
        if len(table) > 1:
            print(report.as_text(table), end="\n\n")
    for who, why in kept["left_out"].items():
        print(f"{who} is left out: {why}.")
    for what, why in kept["failed"].items():
        print(f"{what} FAILED: {why}")
    print(f"Medians of {kept['rounds']} rounds, {kept['seconds']} s in all.")


def main(argv: Sequence[str]) -> int:
    options = _options(argv)
    allow_most_descriptors()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C does: what was started is stopped
    os.environ["PATH"] += os.pathsep + SERVERS_ARE_IN
    kept = _measured(options)
    _print(kept)
    whole = not argv
    if whole or options.results:
        target = RESULTS if whole else options.results
        target.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    if whole:
        plot.draw(kept["results"], PICTURES)
    return 1 if kept["failed"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BenchmarkError as error:
        sys.exit(f"make bench: {error}")
