"""The page waits between two tries to connect as the other clients do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from duologue.client.engine.backoff import FIRST, LONGEST, QUICK, QUICK_TRIES, Backoff
from tests.page.conftest import Enter
from tests.page.house import Server

TRIES = QUICK_TRIES + 10
WAITS = """async ([random, tries]) => {
    const {Backoff} = await import('/backoff.js');
    const backoff = new Backoff(() => random);
    const take = (count) => Array.from({length: count}, () => backoff.nextWait());
    const waits = take(tries);
    backoff.reset();
    waits.push(...take(3));
    backoff.turnedAway();
    return [...waits, ...take(tries)];
}"""
KEEPS_WAITS = """
    const wait = setTimeout;
    waits = [];
    Math.random = () => 1;
    globalThis.setTimeout = (act, time, ...more) => {
        if (act?.name === 'open') waits.push(time / 1000);
        return wait(act, time / 20, ...more);
    };
"""
WAITS_FOR_EVER = """
    let opened = 0;
    const kept = setTimeout;
    setTimeout = (act, ...more) => act?.name === 'open' && ++opened > %d ? 0 : kept(act, ...more);
    undefined;
"""


def closes(socket: WebSocketRoute) -> None:
    socket.close()


def waits(page: Page, count: int) -> list[float]:
    page.wait_for_function("count => waits.length >= count", arg=count)
    return list(page.evaluate("waits"))[:count]


@pytest.mark.parametrize("random", [0.0, 0.25, 1.0])
def test_its_waits_are_those_of_the_other_clients(enter: Enter, random: float) -> None:
    backoff = Backoff(lambda: random)
    expected = [backoff.next_wait() for _ in range(TRIES)]
    backoff.reset()
    expected += [backoff.next_wait() for _ in range(3)]
    backoff.turned_away()
    expected += [backoff.next_wait() for _ in range(TRIES)]
    assert enter("alice").page.evaluate(WAITS, [random, TRIES]) == expected


def test_its_numbers_are_those_of_the_other_clients(enter: Enter) -> None:
    numbers = enter("alice").page.evaluate("import('/backoff.js').then((all) => ({...all, Backoff: null}))")
    assert numbers == {"QUICK_TRIES": QUICK_TRIES, "QUICK": QUICK, "FIRST": FIRST, "LONGEST": LONGEST, "Backoff": None}


def test_it_waits_by_them(enter: Enter) -> None:
    """Also after sessions that did not hold: they make no beginning."""
    alice = enter("alice")
    alice.page.route("**/status?*", lambda route: route.abort())
    alice.page.add_init_script(KEEPS_WAITS)
    alice.page.route_web_socket("**/socket", closes)
    alice.page.reload()
    assert waits(alice.page, QUICK_TRIES + 3) == [QUICK] * QUICK_TRIES + [1, 2, 4]


def test_a_server_that_lets_nobody_in_is_not_tried_quickly(enter: Enter) -> None:
    alice = enter("alice")
    alice.page.route("**/status?*", lambda route: route.fulfill(status=503, content_type="text/plain", body="Full."))
    alice.page.add_init_script(KEEPS_WAITS)
    alice.page.route_web_socket("**/socket", closes)
    alice.page.reload()
    expect(alice.page.locator("#loading")).to_contain_text("Full.")
    known = [wait for wait in waits(alice.page, 7) if wait != QUICK]
    assert known[:3] == [1, 2, 4]


def test_what_a_server_says_that_takes_no_pass_now_is_shown_and_it_is_tried_later(enter: Enter) -> None:
    alice = enter("alice")
    sockets: list[WebSocketRoute] = []

    def throttles(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if len(sockets) > 1:
            socket.connect_to_server()
        else:
            words = '{"type":"login_denied","code":"throttled","text":"Too many tries."}'
            socket.on_message(lambda _: socket.send(words))

    alice.page.add_init_script(KEEPS_WAITS.replace("time / 20", "5000"))
    alice.page.route_web_socket("**/socket", throttles)
    alice.page.reload()
    expect(alice.page.locator("#loading")).to_contain_text("Too many tries. Trying again")
    expect(alice.page.locator("#app")).to_be_visible()
    assert waits(alice.page, 1) == [FIRST]


def test_a_server_that_answers_again_is_tried_at_once(enter: Enter) -> None:
    alice = enter("alice")
    sockets: list[WebSocketRoute] = []

    def comes_back(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if len(sockets) > 2:
            socket.connect_to_server()
        else:
            socket.close()

    alice.page.add_init_script(WAITS_FOR_EVER % 1)
    alice.page.route_web_socket("**/socket", comes_back)
    alice.page.reload()
    expect(alice.page.locator("#app")).to_be_visible()


@pytest.mark.parametrize(
    "tries",
    [
        lambda page: page.press("#text", "Enter"),
        lambda page: page.get_by_role("button", name="Try now").click(),
        lambda page: page.evaluate("dispatchEvent(new Event('online'))"),
    ],
    ids=["Enter", "Try now", "the network is back"],
)
def test_nobody_waits_who_knows_better(enter: Enter, server: Server, tries: Callable[[Page], None]) -> None:
    alice = enter("alice")
    alice.page.evaluate(WAITS_FOR_EVER % 0)
    server.kill()
    expect(alice.page.locator("#link")).to_contain_text("Connection lost")
    server.start()
    tries(alice.page)
    expect(alice.page.locator("#link")).to_be_empty()
