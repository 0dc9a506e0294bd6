"""Where somebody is and what they were writing, after a reload, a crash, and while something else goes on."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Person, Wire


def stands_in(person: Person, key: str) -> None:
    expect(person.page.locator("#head h2")).to_have_text(key)


def drafted(person: Person) -> None:
    """What is typed is on the disk of the browser, as it is a moment after the last key."""
    person.page.wait_for_function(
        "([key, text]) => Object.values(JSON.parse(localStorage[key] ?? '{}')).includes(text)",
        arg=[f"duologue/{person.nickname}/d1/drafts", person.page.input_value("#text")],
    )


def test_a_reload_opens_what_was_open_with_its_draft(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.goes_to("bob")
    alice.page.locator("#text").press_sequentially("for bob alo")
    alice.page.reload()
    stands_in(alice, "bob")
    expect(alice.page.locator("#text")).to_be_focused()
    expect(alice.page.locator("#text")).to_have_value("for bob alo")
    alice.page.keyboard.type("ne")
    alice.page.keyboard.press("Enter")
    alice.reads("for bob alone")
    bob.goes_to("#lobby")
    bob.reads()
    alice.page.reload()
    stands_in(alice, "bob")
    expect(alice.page.locator("#text")).to_have_value("")


def test_a_tab_that_crashes_loses_no_draft(enter: Enter) -> None:
    alice, _ = enter("alice"), enter("bob")
    alice.goes_to("bob")
    alice.page.locator("#text").press_sequentially("half a sent")
    drafted(alice)
    alice.page.evaluate("addEventListener('pagehide', (event) => event.stopImmediatePropagation(), true)")
    alice.page.close(run_before_unload=False)
    alice.page = alice.opens()
    alice.logs_in()
    alice.goes_to("bob")
    expect(alice.page.locator("#text")).to_have_value("half a sent")


def test_each_conversation_has_its_own_draft_and_each_account_too(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.page.locator("#text").press_sequentially("to all")
    alice.goes_to("bob")
    alice.page.locator("#text").press_sequentially("to bob")
    alice.page.reload()
    stands_in(alice, "bob")
    alice.goes_to("#lobby")
    expect(alice.page.locator("#text")).to_have_value("to all")
    alice.page.click("#me")
    alice.presses("Log out")
    bob.page.close()
    alice.nickname = "bob"
    alice.page.fill("#nickname", "")
    alice.logs_in()
    alice.goes_to("#lobby")
    expect(alice.page.locator("#text")).to_have_value("")


def test_a_lost_connection_takes_no_draft_and_brings_none_back(enter: Enter) -> None:
    alice, _ = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.goes_to("bob")
    alice.types("/me waves")
    alice.page.locator("#text").press_sequentially("still wri")
    wire.closes()
    alice.page.keyboard.type("ting")
    expect(alice.page.locator("#link")).to_be_empty()
    expect(alice.page.locator("#text")).to_have_value("still writing")
    alice.page.reload()
    expect(alice.page.locator("#text")).to_have_value("still writing")


def test_a_phone_comes_back_to_its_list_or_its_conversation(enter: Enter, native: AtNative) -> None:
    alice, _ = enter("alice", is_phone=True), native("bob")
    alice.row("bob").tap()
    stands_in(alice, "bob")
    alice.page.reload()
    stands_in(alice, "bob")
    alice.page.go_back()
    expect(alice.row("bob")).to_be_visible()
    alice.page.reload()
    expect(alice.row("bob")).to_be_visible()
    expect(alice.page.locator("#log")).to_be_hidden()


def test_a_room_that_opens_late_takes_nobody_away_who_has_gone_on(enter: Enter) -> None:
    alice, _ = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    wire.has_sent("join_room", room="#lobby")
    expect(alice.row("#lobby")).to_be_visible()
    wire.holds.add("room_entered")
    alice.types("/join garden")
    alice.goes_to("bob")
    wire.until(lambda: bool(wire.held))
    wire.releases()
    expect(alice.row("#garden")).to_be_visible()
    stands_in(alice, "bob")


@pytest.mark.parametrize("where", ["#find", "#text", "dialog input"])
def test_who_types_is_not_taken_elsewhere_when_a_chat_begins(enter: Enter, native: AtNative, where: str) -> None:
    """What was typed to find somebody would go to the partner."""
    alice, bob = enter("alice"), native("bob")
    alice.goes_to("bob")
    alice.presses("Ask for a chat")
    alice.goes_to("#lobby")
    if "dialog" in where:
        alice.presses("Topic")
    alice.page.locator(where).press_sequentially("looking for ")
    bob.hears("want_chat_with_you alice.*")
    bob.says("yes")
    expect(alice.page.locator("#hint")).to_have_text("Chat with bob started.")
    alice.page.keyboard.type("this")
    expect(alice.page.locator(where)).to_have_value("looking for this")
    stands_in(alice, "#lobby")


def test_the_address_names_the_conversation_for_back_forward_and_links(enter: Enter, native: AtNative) -> None:
    alice, _ = enter("alice", opens=""), native("bob")
    assert "#" not in alice.page.url
    alice.goes_to("bob")
    alice.page.locator("#text").press_sequentially("to bob")
    alice.goes_to("#lobby")
    assert alice.page.url.endswith("#/lobby")
    alice.page.locator("#text").press_sequentially("to all")
    alice.page.go_back()
    stands_in(alice, "bob")
    assert alice.page.url.endswith("#bob")
    expect(alice.page.locator("#text")).to_have_value("to bob")
    alice.page.go_back()
    expect(alice.page.locator("#nothing")).to_be_visible()
    alice.page.go_forward()
    stands_in(alice, "bob")
    alice.page.evaluate("location.hash = '#/lobby'")
    stands_in(alice, "#lobby")
    expect(alice.page.locator("#text")).to_have_value("to all")


@pytest.mark.parametrize("address", ["#%", "#a b", "#/", "#<b>", "#text me", "#.."])
def test_an_address_that_names_nobody_opens_nothing(enter: Enter, address: str) -> None:
    alice = enter("alice", opens="")
    alice.page.evaluate("hash => { location.hash = hash }", address)
    alice.page.reload()
    expect(alice.page.locator("#nothing")).to_be_visible()


def test_nobody_comes_into_the_lobby_by_a_reload(enter: Enter) -> None:
    """What was meant for one was typed into its box."""
    alice = enter("alice", opens="")
    for _ in range(2):
        expect(alice.row("#lobby")).to_be_visible()
        expect(alice.page.locator("#nothing")).to_be_visible()
        expect(alice.page.locator("#compose")).to_be_hidden()
        alice.page.reload()


def test_the_way_to_the_message_box_leaves_the_address(enter: Enter) -> None:
    alice = enter("alice")
    alice.page.locator("#skip").focus()
    alice.page.keyboard.press("Enter")
    expect(alice.page.locator("#text")).to_be_focused()
    assert alice.page.url.endswith("#/lobby")


def test_back_to_the_list_on_a_phone_is_one_step_back(enter: Enter, native: AtNative) -> None:
    alice, _ = enter("alice", is_phone=True), native("bob")
    before = alice.page.evaluate("history.length")
    for _ in range(2):
        alice.row("bob").tap()
        stands_in(alice, "bob")
        alice.page.locator(".back").tap()
        expect(alice.row("bob")).to_be_visible()
        alice.page.wait_for_function("!location.hash")
    assert alice.page.evaluate("history.length") == before + 1
