"""The page on a phone, by keyboard alone, in the dark, and for whoever listens to it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Person, Server, Wire

LONG = "W" * 32


def has_no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))


def test_a_phone_shows_the_list_or_a_conversation(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice", is_phone=True), native("bob")
    expect(alice.row("bob")).to_be_visible()
    expect(alice.page.locator("#log")).to_be_hidden()
    alice.row("bob").click()
    expect(alice.row("bob")).to_be_hidden()
    alice.types("x" * 400)
    bob.hears("message_from alice .*")
    assert has_no_sideways_scroll(alice.page)
    alice.presses("Back to the list")
    expect(alice.row("bob")).to_be_visible()
    alice.row("bob").click()
    alice.page.go_back()
    expect(alice.row("bob")).to_be_visible()


def test_everything_can_be_done_by_keyboard(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    keys = alice.page.keyboard
    expect(alice.row("bob")).to_be_visible()
    keys.press("Control+k")
    keys.type("bo")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(alice.page.locator("#head h2")).to_have_text("bob")
    expect(alice.page.locator("#text")).to_be_focused()
    keys.press("Escape")
    expect(alice.page.locator("#find")).to_have_value("")
    tabs_to(alice, "Ask for a chat")
    keys.press("Enter")
    tabs_to(bob, "Accept alice")
    bob.page.keyboard.press("Space")
    expect(bob.page.locator("#text")).to_be_focused()
    bob.page.keyboard.type("hello")
    bob.page.keyboard.press("Enter")
    alice.reads("hello")
    tabs_to(alice, "Skip to the message box")
    keys.press("Enter")
    keys.type("and back")
    keys.press("Enter")
    bob.reads("hello", "and back")


def tabs_to(person: Person, name: str) -> None:
    control = person.page.get_by_role("button", name=name, exact=True).or_(person.page.get_by_role("link", name=name))
    expect(control).to_have_count(1)
    for _ in range(40):
        if control.evaluate("element => element === document.activeElement"):
            return
        person.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {name}")


def test_the_arrows_move_in_a_list_that_takes_one_tab(enter: Enter, native: AtNative) -> None:
    alice = enter("alice")
    for name in ("bob", "carol"):
        native(name)
    expect(alice.row("carol")).to_be_visible()
    alice.row("bob").focus()
    alice.page.keyboard.press("ArrowDown")
    expect(alice.row("carol")).to_be_focused()
    assert alice.page.locator('#people button[tabindex="0"]').count() == 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("is_phone", [False, True], ids=["desktop", "phone"])
def test_axe_finds_nothing(enter: Enter, native: AtNative, dark: bool, is_phone: bool) -> None:
    alice = enter("alice", dark=dark, is_phone=is_phone)
    axe_is_content(alice.page)
    for name in ("bob", "carol", "dave"):
        native(name).says("/chat alice", f"/msg alice AAAAAAAAAAA{name[0]} 1 :{name} was here")
    expect(alice.page.locator("#lists .news")).to_have_count(3)
    expect(alice.page.locator(".request").last).to_be_visible()
    expect(alice.page.locator(".request")).to_have_count(3)
    axe_is_content(alice.page)
    alice.row("bob").click()
    alice.types("a letter back")
    axe_is_content(alice.page)
    alice.presses("More")
    expect(alice.page.get_by_role("status").get_by_text("(registered)")).to_be_visible()
    axe_is_content(alice.page)
    alice.page.keyboard.press("Escape")
    if is_phone:
        alice.presses("Back to the list, 2 unread")
    alice.page.click("#join")
    expect(alice.page.get_by_role("dialog")).to_be_visible()
    axe_is_content(alice.page)


def test_axe_finds_nothing_at_the_login(enter: Enter, server: Server) -> None:
    alice = enter("alice")
    alice.page.click("#me")
    axe_is_content(alice.page)
    alice.presses("Log out")
    expect(alice.page.locator("#login")).to_be_visible()
    axe_is_content(alice.page)


def axe_is_content(page: Page) -> None:
    page.evaluate("() => Promise.all(document.getAnimations().map(animation => animation.finished))")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_what_is_said_is_told_to_whoever_listens(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says("/join lobby")
    expect(alice.notes.last).to_have_text("bob has joined.")
    bob.says("/msg #lobby AAAAAAAAAAAA 1 :can you hear me")
    expect(alice.page.locator('#told[aria-live="polite"]')).to_contain_text("bob: can you hear me")


def test_right_to_left_text_runs_from_the_right(enter: Enter) -> None:
    alice = enter("alice")
    alice.types("שלום עולם")
    expect(alice.messages.last).to_have_css("direction", "rtl")
    alice.types("hello")
    expect(alice.messages.last).to_have_css("direction", "ltr")


@pytest.mark.parametrize("is_talking", [False, True], ids=["list", "conversation"])
def test_requests_on_a_phone_stand_there_with_nothing_cut_off(
    enter: Enter, server: Server, native: AtNative, is_talking: bool
) -> None:
    server.stop()
    names = ["bob", "carol", "m" * 32]
    server.users.write_text("".join(f"{name}\n" for name in ("clientID", "alice", *names)))
    server.start()
    alice = enter("alice", is_phone=True)
    if is_talking:
        alice.goes_to("#lobby")
    for name in names:
        native(name).says("/chat alice")
        expect(alice.page.locator(".request").last).to_contain_text(name)
    for place, name in enumerate(names):
        request = alice.page.locator(".request").nth(place)
        expect(request.locator("b")).to_have_text(name)
        words = box(request.locator(".name"))
        buttons = [box(button) for button in request.get_by_role("button").all()]
        assert words["y"] + words["height"] <= buttons[0]["y"]
        assert len({button["y"] for button in buttons}) == 1
        for part in (words, *buttons):
            assert part["x"] >= 0
            assert part["x"] + part["width"] <= 390
        assert request.locator(".name").evaluate("name => name.scrollWidth <= name.clientWidth")
    assert has_no_sideways_scroll(alice.page)
    below = alice.page.locator("#log" if is_talking else "nav")
    assert box(below)["height"] > 300


def places(person: Person, *names: str) -> list[FloatRect]:
    return [box(person.page.locator("#head").get_by_role("button", name=name, exact=True)) for name in names]


def test_what_stands_above_the_messages_does_not_move_under_the_pointer(
    enter: Enter, server: Server, native: AtNative
) -> None:
    alice, bob = enter("alice"), native("bob")
    wire = Wire(alice.page)
    names = ("Topic", "More", "Leave")
    before = places(alice, *names)
    bob.says("/join lobby", "/chat alice")
    expect(alice.page.locator(".request")).to_have_count(1)
    expect(alice.page.get_by_role("button", name="2 here")).to_be_visible()
    assert places(alice, *names) == before
    server.kill()
    expect(alice.page.locator("#link")).to_contain_text("Connection lost")
    assert places(alice, *names) == before
    wire.holds.add("room_entered")
    server.start()
    expect(alice.page.locator("#link")).to_be_empty()
    alice.page.reload()
    expect(alice.page.locator("#app")).to_be_visible()
    expect(alice.row("#lobby")).to_be_visible()
    wire.until(lambda: bool(wire.held))
    assert places(alice, *names) == before  # the lobby is about to be entered
    wire.releases()
    expect(alice.page.get_by_role("button", name="1 here")).to_be_visible()
    assert places(alice, *names) == before


def test_on_a_phone_no_row_of_the_list_moves_under_the_finger(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice", is_phone=True), native("bob")
    expect(alice.row("bob")).to_be_visible()
    before = [box(alice.row(key)) for key in ("#lobby", "bob")]
    bob.says("/chat alice")
    expect(alice.page.locator(".request")).to_be_in_viewport()
    assert [box(alice.row(key)) for key in ("#lobby", "bob")] == before


def test_on_a_phone_the_same_is_so_whatever_is_asked(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice", is_phone=True), native("bob")
    alice.row("bob").tap()
    before = places(alice, "More", "Block")
    alice.presses("Ask for a chat")
    expect(alice.page.get_by_role("button", name="Cancel the request")).to_be_visible()
    assert places(alice, "More", "Block") == before
    bob.hears("want_chat_with_you alice.*")
    bob.says("yes")
    expect(alice.page.get_by_role("button", name="Leave the chat")).to_be_visible()
    assert places(alice, "More", "Block") == before


def box(element: Locator) -> FloatRect:
    found = element.bounding_box()
    assert found
    return found
