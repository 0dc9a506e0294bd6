"""All rounds of a run: who plays what in which order, and what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from bench.peer import Peer
from bench.processes import BenchmarkError
from bench.workloads import Bench, Scene

_Rounds = dict[str, dict[str, dict[str, list[float]]]]


class Run:
    """All rounds of one run, and what came of them."""

    def __init__(self, bench: Bench, peers: Sequence[Peer], scenes: Sequence[Scene]) -> None:
        self.results: _Rounds = {}
        self.failed: dict[str, str] = {}
        self._bench = bench
        self._peers = peers
        self._scenes = scenes

    def plays_all(self, rounds: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> int:
        """So many rounds, at least one, but none that would end after `seconds`. How many there were."""
        begin = clock()
        for number in range(1, rounds + 1):
            self.plays(number)
            if (clock() - begin) / number * (number + 1) > seconds:
                return number
        return rounds

    def plays(self, number: int) -> None:
        """One round: within it every scene is played by one server after the other."""
        for scene in self._scenes:
            for peer in self._peers:
                if peer.like in scene.peers and self._key(scene, peer) not in self.failed:
                    self._plays(number, scene, peer)

    def _plays(self, number: int, scene: Scene, peer: Peer) -> None:
        print(f"\r\033[Kround {number}: {scene.name}, {peer.name}", end="", file=sys.stderr, flush=True)
        try:
            for workload, measured in scene.play(self._bench, peer):
                figures = self.results.setdefault(workload, {}).setdefault(peer.name, {})
                for figure, value in measured.items():
                    figures.setdefault(figure, []).append(value)
        except BenchmarkError as error:
            self.failed[self._key(scene, peer)] = str(error)

    @staticmethod
    def _key(scene: Scene, peer: Peer) -> str:
        return f"{scene.name}, {peer.name}"
