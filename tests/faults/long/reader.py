"""A reader that stops while a gigabyte is sent to it: the server's memory, what others notice, what it gets then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from duologue.core.commands.chat import SocketKind
from tests.faults.long.part import Figures, Part
from tests.faults.long.workshop import Progress, Workshop, percentile
from tests.faults.proxy import Way, Weather
from tests.faults.raw import Raw, chat_between, say_goodbye
from tests.faults.scene import Scene, until

SIZE = 8000
"""Bytes of a message, nearly a line full."""

PAUSE = 0.002
"""Seconds between two messages of the pair whose patience is measured."""

CAST = ("alice", "bob", "carol", "dave")
WITHIN = 1200.0


class Others:
    """A pair that goes on talking, one message at a time."""

    def __init__(self, one: Raw, other: Raw) -> None:
        self._one, self._other = one, other
        self.times: list[float] = []

    async def talk(self) -> None:
        while True:
            began = time.monotonic()
            self._one.chat.says(":ping")
            await self._other.chat.hears(":ping")
            self.times.append(time.monotonic() - began)
            await asyncio.sleep(PAUSE)


class Memory:
    """The highest that the server took, above what it had at first."""

    def __init__(self, scene: Scene) -> None:
        self._server = scene.server
        self.before = self.highest = self._server.memory()

    async def watch(self) -> None:
        while True:
            self.highest = max(self.highest, self._server.memory())
            await asyncio.sleep(0.02)

    @property
    def growth(self) -> int:
        return self.highest - self.before


@contextmanager
def meanwhile(*coroutines: Any) -> Iterator[None]:
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


async def _stored(scene: Scene, progress: Progress) -> None:
    alice = scene.people["alice"]

    def is_stored() -> bool:
        alice.journal.read_on()
        progress.tells(f"{alice.journal.stored} of {alice.goal} stored")
        return alice.journal.stored >= alice.goal

    await until(is_stored, scene.describe, WITHIN)


@dataclass(frozen=True, slots=True)
class Reader(Part):
    size: int

    async def play(self, workshop: Workshop) -> Figures:
        progress = Progress("reader")
        flags = ("--heartbeat", "15", "--dead-after", "45", "--grace", "3600")
        talk = {"size": SIZE, "window": 500, "timing": {"dead_after": 3600, "heartbeat": 5, "login": 3600}}
        async with workshop.scene(cast=CAST, flags=flags, talk=talk) as scene:
            alice, bob = scene.people["alice"], scene.people["bob"]
            await scene.comes("alice")
            await scene.comes("bob")
            one, other, _ = await chat_between(alice.proxy.server, "carol", "dave")
            alice.says_up_to(self.size // SIZE // 8)
            before = Others(one, other)
            with meanwhile(before.talk()):
                await _stored(scene, progress)
            await until(lambda: _has_heard(scene), scene.describe, WITHIN)
            bob.proxy.set(Weather(stalled=True), [SocketKind.LOGIN, SocketKind.CHAT], [Way.DOWN])
            memory, during = Memory(scene), Others(one, other)
            alice.says_up_to(alice.goal + self.size // SIZE)
            with meanwhile(during.talk(), memory.watch()):
                await _stored(scene, progress)
            while_away = progress.seconds
            bob.proxy.clear()
            with meanwhile(memory.watch()):
                await until(lambda: _has_heard(scene), scene.describe, WITHIN)
            say_goodbye((one, other))
            verdict = scene.verdict()
        return {
            "bytes": self.size,
            "messages": self.size // SIZE,
            "growth": memory.growth,
            "p99_before": percentile(before.times, 0.99),
            "p99_during": percentile(during.times, 0.99),
            "seconds_away": while_away,
            "seconds_back": progress.seconds - while_away,
            "verdict": asdict(verdict),
        }


def _has_heard(scene: Scene) -> bool:
    bob = scene.people["bob"]
    bob.journal.read_on()
    return bob.journal.heard >= scene.people["alice"].goal
