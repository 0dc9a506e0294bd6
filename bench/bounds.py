"""How fast is fast enough: the bounds, one table, and whether a run held them. Nothing is rounded for the verdict."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from bench import figures, names
from bench.figures import Results
from bench.growth import GROWTHS, Growth
from bench.names import ping_pong, pipelined


class Verdict(Enum):
    HELD = "held"
    NOT_HELD = "NOT HELD"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Measure:
    workload: str
    server: str
    figure: str


@dataclass(frozen=True, slots=True)
class Bound:
    """What is `mine` has to be `holds` (at least, at most) `asked` times the best of `others`; without any, `asked`.

    `otherwise` is a bound that will do instead.
    """

    mine: Measure
    holds: Callable[[float, float], bool]
    asked: float
    others: Sequence[Measure] = ()
    unit: str = "×"
    otherwise: Bound | None = None

    def measured(self, results: Results) -> float | None:
        """None: it was not measured, or nothing that it could be compared with."""
        mine = figures.rounds(results, self.mine.workload, self.mine.server, self.mine.figure)
        if not self.others:
            return figures.median(results, self.mine.workload, self.mine.server, self.mine.figure)
        ratios = [figures.ratio(mine, figures.rounds(results, *_key(other))) for other in self.others]
        known = [ratio for ratio in ratios if ratio is not None]
        worst = min if self.holds is at_least else max  # beside the best of the others
        return worst(known) if known else None

    def verdict(self, results: Results) -> Verdict:
        measured = self.measured(results)
        if measured is None:
            return Verdict.NOT_MEASURED if self.otherwise is None else self.otherwise.verdict(results)
        if self.holds(measured, self.asked):
            return Verdict.HELD
        other = self.otherwise.verdict(results) if self.otherwise else Verdict.NOT_HELD
        return Verdict.HELD if other is Verdict.HELD else Verdict.NOT_HELD

    @property
    def title(self) -> str:
        whose = "" if self.mine.server == names.OURS else f" ({self.mine.server.removeprefix(names.OURS + ', ')})"
        return f"{self.mine.workload}{whose}: {TITLES[self.mine.figure]}"

    @property
    def wording(self) -> str:
        """What is asked, in words."""
        limit = f"{'≥' if self.holds is at_least else '≤'} {self.asked:,g} {self.unit}"
        return f"{limit} {self._against()}".rstrip() + (f", or {self.otherwise.wording}" if self.otherwise else "")

    def _against(self) -> str:
        same_server = {other.workload for other in self.others} != {self.mine.workload}
        return " / ".join(other.workload if same_server else other.server for other in self.others)


@dataclass(frozen=True, slots=True)
class GrowthBound:
    """Cost has to grow by no higher power of the size than `asked`."""

    growth: Growth
    asked: float

    def measured(self, results: Results) -> float | None:
        """None: not all of its sizes were measured."""
        is_whole = len(self.growth.costs(results)) == len(self.growth.sizes)
        return self.growth.exponent(results) if is_whole else None

    def verdict(self, results: Results) -> Verdict:
        measured = self.measured(results)
        if measured is None:
            return Verdict.NOT_MEASURED
        return Verdict.HELD if measured <= self.asked else Verdict.NOT_HELD

    @property
    def title(self) -> str:
        sizes = self.growth.sizes
        return f"{self.growth.title}, from {sizes[0]:,} to {sizes[-1]:,}: growth of the CPU for each {self.growth.unit}"

    @property
    def wording(self) -> str:
        return f"exponent ≤ {self.asked:g}"


at_least, at_most = operator.ge, operator.le

TITLES = {
    "rate": "per second",
    "cpu_us": "CPU for each",
    "p99_us": "p99",
    "stored_p99_us": "p99 until it is stored",
    "kib_each": "memory for each",
    "cpu_percent": "CPU",
    "start_s": "until it accepts",
}


def _key(measure: Measure) -> tuple[str, str, str]:
    return measure.workload, measure.server, measure.figure


def _beside(workload: str, server: str, figure: str, asked: float, *others: str, most: bool = False) -> Bound:
    """A bound against other servers at the same workload."""
    holds = at_most if most else at_least
    return Bound(Measure(workload, server, figure), holds, asked, [Measure(workload, it, figure) for it in others])


_PLAIN, _FLOOD = ping_pong(names.PAIRS[0]), pipelined(names.PAIRS[0])
_MANY = ping_pong(names.MANY_PAIRS)
_IDLE = names.idle(names.CLIENTS[-1])

BOUNDS: Sequence[Bound | GrowthBound] = (
    _beside(_PLAIN, names.OURS, "rate", 0.9, names.INSPIRCD),
    _beside(_PLAIN, names.OURS, "cpu_us", 1.7, names.LIMIT, most=True),
    _beside(_PLAIN, names.OURS, "p99_us", 1.2, names.INSPIRCD, most=True),
    _beside(_MANY, names.OURS, "rate", 0.75, names.INSPIRCD),
    GrowthBound(GROWTHS[0], 0.15),
    _beside(_FLOOD, names.OURS, "rate", 2.5, names.NATS),
    _beside(_FLOOD, names.OURS, "rate", 8.0, names.INSPIRCD),
    _beside(_FLOOD, names.OURS, "rate", 0.5, names.LIMIT),
    *(
        _beside(workload, names.HISTORY, "rate", asked, other)
        for workload, beside_inspircd in ((_PLAIN, 0.75), (_FLOOD, 0.8))
        for asked, other in ((beside_inspircd, names.INSPIRCD), (1.0, names.NATS), (20.0, names.JETSTREAM))
    ),
    *(
        Bound(Measure(workload, server, figure), at_most, asked, unit="µs")
        for workload, server, figure, asked in (
            (names.LONE, names.OURS, "p99_us", 60_000.0),
            (names.LONE, names.HISTORY, "p99_us", 60_000.0),
            (names.LONE, names.HISTORY, "stored_p99_us", 50_000.0),
            (names.STEADY, names.HISTORY, "stored_p99_us", 250_000.0),
        )
    ),
    Bound(Measure(names.paste(*names.PASTE), names.HISTORY, "rate"), at_least, 20_000.0, unit="a second"),
    Bound(
        Measure(_FLOOD, names.TLS, "rate"),
        at_least,
        0.6,
        [Measure(_FLOOD, names.OURS, "rate")],
        otherwise=_beside(_FLOOD, names.TLS, "rate", 1.0, names.INSPIRCD_TLS),
    ),
    Bound(Measure(_IDLE, names.OURS, "kib_each"), at_most, 12.0, unit="KiB"),
    Bound(Measure(_IDLE, names.OURS, "cpu_percent"), at_most, 3.0, unit="% of a core"),
    Bound(
        Measure(names.LAST_LOGINS, names.OURS, "rate"),
        at_least,
        0.9,
        [Measure(names.FIRST_LOGINS, names.OURS, "rate")],
    ),
    Bound(Measure(names.ALL_LOGINS, names.OURS, "rate"), at_least, 1000.0, unit="a second"),
    Bound(Measure(names.START, names.OURS, "start_s"), at_most, 1.0, unit="s"),
)


def under_attack(workload: str, server: str) -> Sequence[Bound]:
    """What has to hold while any one client does its worst at any door: others talk on, and are answered."""
    return [Bound(Measure(workload, server, each), at_most, asked, unit=unit) for each, asked, unit in _UNDER_ATTACK]


_UNDER_ATTACK = (
    ("p99_us", 100_000.0, "µs"),
    ("history_s", 1.0, "s"),
    ("mailbox_s", 1.0, "s"),
    ("login_s", 1.0, "s"),
)
