"""What a bound or a table asks for is played, by the servers that it names, and nothing is lost unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bench import names, run, workloads
from bench.bounds import BOUNDS, Bound, GrowthBound
from bench.growth import GROWTHS
from bench.others import NATS
from bench.ours import duologue
from bench.processes import BenchmarkError, Process
from bench.programs import Load
from bench.scenes import SCENES
from bench.workloads import Scene, Visit

OURS, HISTORY, _ = duologue(["server"])


class CannedLoad(Load):
    """Says of everything that it does what it was given."""

    def __init__(self, said: Mapping[str, float]) -> None:
        self.said = said
        self.done: list[tuple[object, ...]] = []

    def does(self, *words: object) -> Mapping[str, float]:
        self.done.append(words)
        return self.said


class CannedProcess(Process):
    """Has used one second more whenever it is asked."""

    used = 0.0

    def cpu_seconds(self) -> float:
        CannedProcess.used += 1
        return self.used


def visit(peer: Any, said: Mapping[str, float]) -> tuple[Visit, CannedLoad]:
    load = CannedLoad(said)
    return Visit(CannedProcess(1, 2, 0.0), load, peer), load


def test_what_the_server_spent_is_measured_around_what_the_load_did() -> None:
    here, load = visit(OURS, {"delivered": 5.0})
    assert here.spends("idle", 3) == {"delivered": 5.0, "cpu_s": 1.0}
    assert load.done == [("idle", 3)]


@pytest.mark.parametrize("peer", [NATS, OURS, HISTORY])
def test_a_message_that_did_not_arrive_fails_the_run(peer: Any) -> None:
    here, _ = visit(peer, {"delivered": 5.0, "missing": 1.0})
    with pytest.raises(BenchmarkError, match="missing"):
        here.spends("pingpong", 1)


def test_with_a_history_a_message_that_was_not_acknowledged_fails_the_run() -> None:
    here, _ = visit(HISTORY, {"delivered": 5.0, "unacknowledged": 1.0})
    with pytest.raises(BenchmarkError, match="missing"):
        here.spends("pingpong", 1)


def test_clients_log_in_by_batches_but_for_who_waits_for_all() -> None:
    here, load = visit(OURS, {})
    here.enters(120)
    assert load.done == [("login", 50), ("login", 50), ("login", 20)]


def test_with_a_history_the_rate_is_that_of_what_is_acknowledged() -> None:
    said = {"delivered": 100.0, "delivered_s": 1.0, "acknowledged_s": 2.0, "cpu_s": 0.001}
    assert workloads._each(OURS, said) == {"rate": 100.0, "cpu_us": 10.0}
    assert workloads._each(HISTORY, said) == {"rate": 50.0, "cpu_us": 10.0}


def test_logins_are_counted_by_500() -> None:
    """So that the last 500 can be compared with the first, at any size."""
    many = names.CLIENTS[-1] // workloads.BATCH
    batches = [{"delivered": 50.0, "delivered_s": 0.1 + number, "cpu_s": 0.05} for number in range(many)]
    measured = dict(workloads._logins(OURS, batches))
    assert measured[names.FIRST_LOGINS]["rate"] == pytest.approx(500 / (1 + sum(range(10))))
    assert measured[names.LAST_LOGINS]["rate"] == pytest.approx(500 / (1 + sum(range(many - 10, many))))
    assert measured[names.logins(750)]["rate"] == pytest.approx(500 / (1 + sum(range(5, 15))))
    assert measured[names.LAST_LOGINS] == measured[names.logins(6000)]


def played() -> dict[str, set[str]]:
    """The names of all workloads, and who plays them."""
    found: dict[str, set[str]] = {}
    for scene in SCENES:
        for name in promised(scene):
            found.setdefault(name, set()).update(scene.peers)
    return found


def promised(scene: Scene) -> Sequence[str]:
    arguments: Any = getattr(scene.play, "args", ())
    if scene.name in PROMISED:
        return PROMISED[scene.name]
    match scene.name:
        case "fanout":
            return [names.fan_out(arguments[0])]
        case "paste":
            return [names.paste(*arguments)]
    return [play.name(arguments[0]) for play in arguments[1]]


PROMISED = {
    "start": [names.START],
    "crowd": [
        *(names.ALL_LOGINS, names.FIRST_LOGINS, names.LAST_LOGINS, names.idle(names.CLIENTS[-1])),
        *map(names.logins, names.CLIENTS),
    ],
    "sweeps": [*map(names.sweep, names.CLIENTS), *map(names.who, names.CLIENTS)],
    "pages": [*map(names.page, names.LENGTHS)],
    "attacks": names.UNDER_ATTACK,
    "marks": [names.LONE, names.STEADY],
    "mixed": [names.MIXED, names.MIXED_LOGINS],
}
"""The workloads of scenes that are played in one way only."""


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: f"{bound.title} {bound.wording}")
def test_what_a_bound_asks_for_is_played(bound: Bound | GrowthBound) -> None:
    workloads_played = played()
    if isinstance(bound, GrowthBound):
        assert bound.growth in GROWTHS
        return
    for measure in (bound.mine, *bound.others):
        assert measure.server in workloads_played[measure.workload]


def test_what_a_growth_asks_for_is_played() -> None:
    workloads_played = played()
    for growth in GROWTHS:
        for size in growth.sizes:
            assert growth.server in workloads_played[growth.workload(size)]


def test_rounds_take_turns_and_who_fails_is_left_alone() -> None:
    order: list[str] = []

    def plays(_: Any, peer: Any) -> workloads.Measured:
        order.append(peer.name)
        yield "chat", {"rate": float(len(order))}
        if peer is NATS:
            raise BenchmarkError("gone")

    nobody: Any = None
    rounds = run.Run(nobody, [OURS, HISTORY, NATS], [Scene("a", (names.OURS, names.NATS), plays)])
    rounds.plays(1)
    rounds.plays(2)
    assert order == [names.OURS, names.NATS, names.OURS]
    assert rounds.results == {"chat": {names.OURS: {"rate": [1.0, 3.0]}, names.NATS: {"rate": [2.0]}}}
    assert rounds.failed == {"a, nats": "gone"}


@pytest.mark.parametrize(("seconds", "rounds"), [(900, 3), (899, 2), (599, 1), (1, 1), (9000, 3)])
def test_no_round_begins_that_would_end_too_late(seconds: float, rounds: int) -> None:
    """Each takes 300 seconds here."""
    nobody: Any = None
    clock = iter(range(0, 3000, 300)).__next__
    assert run.Run(nobody, [], []).plays_all(3, seconds, clock) == rounds
