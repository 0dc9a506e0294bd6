"""What is made of the rounds: medians, ratios, and how cost grows. Numbers only.

Machines are shared and noisy, so a ratio is taken within each round, where both ran within the same minute, and the
median of these is what counts.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

Results = Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]]
"""By workload, by server, by figure: a number of each round."""


def rounds(results: Results, workload: str, server: str, figure: str) -> Sequence[float]:
    """Empty: it was not measured."""
    return results.get(workload, {}).get(server, {}).get(figure, ())


def median(results: Results, workload: str, server: str, figure: str) -> float | None:
    numbers = rounds(results, workload, server, figure)
    return statistics.median(numbers) if numbers else None


def ratio(mine: Sequence[float], theirs: Sequence[float]) -> float | None:
    """The median of the ratios of each round; None without a round that both took part in."""
    ratios = [one / other for one, other in zip(mine, theirs, strict=False) if other]
    return statistics.median(ratios) if ratios else None


def exponent(points: Sequence[tuple[float, float]]) -> float | None:
    """By which power of the size the cost grows: the slope of the line through (log size, log cost), by least squares.

    0: the cost stays the same. None: with fewer than two sizes there is no telling.
    """
    logs = [(math.log(size), math.log(cost)) for size, cost in points if size > 0 and cost > 0]
    if len({x for x, _ in logs}) < 2:
        return None
    return statistics.linear_regression(*zip(*logs, strict=True)).slope
