"""A run's results as tables: as text for the terminal, as Markdown for docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bench import figures, names
from bench.bounds import BOUNDS, Bound, GrowthBound, Verdict, under_attack
from bench.figures import Results
from bench.growth import GROWTHS

Row = Sequence[str]
Table = Sequence[Row]
"""The first row is the head."""

_OTHERS = {
    "kib_each": "{:,.1f} KiB each",
    "cpu_percent": "{:,.2f} % of a core",
    "start_s": "{:,.2f} s",
    "stored_p50_us": "stored p50 {:,.0f} µs",
    "stored_p99_us": "stored p99 {:,.0f} µs",
    "heartbeat_us": "{:,.1f} µs for each heartbeat",
    "second_us": "{:,.0f} µs a second",
    "answer_us": "{:,.0f} µs an answer",
}
"""Figures that few workloads have, in one column."""


def measurements(results: Results) -> Table:
    """But for attacks, which have a table of their own."""
    workloads = [workload for workload in results if workload not in names.UNDER_ATTACK]
    rows = [_measurement(results, workload, server) for workload in workloads for server in results[workload]]
    return [("workload", "server", "a second", "of the limit", "CPU µs each", "p50 µs", "p99 µs", "besides"), *rows]


def _measurement(results: Results, workload: str, server: str) -> Row:
    def shown(figure: str, style: str) -> str:
        return _shown(figures.median(results, workload, server, figure), style)

    theirs = figures.rounds(results, workload, names.LIMIT, "rate")
    of_limit = figures.ratio(figures.rounds(results, workload, server, "rate"), theirs)
    latencies = (shown(figure, "{:,.0f}") for figure in ("p50_us", "p99_us"))
    others = ", ".join(text for figure, style in _OTHERS.items() if (text := shown(figure, style)))
    rate = shown("rate", "{:,.0f}")
    return workload, server, rate, _shown(of_limit, "{:.2f}"), shown("cpu_us", "{:,.2f}"), *latencies, others


def bounds(results: Results) -> Table:
    """Of a run that measured nothing of a bound, its verdict says so."""
    rows = [(bound.title, bound.wording, _compared(bound, results), bound.verdict(results).value) for bound in BOUNDS]
    return [("bound", "asked", "measured", "verdict"), *rows]


def _compared(bound: Bound | GrowthBound, results: Results) -> str:
    """Also what would do instead, since the verdict may rest on that."""
    otherwise = bound.otherwise if isinstance(bound, Bound) else None
    shown = [_measured(bound.measured(results)), _compared(otherwise, results) if otherwise else ""]
    return ", or ".join(filter(None, shown))


def attacks(results: Results) -> Table:
    """What others notice meanwhile, and whether all its bounds were held; the row below the head is what is asked."""
    played = [workload for workload in names.UNDER_ATTACK if workload in results]
    rows = [_attack(results, workload, server) for workload in played for server in results[workload]]
    head = ("meanwhile", "server", "p50 µs", "p99 µs", "longest µs", "/history s", "mailbox s", "login s", "verdict")
    asked = {bound.mine.figure: f"≤ {bound.asked:,g}" for bound in under_attack("", "")}
    bounds = ("at most", "", *(asked.get(figure, "") for figure, _ in _NOTICED), "")
    return [head, bounds, *rows] if rows else [head]


def _attack(results: Results, workload: str, server: str) -> Row:
    noticed = (_shown(figures.median(results, workload, server, figure), style) for figure, style in _NOTICED)
    held = all(bound.verdict(results) is Verdict.HELD for bound in under_attack(workload, server))
    return workload, server, *noticed, (Verdict.HELD if held else Verdict.NOT_HELD).value


_NOTICED = (
    *((figure, "{:,.0f}") for figure in ("p50_us", "p99_us", "max_us")),
    *((figure, "{:.3f}") for figure in ("history_s", "mailbox_s", "login_s")),
)


def growth(results: Results) -> Table:
    rows = [
        (each.title, each.server, each.unit, _costs(costs), _shown(each.exponent(results), "{:+.2f}"))
        for each in GROWTHS
        if (costs := each.costs(results))
    ]
    return [("what grows", "server", "for each", "CPU µs at its sizes", "exponent"), *rows]


def comparison(results: Results, other: str) -> Table:
    """This checkout's server beside the one that is called `other`: how many times its rate, and its CPU time."""
    rows = [
        (workload, server, *(_shown(times, "{:.2f} ×") for times in _times(results, workload, server, other)))
        for workload in results
        for server in results[workload]
        if server.startswith(names.OURS)
        and server.replace(names.OURS, other) in results[workload]
        and workload not in names.UNDER_ATTACK
    ]
    return [("workload", "server", f"rate, of {other}", f"CPU each, of {other}"), *rows]


def _times(results: Results, workload: str, server: str, other: str) -> Iterator[float | None]:
    for figure in ("rate", "cpu_us"):
        mine = figures.rounds(results, workload, server, figure)
        yield figures.ratio(mine, figures.rounds(results, workload, server.replace(names.OURS, other), figure))


def _costs(costs: Iterable[tuple[int, float]]) -> str:
    return ", ".join(f"{size:,}: {_measured(cost)}" for size, cost in costs)


def _shown(number: float | None, style: str) -> str:
    return "" if number is None else style.format(number)


def _measured(number: float | None) -> str:
    """With three figures, so that what is near a bound is not shown as the bound."""
    return "" if number is None else f"{number:,.0f}" if number >= 1000 else f"{number:.3g}"


def as_text(table: Table) -> str:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join("  ".join(_aligned(cells, widths)).rstrip() for cells in table)


def _aligned(cells: Row, widths: Sequence[int]) -> Iterator[str]:
    for cell, width in zip(cells, widths, strict=True):
        yield cell.rjust(width) if _is_number(cell) else cell.ljust(width)


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").removeprefix("+").removeprefix("-").isdecimal()


def as_markdown(table: Table) -> str:
    head, *rows = table
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *rows))
