"""How soon the page can be used, and whether it stalls: a real Chromium at a real server, on loopback.

python -m bench.page_speed [rounds]      (needs chromium and what `make setup` installs; two minutes at most)

A stall is what somebody notices: a frame more than 100 ms after the one before it, or a key whose letter is painted
more than 100 ms later. Up to there an answer feels immediate, and it takes tasks of at most 50 ms to keep to it
(RAIL, web.dev/articles/rail). The median decides, since a machine that does something else meanwhile stalls any page.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import math
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import Browser, Page, ViewportSize, async_playwright
from websockets.asyncio.client import ClientConnection, connect

from bench.report import Table, as_text
from tests.bound import BOUND
from tests.page.house import CHROMIUM, FLAGS, Native, Server

ALICE, BOB, EVE = "alice", "bob", "eve"
PASSWORD = "correct horse battery staple"
"""Eve's; its hash takes its time."""
SCREEN: ViewportSize = {"width": 1200, "height": 800}
READ = 500
"""Messages that are on their way at once."""
SCREENS = 2
"""So much is scrolled in each frame: faster than anybody reads, and slow enough for all rounds in their time."""


@dataclass(frozen=True, slots=True)
class Figure:
    """`bound` is the most that was asked for, `floor` the least that the browser reports: 0 stands for less."""

    title: str
    bound: float | None
    unit: str = " ms"
    floor: float = 0

    def shown(self, value: float) -> str:
        return f"< {self.floor:g}{self.unit}" if value < self.floor else f"{value:.0f}{self.unit}"


FIGURES = {
    "press": Figure("from Log in to a message box", 300),
    "first": Figure("from an empty cache to a message box", None),
    "frame": Figure("longest gap between frames", 100),
    "task": Figure("longest task", 50, floor=50),
    "key": Figure("longest from a key to its letter", 100),
    "elements": Figure("most elements in the document", 1500, unit=""),
}
"""The bound of a login was set for the page, that of the elements is the one that tests/page/test_weight.py holds."""

Somebody = TypeVar("Somebody", bound=Hashable)
Change = dict[str, str]
Results = dict[str, dict[str, list[float]]]
"""By scene and figure, one number for each round."""


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int = 3
    people: int = 500
    changes: int = 300
    changes_a_second: int = 100
    messages: int = 10_000


class Bench:
    def __init__(self, browser: Browser, server: Server, size: Size) -> None:
        self.size = size
        self.results: Results = defaultdict(lambda: defaultdict(list))
        self._browser = browser
        self._server = server

    def _note(self, scene: str, figures: dict[str, float], *names: str) -> None:
        for name in names:
            self.results[scene][name].append(figures[name])

    @contextlib.asynccontextmanager
    async def _page(self, nickname: str = ALICE) -> AsyncIterator[tuple[Page, dict[str, float]]]:
        """In a browser that has never been there, logged in; and how long that took."""
        context = await self._browser.new_context(viewport=SCREEN, locale="en-GB")
        await context.add_init_script(in_the_page(nickname))
        page = await context.new_page()
        await page.goto(f"{self._server.url}/#/lobby")
        yield page, await page.evaluate("bench.usable")
        await context.close()

    async def logs_in(self) -> None:
        for _ in range(self.size.rounds):
            for nickname, scene in ((ALICE, "login"), (EVE, "login with a password")):
                async with self._page(nickname) as (page, figures):
                    await page.keyboard.type("hi")
                    assert await page.input_value("#text") == "hi"
                    self._note(scene, figures, "press", "first")

    async def types_among_many(self) -> None:
        size = self.size
        scene = f"{size.people} people, {size.changes_a_second} changes a second"
        async with crowd(self._server, size.people) as people:
            changes = endless_changes(people)
            for _ in range(size.rounds):
                async with self._page() as (page, figures):
                    self._note(f"login, {size.people} people here", figures, "press", "first")
                    await page.locator(f"#people li:nth-child({size.people})").wait_for(state="attached")
                    await page.evaluate("bench.begin()")
                    await asyncio.gather(changing(changes, size), typing(page, size.changes / size.changes_a_second))
                    self._note(scene, await page.evaluate("bench.seen()"), "frame", "task", "key")

    async def scrolls(self) -> None:
        size = self.size
        scene = f"{size.messages:,} messages, up and down"
        how = {"newest": f"number {size.messages}", "oldest": "number 1", "screens": SCREENS}
        for _ in range(size.rounds):
            async with self._page() as (page, _), asyncio.timeout(4 * BOUND):
                await page.click(f'nav li button[data-key="{BOB}"]')
                await page.locator("#log").get_by_text(str(how["newest"]), exact=True).wait_for()
                await page.evaluate("(how) => bench.scroll(how)", how)
                self._note(scene, await page.evaluate("bench.seen()"), "frame", "task", "elements")


def in_the_page(nickname: str) -> str:
    me = json.dumps({"nickname": nickname, "password": PASSWORD, "bound": BOUND * 1000})
    return f"({Path(__file__).with_suffix('.js').read_text(encoding='utf-8').strip()})({me})"


@contextlib.asynccontextmanager
async def crowd(server: Server, people: int) -> AsyncIterator[list[ClientConnection]]:
    """So many others at the same server, who do not watch each other."""
    async with contextlib.AsyncExitStack() as stack:
        how: dict[str, Any] = {"origin": server.url, "compression": None, "ping_interval": None, "proxy": None}
        there: list[ClientConnection] = []
        for number in range(people):
            there.append(await stack.enter_async_context(connect(f"ws{server.url.removeprefix('http')}/socket", **how)))
            await there[-1].send(json.dumps({"type": "give_nickname", "nickname": f"user{number}"}))
            assert json.loads(await there[-1].recv())["type"] == "logged_in"
        yield there


def endless_changes(people: Sequence[Somebody]) -> Iterator[tuple[Somebody, Change]]:
    """Whoever it is goes away, or comes back."""
    chance = random.Random(7)
    away: set[Somebody] = set()
    while True:
        person = chance.choice(people)
        yield person, {"type": "come_back"} if person in away else {"type": "go_away", "text": "tea"}
        away ^= {person}


async def changing(changes: Iterator[tuple[ClientConnection, Change]], size: Size) -> None:
    begun = time.monotonic()
    for number, (person, change) in enumerate(itertools.islice(changes, size.changes)):
        await asyncio.sleep(begun + number / size.changes_a_second - time.monotonic())
        await person.send(json.dumps(change))


async def typing(page: Page, seconds: float) -> None:
    """Ten keys a second."""
    text = ("abcdefghi " * math.ceil(seconds))[: math.ceil(seconds * 10)]
    for letter in text:
        await page.keyboard.press(letter)
        await asyncio.sleep(0.1)
    assert await page.input_value("#text") == text
    await page.locator("#people small", has_text="tea").first.wait_for(state="attached")


@contextlib.contextmanager
def history(server: Server, messages: int) -> Iterator[None]:
    """Bob, who stays, has said so much to alice, who has read it."""
    bob, alice = Native(server.port, BOB), Native(server.port, ALICE)
    bob.says(f"/chat {ALICE}")
    alice.hears(f"want_chat_with_you {BOB} .*")
    alice.says("yes")
    stream = bob.hears(f"start_chat {ALICE} (\\S+)")[1]
    for start in range(0, messages, READ):
        upto = min(start + READ, messages)
        bob.says(*(f":number {number}" for number in range(start + 1, upto + 1)))
        alice.hears(f":number {upto}")
    alice.check.write(f"PING {messages}\n".encode())
    alice.check.flush()
    bob.answers(f"PONG {messages} {messages} {stream}")
    bob.says("/quit")
    alice.hears(f"chat_ended {BOB} .*")
    alice.leaves()
    yield
    bob.leaves()


async def measure(server: Server, size: Size) -> Results:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        bench = Bench(browser, server, size)
        await bench.logs_in()
        await bench.types_among_many()
        with history(server, size.messages):
            await bench.scrolls()
        await browser.close()
    return bench.results


@contextlib.contextmanager
def serving(people: int) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        patient = "--limits off --heartbeat 600 --dead-after 1200".split()  # nobody in the crowd answers
        server = Server(Path(folder), *patient, users=[ALICE, BOB, *(f"user{number}" for number in range(people))])
        server.adduser(EVE, PASSWORD)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def table(results: Results) -> Table:
    rows = [_row(scene, FIGURES[name], values) for scene, all_ in results.items() for name, values in all_.items()]
    return [("scene", "what", "median", "worst", "asked", "verdict"), *rows]


def _row(scene: str, figure: Figure, values: list[float]) -> tuple[str, ...]:
    median = statistics.median(values)
    measured = scene, figure.title, figure.shown(median), figure.shown(max(values))
    if figure.bound is None:
        return *measured, "", ""
    return *measured, f"≤ {figure.shown(figure.bound)}", "held" if median <= figure.bound else "NOT HELD"


def main(size: Size) -> None:
    if not CHROMIUM:
        sys.exit("This measures the page in Chromium, and there is none. On Debian and Ubuntu: apt install chromium")
    with serving(size.people) as server:
        results = asyncio.run(measure(server, size))
    print(as_text(table(results)), f"Medians of {size.rounds} rounds.", sep="\n")


if __name__ == "__main__":
    main(Size(rounds=int(sys.argv[1])) if len(sys.argv) > 1 else Size())
