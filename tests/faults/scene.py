"""A stage for faults: a server, pairs of talkers and a bad network between them, each a process of its own."""

from __future__ import annotations

import asyncio
import resource
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from duologue.core.names import Account
from duologue.core.reports import ANSWER_WITHIN
from duologue.server.storage import users_file
from tests.bound import BOUND
from tests.faults.checker import Verdict, judge
from tests.faults.journal import Follower, read
from tests.faults.powercut import PowerSwitch
from tests.faults.processes import Child, Nursery
from tests.faults.proxy import Proxy

HEARTBEAT = 0.1
DEAD_AFTER = 0.4
"""Seconds of silence after which either end gives the other up, here. Short, so that a cell does not take long."""

TIMING = {"heartbeat": HEARTBEAT, "dead_after": DEAD_AFTER, "login": 0.5, "last_words": 0.1, "leaving": 1.0}
FLAGS = ("--limits", "off", "--heartbeat", str(HEARTBEAT), "--dead-after", str(DEAD_AFTER), "--log-level", "warning")

SIGNS_OF_LIFE = 9
"""Answers of a server with no news in the time after which it is given up."""

HASTE = 0.04
"""By what a client's waits before it connects again are made shorter: at first up to 20 ms."""

CAST = ("alice", "bob")
"""Who talks with whom: the first with the second, and so on."""


async def until(condition: Callable[[], bool], what: Callable[[], str], within: float = BOUND) -> None:
    """Look again and again: what is waited for is written in files by others. Raises AssertionError with `what`."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, what()
        await asyncio.sleep(0.002)


@dataclass(eq=False)
class Person:
    """One of the two: a talker's process, its network, and what outlives it."""

    name: str
    folder: Path
    proxy: Proxy
    journal: Follower
    goal: int = 0
    talker: Child | None = None

    @property
    def journal_path(self) -> Path:
        return self.folder / f"{self.name}.journal"

    @property
    def child(self) -> Child:
        assert self.talker
        return self.talker

    def says_up_to(self, goal: int) -> None:
        self.goal = goal
        self.child.is_told(f"goal {goal}")


@dataclass(eq=False)
class Scene:
    """`flags` are the server's further settings, `talk` what the talkers do; `without` names defences (red_controls).

    Use with `async with`; then `opens`.
    """

    folder: Path
    nursery: Nursery
    """For the server."""
    talkers: Nursery
    flags: Sequence[str] = ()
    without: Sequence[str] = ()
    timing: Mapping[str, float] = field(default_factory=lambda: TIMING)
    talk: Mapping[str, Any] = field(default_factory=dict)
    cast: Sequence[str] = CAST
    power: PowerSwitch | None = None
    """Where `nursery` runs under strace."""
    cuts: int = 0

    async def __aenter__(self) -> Scene:
        self.data = self.folder / "data"
        self.people: dict[str, Person] = {}
        self.server: Child
        self._closing = AsyncExitStack()
        self._closing.push_async_callback(self._end_all)
        users_file.write(self.folder / "users.csv", [Account(name) for name in self.cast])
        for name in self.cast:
            journal = Follower(self.folder / f"{name}.journal")
            self._closing.callback(journal.close)
            proxy = await self._closing.enter_async_context(Proxy())
            self.people[name] = Person(name, self.folder, proxy, journal)
        await self.server_starts()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._closing.aclose()

    async def _end_all(self) -> None:
        children = [self.server, *(person.talker for person in self.people.values() if person.talker)]
        for child in children:
            await child.kill()

    # The server

    async def server_starts(self) -> None:
        flags = [
            "--web-port",
            "0",
            "--port",
            "0",
            "--users",
            str(self.folder / "users.csv"),
            "--data",
            str(self.data),
            *FLAGS,
            *self.flags,
        ]
        arguments = {"flags": flags, "without": [*self.without], "answers_within": self._answers_within()}
        self.server = await self.nursery.start("served", arguments, self.folder / "server.log")
        port = int(await self.server.says("port"))
        for person in self.people.values():
            person.proxy.server = port

    def _answers_within(self) -> float:
        """A server answers signs of life as much sooner as its clients give it up sooner than people's clients do."""
        timing = self.talk.get("timing", self.timing)
        return min(ANSWER_WITHIN, float(timing["dead_after"]) / SIGNS_OF_LIFE)

    async def server_is_killed(self) -> None:
        await self.server.kill()
        await self.server_starts()

    async def power_is_cut(self) -> None:
        """The server's machine loses its power, and starts again."""
        assert self.power
        await self.server.kill()
        self.cuts += 1
        left = self.folder / f"data{self.cuts}"
        self.power.cut(self.data, left)
        shutil.rmtree(self.data)
        self.data = left
        await self.server_starts()

    def disk_fails(self) -> None:
        """From now on no file of the server can grow: the kernel refuses the write."""
        _, hard = resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.server.pid, resource.RLIMIT_FSIZE, (0, hard))

    # The talkers

    async def comes(self, name: str) -> None:
        """A talker starts, for the first time or after it was killed."""
        person = self.people[name]
        arguments = {
            "me": name,
            "partner": self.partner_of(name).name,
            "asks": name in self.cast[::2],
            "port": person.proxy.port,
            "goal": person.goal,
            "journal": str(person.journal_path),
            "memory": str(self.folder / f"{name}.memory"),
            "timing": dict(self.timing),
            "haste": HASTE,
            "size": 64,
            "window": 500,
            "rate": 0,
            "without": [*self.without],
            **self.talk,
        }
        person.talker = await self.talkers.start("talker", arguments, self.folder / f"{name}.log")

    def partner_of(self, name: str) -> Person:
        return self.people[self.cast[self.cast.index(name) ^ 1]]

    async def is_killed(self, name: str) -> None:
        await self.people[name].child.kill()
        await self.comes(name)

    async def opens(self, messages: int = 5) -> None:
        """Both come, and talk until both know that it works."""
        for name in self.cast:
            await self.comes(name)
        self.go_on_saying(messages)
        await self.settles()

    def go_on_saying(self, messages: int) -> None:
        for person in self.people.values():
            person.says_up_to(person.goal + messages)

    def disarm(self) -> None:
        """No failpoint stops anybody any more."""
        for child in (self.server, *(person.child for person in self.people.values())):
            child.is_told("disarm")

    async def settles(self, within: float = BOUND) -> None:
        """Until everything that was to be said is stored and has been heard."""
        await until(self.is_settled, self.describe, within)

    def is_settled(self) -> bool:
        for person in self.people.values():
            person.journal.read_on()
        return all(self._is_done(person) for person in self.people.values())

    def _is_done(self, speaker: Person) -> bool:
        listener = self.partner_of(speaker.name)
        return speaker.journal.stored >= speaker.goal and listener.journal.heard >= speaker.goal

    def describe(self) -> str:
        """How far everybody has got, for whoever looks for a fault."""
        states = [
            f"{person.name}: goal {person.goal}, said {person.journal.said}, stored {person.journal.stored}, "
            f"heard {person.journal.heard}, last {[f'{note.at:.3f} {note.what}' for note in person.journal.notes[-6:]]}"
            for person in self.people.values()
        ]
        return "\n".join([f"at {time.monotonic():.3f} in {self.folder}", *states])

    def verdict(self) -> Verdict:
        pairs = [*zip(self.cast[::2], self.cast[1::2], strict=True)]
        return sum((self._verdict_on(*pair) for pair in pairs if self.people[pair[0]].talker), Verdict())

    def _verdict_on(self, one: str, other: str) -> Verdict:
        return judge(read(self.people[one].journal_path), read(self.people[other].journal_path))
