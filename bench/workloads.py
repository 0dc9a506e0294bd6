"""What is played with one server at a time, and what is measured meanwhile.

A workload's figures: `rate` (a second), `cpu_us` (the server's own, for each), `p50_us` and `p99_us` of the latency, or
what its name says. Which servers there are, and how often all is played, is not known here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import names
from bench.peer import Peer, Place, line
from bench.processes import BenchmarkError, Process, free_port, started
from bench.programs import Load, Programs, loading

BATCH = 50
"""Clients that log in beside each other: so many that the server, and not the way to it, is what they wait for."""
DELIVERIES = 20_000
"""A second in a room, of any size."""
IDLE_SECONDS = 15.0
"""One heartbeat at its default: everybody is asked once."""
SWEEPS_SECONDS = 3.0
NO_HEARTBEAT = ("--heartbeat", "3600", "--dead-after", "7200")
EXCHANGES = 5.0
"""A second, of each pair in the mixed workload."""
MIXED_PAIRS = 1000
LOGINS_PER_SECOND = 100
FIRST_OF_THOSE_WHO_COME_AND_GO = 2 * MIXED_PAIRS
MARKED_PAIRS = 10
LONE_EVERY = 0.5
"""Seconds between two messages of one pair: each comes after a pause."""
LONE_SECONDS = 10.0
STEADY_EVERY = 0.01
STEADY_RATE = 10_000
STEADY_SECONDS = 3.0
PRELOAD_RATE = 20_000
_QUIET = 0.2
"""Seconds in which what a login brought with it is over."""

Figures = dict[str, float]
Measured = Iterator[tuple[str, Figures]]


@dataclass(frozen=True, slots=True)
class Bench:
    """What every workload needs. `seconds` is how long a play takes."""

    programs: Programs
    certificate: Path
    seconds: float


@dataclass(frozen=True, slots=True)
class Scene:
    """Workloads that share a server. `peers` are whom it is for."""

    name: str
    peers: Sequence[str]
    play: Callable[[Bench, Peer], Measured]


@dataclass(frozen=True, slots=True)
class Visit:
    """A server and its load."""

    process: Process
    load: Load
    peer: Peer

    def enters(self, clients: int) -> list[Figures]:
        """So many more log in. The answer is for each batch of them."""
        batch = clients if self.peer.all_at_once else min(BATCH, clients)
        return [self.spends("login", min(batch, clients - done)) for done in range(0, clients, batch)]

    def spends(self, *words: object) -> Figures:
        """What the load says of one thing that it does, with `cpu_s`, the CPU seconds of the server meanwhile."""
        before = self.process.cpu_seconds()
        said = self.load.does(*words)
        if said.get("missing") or (self.peer.stores and said.get("unacknowledged")):
            raise BenchmarkError(f"{words[0]}: messages are missing: {said}")
        return {**said, "cpu_s": self.process.cpu_seconds() - before}


@contextmanager
def served(bench: Bench, peer: Peer, options: Sequence[str] = ()) -> Iterator[tuple[Process, Path]]:
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        place = Place(Path(name), free_port(), bench.certificate, options)
        with started(peer.command(place), place.port, place.folder, peer.environment) as process:
            yield process, place.folder


@contextmanager
def _visit(bench: Bench, peer: Peer, steps: Sequence[str], options: Sequence[str] = ()) -> Iterator[Visit]:
    with served(bench, peer, options) as (process, _), loaded(bench, peer, process, steps) as load:
        yield Visit(process, load, peer)


@contextmanager
def loaded(bench: Bench, peer: Peer, process: Process, steps: Sequence[str], first: int = 0) -> Iterator[Load]:
    with loading(bench.programs.load, process.port, steps, tls=peer.tls, first=first) as load:
        yield load


def _each(peer: Peer, said: Figures) -> Figures:
    """Rate, CPU and latencies of what was delivered."""
    took = said["acknowledged_s"] if peer.stores and "acknowledged_s" in said else said["delivered_s"]
    figures = {"rate": said["delivered"] / took, "cpu_us": said["cpu_s"] / said["delivered"] * 1e6}
    return figures | {name: said[name] for name in _LATENCIES if name in said}


_LATENCIES = ("p50_us", "p99_us", "stored_p50_us", "stored_p99_us")


# Pairs who chat


@dataclass(frozen=True, slots=True)
class Play:
    """`window` is 0 for ping-pong, else how many messages are in flight."""

    window: int
    size: int = names.SIZE

    def name(self, pairs: int) -> str:
        if self.window:
            return names.pipelined(pairs, self.size, self.window)
        return names.ping_pong(pairs, self.size)

    def words(self, peer: Peer, seconds: float) -> tuple[object, ...]:
        message = line(peer.message, self.size)
        window = min(self.window, peer.widest)
        return ("pipelined", seconds, window, message) if self.window else ("pingpong", seconds, 0, message)


def chats(pairs: int, plays: Sequence[Play], bench: Bench, peer: Peer) -> Measured:
    with _visit(bench, peer, [*peer.enter, *peer.pair]) as visit:
        visit.enters(2 * pairs)
        for play in plays:
            if play.size <= peer.longest:
                visit.load.does("idle", _QUIET)
                yield play.name(pairs), _each(peer, visit.spends(*play.words(peer, bench.seconds)))


# Marks: how long it takes until a message is known to be stored, and to have arrived


def marks(bench: Bench, peer: Peer) -> Measured:
    """`p50_us` and `p99_us` are until the partner is known to have it, those of `stored` until it is stored."""
    message, steady = line(peer.message, names.SIZE), round(STEADY_RATE * STEADY_EVERY / MARKED_PAIRS)
    with _visit(bench, peer, [*peer.enter, *peer.pair]) as visit:
        visit.enters(2 * MARKED_PAIRS)
        visit.load.does("idle", _QUIET)
        lone = visit.spends("marked", LONE_SECONDS * bench.seconds, LONE_EVERY, 1, message)
        yield names.LONE, _each(peer, lone)
        said = visit.spends("marked", STEADY_SECONDS * bench.seconds, STEADY_EVERY, steady, message)
        yield names.STEADY, _each(peer, said)


# One room


def room(members: int, bench: Bench, peer: Peer) -> Measured:
    with _visit(bench, peer, [*peer.enter, *peer.room]) as visit:
        visit.enters(members)
        visit.load.does("idle", _QUIET)
        rate = DELIVERIES / members
        said = visit.spends("speak", int(rate * bench.seconds), rate, members - 1, line(peer.room_message, names.SIZE))
        yield names.fan_out(members), _each(peer, said)


def paste(lines: int, members: int, bench: Bench, peer: Peer) -> Measured:
    """One of them says so many lines at once. `rate` and `cpu_us` are of lines, each of which all others get."""
    with _visit(bench, peer, [*peer.enter, *peer.room]) as visit:
        visit.enters(members)
        visit.load.does("idle", _QUIET)
        said = visit.spends("paste", lines, members - 1, line(peer.room_message, names.SIZE))
        yield names.paste(lines, members), _each(peer, {**said, "delivered": said["delivered"] / (members - 1)})


# Many who do nothing


def crowd(bench: Bench, peer: Peer) -> Measured:
    """All log in; that costs so much, then they cost so much memory, and at the default heartbeat so much CPU."""
    with _visit(bench, peer, peer.enter) as visit:
        visit.enters(2)  # what only the first needs
        before = visit.process.resident_kib()
        batches = visit.enters(names.CLIENTS[-1])
        grown = visit.process.resident_kib() - before
        yield from _logins(peer, batches)
        spent = visit.spends("idle", IDLE_SECONDS)["cpu_s"]
        yield (
            names.idle(names.CLIENTS[-1]),
            {
                "kib_each": grown / names.CLIENTS[-1],
                "cpu_percent": spent / IDLE_SECONDS * 100,
                "heartbeat_us": spent / names.CLIENTS[-1] * 1e6,
            },
        )


def _logins(peer: Peer, batches: Sequence[Figures]) -> Measured:
    many = 500 // BATCH
    yield names.ALL_LOGINS, _each(peer, _sum(batches))
    yield names.FIRST_LOGINS, _each(peer, _sum(batches[:many]))
    yield names.LAST_LOGINS, _each(peer, _sum(batches[-many:]))
    for clients in names.CLIENTS:
        end = clients // BATCH
        yield names.logins(clients), _each(peer, _sum(batches[end - many : end]))


def _sum(batches: Sequence[Figures]) -> Figures:
    return {name: sum(batch[name] for batch in batches) for name in ("delivered", "delivered_s", "cpu_s")}


def sweeps(bench: Bench, peer: Peer) -> Measured:
    """Nobody has to be asked for a sign of life: all that is done each second is to look. Then one asks who is here."""
    with _visit(bench, peer, peer.enter, NO_HEARTBEAT) as visit:
        here = 0
        for clients in names.CLIENTS:
            visit.enters(clients - here)
            here = clients
            visit.load.does("idle", _QUIET)
            spent = visit.spends("idle", SWEEPS_SECONDS)["cpu_s"]
            second = spent / SWEEPS_SECONDS * 1e6
            yield names.sweep(clients), {"second_us": second, "cpu_us": second / clients}
            asked = _each(peer, visit.spends("ask", bench.seconds, r"/who\n", "online"))
            yield names.who(clients), asked | {"answer_us": asked["cpu_us"], "cpu_us": asked["cpu_us"] / clients}


# A chat with a long past


def pages(bench: Bench, peer: Peer) -> Measured:
    with _visit(bench, peer, [*peer.enter, *peer.pair]) as visit:
        visit.enters(2)
        said = 0
        for length in names.LENGTHS:
            visit.spends("speak", length - said, PRELOAD_RATE, 1, line(peer.message, names.SIZE))
            said = length
            visit.load.does("idle", _QUIET)
            answers = visit.spends("ask", bench.seconds / 2, r"/history %p 50\n", "recall_ended ")
            yield names.page(length), _each(peer, answers)


# Chats beside people who come and go


def mixed(bench: Bench, peer: Peer) -> Measured:
    with _visit(bench, peer, [*peer.enter, *peer.pair]) as visit:
        visit.enters(2 * MIXED_PAIRS)
        visit.load.does("idle", _QUIET)
        with loaded(bench, peer, visit.process, peer.enter, FIRST_OF_THOSE_WHO_COME_AND_GO) as crowd:
            seconds = 3 * bench.seconds
            before = visit.process.cpu_seconds()
            crowd.begins("churn", seconds, LOGINS_PER_SECOND, peer.goodbye)
            said = visit.spends("pingpong", seconds, 1 / EXCHANGES, line(peer.message, names.SIZE))
            came = crowd.ends()
            spent = visit.process.cpu_seconds() - before
        yield names.MIXED, _each(peer, said) | {"cpu_percent": spent / max(said["delivered_s"], seconds) * 100}
        figures = _each(peer, {**came, "cpu_s": 0.0})
        yield names.MIXED_LOGINS, {name: figures[name] for name in ("rate", "p50_us", "p99_us")}


# Beginning


def start(bench: Bench, peer: Peer) -> Measured:
    with served(bench, peer) as (process, _):
        yield names.START, {"start_s": process.started_in}
