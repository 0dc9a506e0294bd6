"""What was said before: read upwards, found by its words, each message once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Server, Wire


def test_history_comes_as_one_scrolls_up(enter: Enter, server: Server, native: AtNative) -> None:
    server.stop()
    server.start("--limits", "off")
    bob = native("bob")
    bob.says("/join lobby", *(f"/msg #lobby AAAAAAAAAAAA {number} :number {number}" for number in range(1, 201)))
    bob.says("/history #lobby 1")
    bob.hears("recall_ended .*")
    alice = enter("alice")
    expect(alice.messages.last).to_have_text("number 200")
    log = alice.page.locator("#log")
    log.evaluate(
        """async (box) => {
            while (box.querySelector('.message > .text').textContent !== 'number 1') {
                box.scrollTop = 0;
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    assert log.locator(".message").count() < 100
    log.evaluate("box => { box.scrollTop = box.scrollHeight }")
    expect(alice.messages.last).to_have_text("number 200")
    assert log.locator(".message").count() < 100


def test_what_is_live_and_what_is_recalled_is_the_same_message(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.chats_with(bob)
    texts = ["ok", "ok", "fine", "ok"]
    for text in texts:
        alice.types(text)
    bob.types("ok")
    alice.reads(*texts, "ok")
    alice.page.reload()
    alice.goes_to("bob")
    alice.reads(*texts, "ok")
    alice.types("ok")
    bob.reads(*texts, "ok", "ok")
    bob.page.reload()
    bob.goes_to("alice")
    bob.reads(*texts, "ok", "ok")


def test_search_finds_and_opens_the_conversation(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says("/msg alice AAAAAAAAAAAA 1 :the green teapot", "/msg alice AAAAAAAAAAAB 1 :the blue one")
    expect(alice.row("bob").locator(".news")).to_have_text("2 unread")
    alice.page.keyboard.press("Control+k")
    alice.page.keyboard.type("teapot")
    alice.page.keyboard.press("Enter")
    results = alice.page.locator("#results")
    expect(results.locator("h2")).to_contain_text("1 found")
    results.get_by_text("the green teapot").click()
    alice.reads("the green teapot", "the blue one")
    alice.page.keyboard.press("Escape")
    expect(results).to_be_hidden()


def test_a_server_without_a_history_is_chatted_on_all_the_same(enter: Enter, server: Server) -> None:
    server.stop()
    server.start("--history", "off")
    alice, bob = enter("alice"), enter("bob")
    alice.chats_with(bob)
    alice.types("nobody keeps this")
    bob.reads("nobody keeps this")


def test_history_may_answer_before_the_live_copy(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.chats_with(bob)
    bob.types("before")
    alice.reads("before")
    wire.holds.add("said")
    bob.types("ok")
    expect(bob.page.locator(".mine .meta").last).to_contain_text("stored")
    alice.page.reload()
    alice.goes_to("bob")
    alice.reads("before", "ok")
    wire.until(lambda: bool(wire.held))
    wire.holds.clear()
    del wire.held[:-1]  # of the connection before
    wire.releases()
    expect(alice.row("bob")).to_contain_text("in a chat with you")
    bob.types("next")
    alice.reads("before", "ok", "next")
    bob.types("ok")
    alice.reads("before", "ok", "next", "ok")


def test_history_may_answer_after_the_live_copy(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.chats_with(bob)
    bob.types("ok")
    alice.reads("ok")
    alice.goes_to("#lobby")
    wire.has_sent("mark_read", name="bob")
    alice.page.reload()
    wire.holds |= {"recalled", "recall_ended"}
    bob.types("ok")
    expect(alice.row("bob").locator(".news")).to_have_text("1 unread")
    alice.goes_to("bob")
    alice.reads("ok")
    alice.types("yes")
    bob.types("yes")
    alice.reads("ok", "yes", "yes")
    wire.releases()
    alice.reads("ok", "ok", "yes", "yes")


def test_the_same_words_again_after_a_reload_are_another_message(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    for number in range(1, 4):
        bob.says(f"/msg alice AAAAAAAAAAA{number} 1 :ok")
        alice.goes_to("bob")
        alice.reads(*["ok"] * number)
        alice.page.reload()
        alice.goes_to("bob")
        alice.reads(*["ok"] * number)


def test_more_was_missed_than_history_answers_at_once(enter: Enter, server: Server, native: AtNative) -> None:
    server.stop()
    server.start("--limits", "off")
    alice = enter("alice")
    alice.types("before")
    expect(alice.page.locator(".mine .meta")).to_contain_text("delivered")
    alice.page.context.set_offline(True)
    server.kill()
    expect(alice.page.locator("#link")).to_contain_text("Connection lost")
    server.start("--limits", "off")
    bob = native("bob")
    missed = [f"missed {number}" for number in range(120)]
    bob.says("/join lobby", *(f"/msg #lobby AAAAAAAAAAAA {place} :{text}" for place, text in enumerate(missed, 1)))
    bob.says("/history #lobby 1")
    bob.hears("recall_ended .*")
    alice.page.context.set_offline(False)
    expect(alice.messages.last).to_have_text(missed[-1])
    seen = alice.page.evaluate(
        """async () => {
            const box = document.getElementById('log');
            const all = () => [...box.querySelectorAll('.message > .text')].map(text => text.textContent);
            let seen = all();
            while (seen[0] !== 'before') {
                box.scrollTop = 0;
                await new Promise(requestAnimationFrame);
                const now = all();
                seen = [...now.slice(0, now.indexOf(seen[0])), ...seen];
            }
            return seen;
        }"""
    )
    assert seen == ["before", *missed]
