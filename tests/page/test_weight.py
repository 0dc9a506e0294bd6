"""The page is light, and stays so with much in it."""

from __future__ import annotations

from playwright.sync_api import WebSocketRoute, expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import ROOT, Server

PAGE = ROOT / "duologue" / "page"
MOST = 150 * 1024
MESSAGES = 10_000
PEOPLE = 500


def test_it_weighs_less_than_150_kib_uncompressed() -> None:
    files = [path for path in PAGE.iterdir() if path.suffix != ".svg"]
    assert sum(path.stat().st_size for path in files) < MOST


def test_of_10000_messages_only_those_in_sight_are_in_the_document(
    enter: Enter, server: Server, native: AtNative
) -> None:
    server.stop()
    server.start("--limits", "off")
    bob, old = native("bob"), native("alice")
    bob.says("/chat alice")
    old.hears("want_chat_with_you bob .*")
    old.says("yes")
    bob.hears("start_chat .*")
    for start in range(1, MESSAGES, 500):
        bob.says(*(f":number {number}" for number in range(start, start + 500)))
        old.hears(f":number {start + 499}")
    alice = enter("alice")
    alice.goes_to("bob")
    expect(alice.messages.last).to_have_text(f"number {MESSAGES}")
    most = alice.page.evaluate(
        """async () => {
            const box = document.getElementById('log');
            let most = 0;
            const first = () => box.querySelector('.message > .text').textContent;
            while (first() !== 'number 1') {
                box.scrollTop = 0;
                await new Promise(requestAnimationFrame);
                most = Math.max(most, document.querySelectorAll('*').length);
            }
            return most;
        }"""
    )
    assert most < 1500
    alice.page.locator("#log").evaluate("box => { box.scrollTop = box.scrollHeight / 2 }")
    expect(alice.messages).not_to_have_count(0)
    alice.page.locator("#log").evaluate("box => { box.scrollTop = box.scrollHeight }")
    expect(alice.messages.last).to_have_text(f"number {MESSAGES}")


def test_of_500_people_no_row_is_made_anew_because_it_changes(enter: Enter) -> None:
    alice = enter("alice")
    pages: list[WebSocketRoute] = []

    def between(page: WebSocketRoute) -> None:
        pages.append(page)
        page.connect_to_server()

    alice.page.route_web_socket("**/socket", between)
    alice.page.reload()
    expect(alice.page.locator("#me")).to_be_visible()
    for number in range(PEOPLE):
        pages[-1].send(f'{{"type":"presence","nickname":"person{number}","state":"online","text":""}}')
    expect(alice.page.locator("#people li")).to_have_count(PEOPLE)
    alice.page.evaluate("for (const row of document.querySelectorAll('#people li')) row.isOld = true")
    pages[-1].send('{"type":"presence","nickname":"person7","state":"away","text":"tea"}')
    expect(alice.row("person7")).to_contain_text("away: tea")
    assert alice.page.evaluate("[...document.querySelectorAll('#people li')].filter((row) => !row.isOld).length") == 0
