"""Who is here and how they are; who asks for a chat; who is blocked."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Server

NOTICES = """
    notices = [];
    Notification = class {
        static permission = 'granted';
        constructor(title, {body}) { notices.push(Object.assign(this, {title, body})); }
    };
    isHere = true;
    document.hasFocus = () => isHere;
"""
HIDES = """
    Object.defineProperty(document, 'hidden', {get: () => true});
    requestAnimationFrame = () => 0;
"""


def test_how_people_are_is_shown_while_it_changes(enter: Enter, native: AtNative) -> None:
    alice = enter("alice")
    bob = native("bob")
    expect(alice.row("bob")).to_contain_text("online")
    bob.says("/away lunch")
    expect(alice.row("bob")).to_contain_text("away: lunch")
    bob.says("/dnd")
    expect(alice.row("bob")).to_contain_text("on Do Not Disturb")
    bob.leaves()
    expect(alice.row("bob")).to_have_count(0)


def test_i_say_how_i_am_and_say_it_again_after_a_lost_connection(enter: Enter, server: Server) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.page.click("#me")
    alice.page.get_by_label("Away: why").fill("in the garden")
    alice.presses("Away")
    expect(alice.page.locator("#me")).to_contain_text("away: in the garden")
    expect(bob.row("alice")).to_contain_text("away: in the garden")
    server.kill()
    server.start()
    for person in (alice, bob):
        expect(person.page.locator("#link")).to_be_empty(timeout=15_000)
    expect(bob.row("alice")).to_contain_text("away: in the garden")
    alice.page.click("#me")
    alice.presses("Online")
    expect(bob.row("alice")).to_contain_text("online")


def test_a_double_click_does_nothing_to_what_comes_into_the_place_of_a_button(enter: Enter, native: AtNative) -> None:
    alice, bob, carol = enter("alice"), native("bob"), native("carol")
    for asker in (bob, carol):
        asker.says("/chat alice")
        asker.hears("chat_requested alice .*")
    expect(alice.page.locator(".request")).to_have_count(2)
    alice.page.get_by_role("button", name="Decline bob").dblclick(delay=60)
    bob.hears("alice decline chat")
    expect(alice.page.locator(".request b")).to_have_text(["carol"])
    alice.goes_to("bob")
    alice.page.get_by_role("button", name="Ask for a chat").dblclick(delay=60)
    bob.hears("want_chat_with_you alice .*")
    expect(alice.page.get_by_role("button", name="Cancel the request")).to_be_visible()
    bob.says("yes")
    expect(alice.page.locator("#head small")).to_have_text("In a chat with you")


def test_three_requests_stack_and_take_no_keys_away(enter: Enter, native: AtNative) -> None:
    dave = enter("dave")
    dave.page.locator("#text").press_sequentially("I am wri")
    askers = [native(name) for name in ("alice", "bob", "carol")]
    for asker in askers:
        asker.says("/chat dave")
        asker.hears("chat_requested dave .*")
    expect(dave.page.locator(".request b")).to_have_text(["alice", "bob", "carol"])
    expect(dave.page.locator(".request .meta").first).to_have_text(re.compile(r"until \d\d:\d\d"))
    expect(dave.page.locator("#told")).to_contain_text("carol wants to chat with you.")
    expect(dave.page).to_have_title("(3) Duologue")
    dave.page.keyboard.type("ting")
    expect(dave.page.locator("#text")).to_have_value("I am writing")
    dave.presses("Decline alice")
    askers[0].hears("dave decline chat")
    dave.presses("Block bob")
    dave.blocks("bob")
    dave.presses("Accept carol")
    askers[2].hears("start_chat dave .*")
    expect(dave.page.locator(".request")).to_have_count(0)


def test_a_request_that_expires_is_gone(enter: Enter, server: Server, native: AtNative) -> None:
    server.stop()
    server.start("--request-expiry", "1")
    alice, bob = enter("alice"), native("bob")
    bob.says("/chat alice")
    expect(alice.page.locator(".request")).to_have_count(1)
    expect(alice.page.locator(".request")).to_have_count(0)
    expect(alice.page.locator("#hint")).to_have_text("bob stopped waiting for your answer.")
    expect(alice.row("bob").locator(".news")).to_have_text("1 unread")
    alice.goes_to("bob")
    expect(alice.notes).to_have_text("bob stopped waiting for your answer.")
    expect(alice.row("bob").locator(".news")).to_have_count(0)


def test_who_is_blocked_reaches_nobody_until_that_ends(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    alice.goes_to("bob")
    alice.presses("Block")
    alice.blocks("bob")
    expect(alice.page.locator("#head small")).to_contain_text("Blocked")
    bob.says("/msg alice AAAAAAAAAAAA 1 :let me in")
    alice.page.reload()
    expect(alice.row("bob")).to_contain_text("online")
    alice.goes_to("bob")
    expect(alice.page.locator("#head small")).to_contain_text("Blocked")
    alice.presses("Unblock")
    bob.says("/msg alice AAAAAAAAAAAB 1 :thank you")
    alice.reads("thank you")


def test_who_may_ask_is_kept(enter: Enter) -> None:
    alice = enter("alice")
    alice.page.click("#me")
    alice.page.get_by_label("Who may ask").select_option("nobody")
    alice.page.keyboard.press("Escape")
    alice.page.reload()
    alice.page.click("#me")
    expect(alice.page.get_by_label("Who may ask")).to_have_value("nobody")


def test_how_somebody_is_and_since_when(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says("/away lunch")
    alice.goes_to("bob")
    alice.presses("More")
    about = alice.page.get_by_role("dialog").get_by_role("status")
    expect(about).to_have_text(re.compile(r"bob \(registered\) has been away since \d+ \w+ \d{4}, \d\d:\d\d: lunch"))
    alice.page.keyboard.press("Escape")
    for typed, shown in (("/whois carol", "carol (registered) is offline"), ("/whois nobody", "nobody doesn't exist.")):
        alice.types(typed)
        expect(about).to_have_text(shown)
        alice.page.keyboard.press("Escape")
    expect(alice.page.locator("#hint")).to_be_empty()


def test_the_desktop_is_told_only_what_nobody_looks_at(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    alice.page.add_init_script(NOTICES)
    alice.page.reload()
    alice.goes_to("bob")
    bob.says("/msg alice AAAAAAAAAAA1 1 :you look at this")
    alice.reads("you look at this")
    expect(alice.page).to_have_title("Duologue")
    alice.page.evaluate("isHere = false")
    bob.says("/msg alice AAAAAAAAAAA2 1 :not at\u202e this", "/chat alice")
    expect(alice.page).to_have_title("(2) Duologue")
    told = alice.page.evaluate("notices.map(({title, body}) => [title, body])")
    assert sorted(told) == [["bob", "not at<U+202E> this"], ["bob", "wants to chat with you"]]
    alice.goes_to("#lobby")
    alice.page.evaluate("notices[0].onclick()")
    expect(alice.page.locator("#head h2")).to_have_text("bob")
    alice.goes_to("bob")
    bob.says("/msg alice AAAAAAAAAAA3 1 :and this")
    expect(alice.row("bob").locator(".news")).to_have_text("1 unread")
    alice.page.evaluate("isHere = true, dispatchEvent(new Event('focus'))")
    expect(alice.row("bob").locator(".news")).to_have_count(0)


def test_the_title_of_a_hidden_tab_counts(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    alice.goes_to("bob")
    alice.page.evaluate(HIDES)
    bob.says("/msg alice AAAAAAAAAAA1 1 :hello")
    expect(alice.page).to_have_title("(1) Duologue")
