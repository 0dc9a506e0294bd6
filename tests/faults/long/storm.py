"""Messages without end, and every few seconds something else goes wrong: a piece is a chat of a few minutes."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from math import ceil

from duologue.core.commands.chat import SocketKind
from tests.faults.long.part import Figures, Part, added
from tests.faults.long.workshop import Progress, Workshop, percentile
from tests.faults.powercut import STRACE
from tests.faults.proxy import ALL, Weather
from tests.faults.raw import enter
from tests.faults.scene import DEAD_AFTER, Person, Scene

CAST = ("alice", "bob", "carol", "dave")

CALM = (2.0, 10.0)
"""Seconds between two faults."""

AT_THE_END = 120.0

MINUTES = 5.0
"""Of a piece, at most, or as many messages as are said in that time."""

HASTE = 1.3
"""By how much faster people talk than it would have to be: while something is wrong, nobody does."""

STANDSTILL = 30.0
"""Seconds without a message stored or heard, for somebody who has something to say, that show that nobody will wake."""

Blow = Callable[[Scene, Person], Awaitable[None]]


async def kill_server(scene: Scene, _: Person) -> None:
    await scene.server_is_killed()


async def cut_power(scene: Scene, _: Person) -> None:
    await scene.power_is_cut()


async def kill_client(scene: Scene, person: Person) -> None:
    await scene.is_killed(person.name)


async def cut_links(scene: Scene, person: Person) -> None:
    person.proxy.cut(random.choice([ALL, *[(kind,) for kind in SocketKind]]), reset=random.random() < 0.5)


async def stop_process(scene: Scene, person: Person) -> None:
    child = random.choice([person.child, scene.server])
    await child.stop()
    await asyncio.sleep(_a_while())
    child.go_on()


async def bad_weather(_: Scene, person: Person) -> None:
    weathers = Weather(stalled=True), Weather(dropped=True), Weather(slices=True), Weather(bandwidth=20_000)
    person.proxy.set(random.choice(weathers), random.choice([ALL, *[(kind,) for kind in SocketKind]]))
    await asyncio.sleep(_a_while())
    person.proxy.clear()


async def log_in_twice(scene: Scene, person: Person) -> None:
    (await enter(person.proxy.server, person.name)).leaves()
    await scene.is_killed(person.name)


def _a_while() -> float:
    return DEAD_AFTER * random.uniform(0.2, 3)


BLOWS: dict[str, tuple[Blow, float]] = {
    "SIGKILL server": (kill_server, 0.35),
    "SIGKILL client": (kill_client, 0.25),
    "power cut": (cut_power, 0.15 if STRACE else 0),
    "links cut": (cut_links, 0.08),
    "SIGSTOP": (stop_process, 0.06),
    "bad network": (bad_weather, 0.06),
    "second login": (log_in_twice, 0.05),
}

KILLS = ("SIGKILL server", "SIGKILL client")


class Storm:
    def __init__(self, scene: Scene, each: int, seconds: float) -> None:
        """So many messages of each, for which `seconds` are enough."""
        self._scene = scene
        self._each = each
        self._deadline = AT_THE_END + 2 * seconds
        self.progress = Progress("storm")
        self.blows: Counter[str] = Counter()
        self._moved: dict[str, tuple[tuple[int, int], float]] = {}

    @property
    def kills(self) -> int:
        return sum(self.blows[name] for name in KILLS)

    @property
    def cuts(self) -> int:
        return self.blows["power cut"]

    async def run(self) -> None:
        for person in self._scene.people.values():
            person.says_up_to(self._each)
        while not self._scene.is_settled():
            assert self.progress.seconds < self._deadline, self._scene.describe()
            assert not self._stands_still(), self._scene.describe()
            await asyncio.sleep(random.uniform(*CALM))
            await self._strike()
        await self._scene.settles(AT_THE_END)

    def _stands_still(self) -> bool:
        return any(self._waits(person) for person in self._scene.people.values())

    def _waits(self, person: Person) -> bool:
        now = self.progress.seconds
        state = person.journal.stored, person.journal.heard
        before, since = self._moved.get(person.name, ((-1, -1), now))
        if state != before or person.journal.stored >= person.goal:
            self._moved[person.name] = state, now
            return False
        return now - since > STANDSTILL

    async def _strike(self) -> None:
        name = random.choices([*BLOWS], [weight for _, weight in BLOWS.values()])[0]
        person = random.choice([*self._scene.people.values()])
        await BLOWS[name][0](self._scene, person)
        self.blows[name] += 1
        said = sum(one.journal.said for one in self._scene.people.values())
        self.progress.tells(f"{said} messages, {self.blows.total()} faults")

    def resume_times(self) -> list[float]:
        """Seconds from the end of a link to the resumed chat, by what the clients noted: restart and backoff too."""
        times: list[float] = []
        for person in self._scene.people.values():
            lost = None
            for note in person.journal.notes:
                if note.what.startswith("lost") and lost is None:
                    lost = note.at
                elif note.what == "resumed" and lost is not None:
                    times.append(note.at - lost)
                    lost = None
        return times


@dataclass(frozen=True, slots=True)
class Storms(Part):
    """So many messages, kills and power cuts in all, and pieces that together take about so many minutes."""

    messages: int
    minutes: float
    kills: int
    cuts: int

    async def play(self, workshop: Workshop) -> Figures:
        minutes = min(MINUTES, self.minutes)
        each = ceil(self.messages * minutes / self.minutes / len(CAST))
        rate = HASTE * each / (minutes * 60)
        async with workshop.scene(cast=CAST, talk={"rate": rate}, power=STRACE is not None) as scene:
            await scene.opens()
            storm = Storm(scene, each, minutes * 60)
            await storm.run()
            return _with_percentiles(
                {
                    "pieces": 1,
                    "seconds": storm.progress.seconds,
                    "blows": dict(storm.blows),
                    "kills": storm.kills,
                    "cuts": storm.cuts,
                    "resume_ms": [round(taken * 1000) for taken in storm.resume_times()],
                    "verdict": asdict(scene.verdict()),
                }
            )

    def add(self, figures: Figures, piece: Figures) -> Figures:
        sums = {what: figures[what] + piece[what] for what in ("pieces", "seconds", "kills", "cuts", "resume_ms")}
        blows = dict(Counter[str](figures["blows"]) + Counter[str](piece["blows"]))
        return _with_percentiles(sums | {"blows": blows, "verdict": added(figures["verdict"], piece["verdict"])})

    def is_whole(self, figures: Figures) -> bool:
        cuts = self.cuts if STRACE else 0
        sent = figures["verdict"]["sent"]
        return bool(sent >= self.messages and figures["kills"] >= self.kills and figures["cuts"] >= cuts)

    def so_far(self, figures: Figures) -> str:
        return (
            f"{figures['verdict']['sent']:,} of {self.messages:,} messages, {figures['kills']} of {self.kills} kills, "
            f"{figures['cuts']} of {self.cuts} power cuts"
        )


def _with_percentiles(figures: Figures) -> Figures:
    """Of all resumes, each of which is kept in whole milliseconds: percentiles of pieces do not add up."""
    times = [taken / 1000 for taken in figures["resume_ms"]]
    figures["resume_ms"].sort()
    return figures | {
        "resumes": len(times),
        "resume_p50": percentile(times, 0.5),
        "resume_p99": percentile(times, 0.99),
    }
