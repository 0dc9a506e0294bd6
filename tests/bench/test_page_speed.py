"""The page is measured in a real browser, at the smallest size, and judged by medians."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from playwright.async_api import async_playwright

from bench.page_speed import FIGURES, Results, Size, endless_changes, in_the_page, measure, serving, table
from tests.page.house import CHROMIUM, FLAGS, is_ci

SMALLEST = Size(rounds=1, people=3, changes=4, changes_a_second=20, messages=60)


def verdict(name: str, *rounds: float) -> tuple[str, ...]:
    head, row = table({"here": {name: list(rounds)}})
    assert head[2:] == ("median", "worst", "asked", "verdict")
    return tuple(row[2:])


@pytest.mark.parametrize(
    ("name", "rounds", "row"),
    [
        ("frame", (16, 100, 900), ("100 ms", "900 ms", "≤ 100 ms", "held")),
        ("frame", (16, 100.4, 900), ("100 ms", "900 ms", "≤ 100 ms", "NOT HELD")),
        ("task", (0, 0, 60), ("< 50 ms", "60 ms", "≤ 50 ms", "held")),
        ("elements", (1501,), ("1501", "1501", "≤ 1500", "NOT HELD")),
        ("first", (200, 220), ("210 ms", "220 ms", "", "")),
    ],
)
def test_the_median_decides(name: str, rounds: tuple[float, ...], row: tuple[str, ...]) -> None:
    assert verdict(name, *rounds) == row


def test_every_change_is_one() -> None:
    states: dict[str, str] = {}
    for person, change in itertools.islice(endless_changes(["alice", "bob", "carol"]), 200):
        now = change.get("text", "")
        assert states.get(person, "") != now
        states[person] = now
    assert len(states) == 3


needs_chromium = pytest.mark.skipif(
    not CHROMIUM and not is_ci(), reason="there is no Chromium here; on Debian and Ubuntu: apt install chromium"
)


@pytest.fixture(scope="module")
def results() -> Results:
    with serving(SMALLEST.people) as server:
        return asyncio.run(measure(server, SMALLEST))


@needs_chromium
def test_every_scene_is_played_and_measured(results: Results) -> None:
    assert {scene: [*figures] for scene, figures in results.items()} == {
        "login": ["press", "first"],
        "login with a password": ["press", "first"],
        "login, 3 people here": ["press", "first"],
        "3 people, 20 changes a second": ["frame", "task", "key"],
        "60 messages, up and down": ["frame", "task", "elements"],
    }
    seen = {name for figures in results.values() for name, rounds in figures.items() if rounds[0] > 0}
    assert seen | {"task"} == set(FIGURES)


@needs_chromium
def test_a_login_takes_longer_from_its_beginning(results: Results) -> None:
    logins = [figures for scene, figures in results.items() if scene.startswith("login")]
    assert all(figures["press"] < figures["first"] for figures in logins)


@needs_chromium
async def test_a_stall_is_seen() -> None:
    stalls = "text.oninput = () => { const end = performance.now() + 150; while (performance.now() < end); }"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page()
        await page.add_init_script(in_the_page("alice"))
        await page.goto("data:text/html,<textarea id=text autofocus></textarea>")
        await page.evaluate("bench.usable")
        await page.evaluate(stalls)
        await page.keyboard.press("a")
        seen = await page.evaluate("bench.seen()")
        assert min(seen["frame"], seen["task"], seen["key"]) >= 150
        await page.evaluate("bench.begin()")
        assert (await page.evaluate("bench.seen()"))["key"] == 0
        await browser.close()
