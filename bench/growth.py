"""How cost grows: which workloads are one workload at several sizes. Nothing may grow faster than its work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench import figures, names
from bench.figures import Results

FIGURE = "cpu_us"


@dataclass(frozen=True, slots=True)
class Growth:
    """`workload` names it at a size; its `cpu_us` is the CPU time for each `unit` of work."""

    title: str
    unit: str
    server: str
    sizes: Sequence[int]
    workload: Callable[[int], str]

    def costs(self, results: Results) -> list[tuple[int, float]]:
        """(size, CPU µs for each unit), for the sizes that were measured."""
        found = [(size, figures.median(results, self.workload(size), self.server, FIGURE)) for size in self.sizes]
        return [(size, cost) for size, cost in found if cost is not None]

    def exponent(self, results: Results) -> float | None:
        return figures.exponent(self.costs(results))


GROWTHS = (
    Growth("pairs, ping-pong", "message", names.OURS, names.PAIRS, names.ping_pong),
    Growth("pairs, ping-pong", "message", names.LIMIT, names.PAIRS, names.ping_pong),
    Growth("pairs, ping-pong", "message", names.LIMIT_OF_THREE, names.PAIRS, names.ping_pong),
    Growth("pairs, pipelined", "message", names.OURS, names.PAIRS, names.pipelined),
    Growth("pairs, pipelined", "message", names.LIMIT, names.PAIRS, names.pipelined),
    Growth("members of a room", "delivery", names.OURS, names.MEMBERS, names.fan_out),
    Growth("clients, 500 more log in", "login", names.OURS, names.CLIENTS, names.logins),
    Growth("clients, a second with its sweep", "client", names.OURS, names.CLIENTS, names.sweep),
    Growth("clients, who", "client listed", names.OURS, names.CLIENTS, names.who),
    Growth("messages of a chat, its last page", "page", names.HISTORY, names.LENGTHS, names.page),
)
