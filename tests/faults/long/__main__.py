"""`make faults`: plays the long form, part by part, and keeps the figures in docs/faults.json and docs/faults.md.

Each part is played in pieces, and after each the sum so far is kept. Stopped or killed, it goes on where it was when it
is called again, as long as `duologue/` is the same; of another state of it each part begins anew. What is whole is not
played again. The exit code is 1 where a fault was found, 2 where nothing can be kept, and 130 when it was stopped.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from docs import make_faults
from tests.faults.long.acks import Acks
from tests.faults.long.checkout import NoStateError, State, state_of
from tests.faults.long.controls import Controls
from tests.faults.long.detection import Detection
from tests.faults.long.endings import Endings
from tests.faults.long.leaks import Leaks
from tests.faults.long.ledger import Ledger, Sum
from tests.faults.long.matrix import Matrix
from tests.faults.long.part import Part
from tests.faults.long.playing import ChangedMeanwhileError, Look, play
from tests.faults.long.reader import Reader
from tests.faults.long.storm import Storms

GIB = 1 << 30

FULL: dict[str, Part] = {
    "acks": Acks(seconds=30),
    "detection": Detection(),
    "controls": Controls(repeats=10),
    "leaks": Leaks(faults=300),
    "reader": Reader(size=GIB),
    "endings": Endings(repeats=100),
    "storm": Storms(messages=1_000_000, minutes=45, kills=200, cuts=50),
    "matrix": Matrix(repeats=100),
}
"""The short ones first."""

QUICK: dict[str, Part] = {
    "acks": Acks(seconds=2),
    "controls": Controls(repeats=1),
    "leaks": Leaks(faults=10),
    "reader": Reader(size=GIB // 32),
    "endings": Endings(repeats=1),
    "storm": Storms(messages=20_000, minutes=0.5, kills=2, cuts=1),
    "matrix": Matrix(repeats=1),
}

NOTHING_KEPT = 2
STOPPED = 130


def main(argv: Sequence[str] | None = None, full: dict[str, Part] = FULL, look: Look = state_of) -> int:
    asked = _options(argv, full)
    parts = QUICK if asked.quick else full
    into: Path | None = asked.figures or (None if asked.quick else make_faults.FIGURES)
    has_to_be_known = into is not None and into.resolve() == make_faults.FIGURES.resolve()
    ledger = Ledger(into, make_faults.write if has_to_be_known else lambda known: None)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins without it
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        return _play_all(
            {name: parts[name] for name in asked.only or parts},
            ledger,
            look if has_to_be_known else lambda: _if_known(look),
            anew=asked.anew,
            until=time.monotonic() + 60 * asked.minutes,
        )
    except (NoStateError, ChangedMeanwhileError) as error:
        print(f"make faults: {error}", file=sys.stderr)  # noqa: T201 - for a person
        return NOTHING_KEPT
    except KeyboardInterrupt:
        print("stopped; what was kept stays, and the next call goes on from there", file=sys.stderr)  # noqa: T201
        return STOPPED


def _options(argv: Sequence[str] | None, parts: dict[str, Part]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=parts, metavar="PART", help=", ".join(parts))
    parser.add_argument("--minutes", type=float, default=float("inf"), help="no piece begins later than that")
    parser.add_argument("--anew", action="store_true", help="forget what has been played of these parts")
    parser.add_argument("--quick", action="store_true", help="small, to see that it works; kept nowhere")
    parser.add_argument("--figures", type=Path, help="the file for the figures (docs/faults.json)")
    asked = parser.parse_args(argv)
    if asked.quick and asked.only and (unknown := {*asked.only} - {*QUICK}):
        parser.error(f"nothing is quick about {', '.join(unknown)}")
    return asked


def _if_known(look: Look) -> State | None:
    try:
        return look()
    except NoStateError:
        return None


def _play_all(parts: dict[str, Part], ledger: Ledger, look: Look, *, anew: bool, until: float) -> int:
    ledger.tell()
    sums: dict[str, Sum] = {}
    for name, part in parts.items():
        sums[name] = total = Sum() if anew else ledger.find(name, part, look())
        if total.is_whole(part):
            _tell(f"{name}: whole already, of {', '.join(total.commits)}")
        elif time.monotonic() < until:
            play(name, part, ledger, total, look, lambda: time.monotonic() >= until)
    for name, part in parts.items():
        if not sums[name].is_whole(part):
            _tell(f"{name} is not whole: {sums[name].so_far(part)}")
    bad = [name for name, part in parts.items() if not sums[name].is_good(part)]
    if bad:
        _tell(f"faults were found: {', '.join(bad)}")
    return 1 if bad else 0


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - for a person


if __name__ == "__main__":
    sys.exit(main())
