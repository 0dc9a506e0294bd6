"""Every scene plays on a fresh stage, on each kind of event loop, and on none may anything keep the loop for long.

What people do in the scenes of several files stands at the end.
"""

from __future__ import annotations

import asyncio
import gc
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from time import thread_time

import pytest
import uvloop

from duologue.core.names import skeleton
from duologue.server.chats import reporter
from duologue.server.tables import Connections
from tests.examples import PROFILE
from tests.stage import Actor, Stage, opened

LONGEST_TURN = 0.1 if sys.gettrace() is None else 0.3
"""Seconds of CPU time that one turn of the loop may take (reliability.md, section 3). Wall time would blame the server
for a busy machine; and where coverage is measured, every line takes two to three times as long.
"""

TICK = 0.01
"""Seconds between two looks at the CPU time: several short turns together count as one for no longer than this."""


class Watch:
    """Notes how much CPU time the longest turn of a loop took, while the loop runs."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.longest_turn = 0.0
        self._loop = loop

    def __enter__(self) -> None:
        self._turn_began = thread_time()
        self._next = self._loop.call_later(TICK, self._tick)

    def __exit__(self, *_: object) -> None:
        self._next.cancel()
        self._note()

    def _tick(self) -> None:
        self._note()
        self._next = self._loop.call_later(TICK, self._tick)

    def _note(self) -> None:
        now = thread_time()
        self.longest_turn = max(self.longest_turn, now - self._turn_began)
        self._turn_began = now


class WatchedUvloop(uvloop.Loop):
    def __init__(self) -> None:
        super().__init__()
        self.watch = Watch(self)

    def run_forever(self) -> None:
        with self.watch:
            super().run_forever()


class WatchedAsyncio(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self.watch = Watch(self)

    def run_forever(self) -> None:
        with self.watch:
            super().run_forever()


LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"uvloop": WatchedUvloop, "asyncio": WatchedAsyncio}
"""A server runs on uvloop where there is one: the other loop is tried before a change is taken."""


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    return LOOPS if PROFILE == "long" else {"uvloop": LOOPS["uvloop"]}


@pytest.fixture(autouse=True)
def _answers_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """No scene waits 5 s for the answer to a sign of life (tests/server/chats/test_reporter.py has the rule)."""
    monkeypatch.setattr(reporter, "ANSWER_WITHIN", 0.02)


@pytest.fixture(scope="session", autouse=True)
def warmed_up() -> Iterator[None]:
    """What a server pays once, at its start, has been paid, and what scenes look with is there; and the collector does
    not walk through all of pytest in the middle of a scene.
    """
    skeleton("anybody")
    assert Connections().connection_table.empty  # imports pandas
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
async def never_blocked() -> AsyncIterator[None]:
    """The collector waits until the scene is over: what it walks through is what other tests have left."""
    gc.disable()
    yield
    gc.enable()
    loop = asyncio.get_running_loop()
    if isinstance(loop, WatchedUvloop | WatchedAsyncio):  # test_watchdog.py shows that every scene's loop is
        assert loop.watch.longest_turn < LONGEST_TURN, "something kept the event loop"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        yield stage


async def says_and_is_heard(speaker: Actor, listener: Actor, *texts: str) -> None:
    lines = [f":{text}" for text in texts]
    await speaker.says(*lines)
    await listener.hears(*lines)


async def hears_pong(actor: Actor, pattern: str) -> None:
    """One like `pattern`, sooner or later; nothing but PONGs comes before it."""
    while not re.fullmatch(pattern, line := await actor.check.line()):
        assert line.startswith("PONG "), line


async def acknowledges(reader: Actor, count: int, stream: str, sender: Actor, stored: int | str = r"\d+") -> None:
    """The reader holds so many, and the sender knows, also how many are `stored`."""
    await reader.check.says(f"PING {count} {stream}")
    await hears_pong(sender, f"PONG {stored} {count} {stream}")


async def exits(actor: Actor) -> None:
    """In order, with a goodbye on both sides."""
    await actor.says("/exit")
    await actor.is_out_after("disconnected bye Goodbye!")


def long_lines(count: int) -> bytes:
    """So many messages of a kilobyte, with their numbers."""
    return b"".join(b":%09d %s\n" % (number, b"x" * 1000) for number in range(count))
