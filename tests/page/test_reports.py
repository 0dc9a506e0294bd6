"""The page acknowledges by the rule of the other clients (docs/protocol.md 7.4), by a clock in the test's hands."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from duologue.core.reports import FIRST_REPORTS, LARGE, MANY, QUICKLY, STEADILY, ReportPace, is_much
from tests.page.conftest import Enter
from tests.page.house import Person, Wire

REPORTS = """async ([phase, steps]) => {
    const {ReportPace, isMuch} = await import('/reports.js');
    const pace = new ReportPace(phase);
    return steps.map(([now, isReported, messages, size]) => {
        if (isReported) pace.reported(now);
        return pace.due(now, isMuch(messages, size));
    });
}"""
HAND_CLOCK = """
    clock = 10_000;
    timers = new Map();
    performance.now = () => clock;
    const [set, clear] = [setTimeout, clearTimeout];
    setTimeout = (act, time, ...more) => {
        if (act?.name !== 'sendNews') return set(act, time, ...more);
        timers.set(act, clock + time);
        return act;
    };
    const every = setInterval;
    setInterval = (act, ...more) => act?.name === 'beat' ? 0 : every(act, ...more);
    clearTimeout = (timer) => timers.delete(timer) || clear(timer);
    pass = (time) => {
        clock += time;
        for (const [act, at] of timers) if (at <= clock) {
            timers.delete(act);
            act();
        }
    };
"""
HIDES = """() => {
    Object.defineProperty(document, 'hidden', {get: () => true, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
}"""


class Reader:
    """Alice in a chat with bob, who speaks by the wire, and with a clock that stands."""

    def __init__(self, enter: Enter) -> None:
        self.alice: Person = enter("alice")
        bob = enter("bob")
        self.alice.page.add_init_script(HAND_CLOCK)
        self.wire = Wire(self.alice.page)
        self.alice.chats_with(bob)
        [self.chat] = self.alice.keeps("chats")
        self.wire.lost.add("ping")  # the server would not understand
        self.heard = 0

    @property
    def page(self) -> Page:
        return self.alice.page

    def hears(self, *texts: str) -> None:
        self.wire.tells("said", nickname="bob", texts=texts)
        self.heard += len(texts)
        expect(self.alice.messages.last).to_have_text(texts[-1])
        assert self.alice.keeps("received")[f"bob {self.chat}"] == self.heard

    def passes(self, seconds: float) -> None:
        self.page.evaluate("time => pass(time)", seconds * 1000)

    def pings(self) -> list[int]:
        """What has been acknowledged. An answer shows that all that was sent before it has come through."""
        count = len(self.wire.find("pong"))
        self.wire.tells("probe")
        self.wire.until(lambda: len(self.wire.find("pong")) > count)
        return [ping["received"] for ping in self.wire.find("ping", stream=self.chat)]


@pytest.fixture
def reader(enter: Enter) -> Reader:
    return Reader(enter)


def steps(random: Random) -> list[tuple[float, bool, int, int]]:
    """When news comes, whether a report goes just before it, and how much there is."""
    now, found = random.uniform(0, 1000), []
    for _ in range(200):
        now += random.choice([0.0, 0.001, 0.019, 0.05, 0.2, 0.5]) * random.uniform(0.5, 1.5)
        size = random.choice([10, LARGE, LARGE + 1])
        found.append((now, random.random() < 0.5, random.choice([1, MANY, MANY + 1]), size))
    return found


def test_its_rule_is_that_of_the_other_clients(enter: Enter) -> None:
    page = enter("alice").page
    for seed in range(20):
        random = Random(seed)
        phase, sequence = random.random(), steps(random)
        pace, expected = ReportPace(phase), []
        for now, is_reported, messages, size in sequence:
            if is_reported:
                pace.reported(now)
            expected.append(pace.due(now, much=is_much(messages, size)))
        assert page.evaluate(REPORTS, [phase, sequence]) == expected


def test_its_numbers_are_those_of_the_other_clients(enter: Enter) -> None:
    numbers = enter("alice").page.evaluate("import('/reports.js').then((all) => JSON.parse(JSON.stringify(all)))")
    assert numbers == {
        "QUICKLY": QUICKLY,
        "STEADILY": STEADILY,
        "FIRST_REPORTS": FIRST_REPORTS,
        "MANY": MANY,
        "LARGE": LARGE,
    }


def test_50_quick_messages_are_acknowledged_a_few_times_and_one_after_a_pause_quickly(reader: Reader) -> None:
    for number in range(50):
        reader.hears(f"quick {number}")
        reader.passes(0.01)
    reader.passes(STEADILY)
    pings = reader.pings()
    assert pings[-1] == 50
    assert len(pings) <= FIRST_REPORTS + 50 * 0.01 / STEADILY + 2
    reader.passes(1)
    reader.hears("after a pause")
    assert reader.pings() == pings
    reader.passes(QUICKLY)
    assert reader.pings() == [*pings, 51]


def test_much_is_acknowledged_quickly(reader: Reader) -> None:
    for _ in range(FIRST_REPORTS + 1):
        reader.hears("little")
        reader.passes(STEADILY)
    reader.passes(1)  # whatever its place between two steady reports is
    count = len(reader.pings())
    for _ in range(FIRST_REPORTS):
        reader.hears("little")
        reader.passes(QUICKLY)
    reader.hears("x" * 8000)
    reader.passes(0.001)
    assert len(reader.pings()) == count + FIRST_REPORTS
    reader.hears(*("x" * 8000 for _ in range(7)), "y" * 8000, "enough")
    reader.passes(QUICKLY)
    assert reader.pings()[count + FIRST_REPORTS :] == [reader.heard]


def hides(reader: Reader) -> None:
    reader.page.evaluate(HIDES)
    reader.page.evaluate("delete document.hidden")  # what comes now is not acknowledged at once by itself


def goes(reader: Reader) -> None:
    reader.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide')) && 0")


@pytest.mark.parametrize("ends", [hides, goes], ids=["is hidden", "goes"])
def test_a_page_that_is_left_acknowledges_what_it_has(reader: Reader, ends: Callable[[Reader], Any]) -> None:
    reader.hears("last")
    assert reader.pings() == []
    ends(reader)
    assert reader.pings() == [1]


def test_a_hidden_page_waits_for_no_timer(reader: Reader) -> None:
    reader.page.evaluate(HIDES)
    for number in range(3):
        reader.hears(f"unseen {number}")
    assert reader.pings() == [1, 2, 3]


def test_who_logs_out_has_acknowledged_before(reader: Reader) -> None:
    reader.hears("goodbye")
    reader.page.click("#me")
    reader.alice.presses("Log out")
    reader.wire.has_sent("exit")
    kinds = [frame["type"] for frame in reader.wire.sent if frame["type"] == "exit" or frame.get("received") == 1]
    assert kinds == ["ping", "exit"]


def test_what_comes_again_is_acknowledged_at_once(reader: Reader) -> None:
    reader.hears("once")
    reader.passes(QUICKLY)
    reader.wire.tells("stream_begins", nickname="bob", stream=reader.chat, first=1)
    reader.wire.tells("said", nickname="bob", texts=["once"])
    assert reader.pings() == [1, 1]


def test_what_was_not_acknowledged_when_the_connection_broke_comes_again_and_is(reader: Reader) -> None:
    letter = {"nickname": "bob", "stream": "AAAAAAAAAAAA", "number": 1, "at": 1, "text": "a letter"}
    reader.wire.tells("message_from", **letter)
    expect(reader.alice.messages.last).to_have_text("a letter")
    reader.wire.closes()
    reader.wire.until(lambda: len(reader.wire.find("resume_chat")) == 1)
    reader.passes(1)
    assert not reader.wire.find("ping", stream="AAAAAAAAAAAA")
    reader.wire.tells("message_from", **letter)
    reader.wire.has_sent("ping", stream="AAAAAAAAAAAA", received=1)
    expect(reader.alice.messages.filter(has_text="a letter")).to_have_count(1)
