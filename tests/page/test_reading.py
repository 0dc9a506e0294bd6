"""What somebody reads stays where it is; what is new or looked for is signed."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Native, Server, Wire

SELECTS = """(row) => {
    const text = row.querySelector('.text').firstChild;
    getSelection().setBaseAndExtent(text, 0, text, 5);
}"""
UPWARDS = "box => { box.scrollTop = box.scrollHeight / 2 }"


def fill(native: Native, count: int) -> None:
    native.says(
        "/join lobby", *(f"/msg #lobby AAAAAAAAAAAA {number} :number {number}" for number in range(1, count + 1))
    )
    native.says("/history #lobby 1")
    native.hears("recall_ended .*")


def test_a_selection_survives_the_marks_of_its_message(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.chats_with(bob)
    wire.holds.add("acknowledged")
    alice.types("hello bob")
    row = alice.page.locator("#rows .row").last
    expect(row.locator(".meta")).to_contain_text("sent")
    row.evaluate(SELECTS)
    (chat,) = alice.keeps("chats")
    for stored, delivered, mark in ((1, 0, "stored"), (1, 1, "delivered")):
        wire.tells("acknowledged", stored=stored, delivered=delivered, stream=chat)
        expect(row.locator(".meta")).to_contain_text(mark)
        assert alice.page.evaluate("String(getSelection())") == "hello"


def test_a_selection_survives_the_chat_that_was_asked_for(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    alice.goes_to("bob")
    alice.types("hello bob")
    alice.presses("Ask for a chat")
    bob.hears("want_chat_with_you alice.*")
    row = alice.page.locator("#rows .row").first
    row.evaluate(SELECTS)
    bob.says("yes")
    expect(alice.notes.last).to_have_text("Chat with bob started.")
    assert alice.page.evaluate("String(getSelection())") == "hello"


def test_a_selection_survives_the_lines_that_take_its_message_off_the_screen(
    enter: Enter, server: Server, native: AtNative
) -> None:
    server.stop()
    server.start("--limits", "off")
    bob = native("bob")
    fill(bob, 40)
    alice = enter("alice")
    expect(alice.messages.last).to_have_text("number 40")
    alice.page.locator("#rows .row").last.evaluate(SELECTS)
    bob.says(*(f"/msg #lobby AAAAAAAAAAAB {number} :later {number}" for number in range(1, 101)))
    expect(alice.messages.last).to_have_text("later 100")
    assert alice.page.evaluate("String(getSelection())") == "numbe"
    alice.page.locator("#log").evaluate(UPWARDS)
    expect(alice.page.locator("#down")).to_be_visible()
    assert alice.page.evaluate("String(getSelection())") == "numbe"
    alice.goes_to("#lobby")
    alice.page.evaluate("getSelection().removeAllRanges()")
    alice.page.locator("#down").click()
    expect(alice.messages.get_by_text("number 40")).to_have_count(0)


def test_what_somebody_points_at_stays_the_same_while_it_changes(enter: Enter, native: AtNative) -> None:
    """A row of the list, a button above the messages, a request, the name behind which the menu is."""
    alice, bob = enter("alice"), native("bob")
    carol = native("carol")
    carol.says("/chat alice")
    alice.goes_to("bob")
    alice.presses("More")
    alice.page.keyboard.press("Escape")
    places = ["#people li button, #talks li button", "#head button", ".request button", "#me span.name", "#count"]
    alice.page.evaluate(
        "(places) => document.querySelectorAll(places).forEach((one) => (one.isOld = true))",
        ", ".join(places),
    )
    bob.says("/away tea", "/msg alice AAAAAAAAAAAA 1 :hello")
    alice.reads("hello")
    alice.types("/away cake")
    expect(alice.row("bob")).to_contain_text("away: tea")
    expect(alice.page.locator("#head small")).to_contain_text("away: tea")
    expect(alice.page.locator("#me")).to_contain_text("away: cake")
    for place in places:
        assert alice.page.locator(place).evaluate_all("all => all.every((one) => one.isOld)"), place


def test_new_lines_below_are_signed_and_one_press_goes_there(enter: Enter, server: Server, native: AtNative) -> None:
    server.stop()
    server.start("--limits", "off")
    bob = native("bob")
    fill(bob, 60)
    alice = enter("alice")
    expect(alice.messages.last).to_have_text("number 60")
    down = alice.page.locator("#down")
    expect(down).to_be_hidden()
    log = alice.page.locator("#log")
    log.evaluate(UPWARDS)
    expect(down).to_be_visible()
    expect(down).to_have_attribute("aria-label", "Go to the newest messages")
    bob.says("/msg #lobby AAAAAAAAAAAB 1 :one", "/msg #lobby AAAAAAAAAAAC 1 :two")
    expect(down.locator(".news")).to_have_text("2")
    down.click()
    expect(alice.messages.last).to_have_text("two")
    expect(down).to_be_hidden()
    log.evaluate(UPWARDS)
    expect(down).to_be_visible()
    alice.types("my own line")
    expect(alice.messages.last).to_have_text("my own line")
    expect(down).to_be_hidden()


def test_a_hit_opens_at_its_message_with_what_was_said_around_it(
    enter: Enter, server: Server, native: AtNative
) -> None:
    server.stop()
    server.start("--limits", "off")
    bob = native("bob")
    bob.says("/join lobby", "/msg #lobby AAAAAAAAAAAZ 1 :before it", "/msg #lobby AAAAAAAAAAAY 1 :a green teapot")
    fill(bob, 700)  # more than one answer
    alice = enter("alice")
    expect(alice.messages.last).to_have_text("number 700")
    alice.goes_to("bob")
    for _ in range(2):
        alice.page.fill("#find", "teapot")
        alice.page.press("#find", "Enter")
        alice.page.locator("#results").get_by_text("a green teapot").click()
        expect(alice.page.locator("#head h2")).to_have_text("#lobby")
        hit = alice.page.locator(".found .text")
        expect(hit).to_have_text("a green teapot")
        expect(hit).to_be_in_viewport()
        expect(alice.page.locator("#rows")).to_contain_text("before it")
        expect(alice.page.locator("#rows")).to_contain_text("number 3")
        expect(alice.page.locator("#hint")).to_be_empty()
        expect(alice.page.locator("#down")).to_be_visible()
        alice.page.locator("#down").click()
        expect(alice.messages.last).to_have_text("number 700")


def test_where_all_is_on_the_screen_there_is_nothing_newer_to_go_to(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says("/msg alice AAAAAAAAAAAA 1 :the green teapot")
    expect(alice.row("bob").locator(".news")).to_be_visible()
    alice.page.fill("#find", "teapot")
    alice.page.press("#find", "Enter")
    alice.page.locator("#results").get_by_text("the green teapot").click()
    expect(alice.page.locator(".found .text")).to_be_in_viewport()
    expect(alice.page.locator("#down")).to_be_hidden()
    bob.says(*(f"/msg alice AAAAAAAAAA{number} 1 :number {number}" for number in range(10, 35)))
    expect(alice.messages.last).to_have_text("number 34")
    expect(alice.messages.last).to_be_in_viewport()


def test_who_goes_elsewhere_meanwhile_is_not_brought_back_to_the_hit(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says("/msg alice AAAAAAAAAAAA 1 :the green teapot")
    expect(alice.row("bob").locator(".news")).to_be_visible()
    wire = Wire(alice.page)
    alice.page.fill("#find", "teapot")
    alice.page.press("#find", "Enter")
    hit = alice.page.locator("#results").get_by_text("the green teapot")
    expect(hit).to_be_visible()
    wire.holds |= {"recall_ended"}
    hit.click()
    expect(alice.page.locator("#head h2")).to_have_text("bob")
    alice.page.keyboard.press("Escape")
    alice.goes_to("#lobby")
    wire.until(lambda: bool(wire.held))
    wire.releases()
    alice.types("to the lobby")
    alice.reads("to the lobby")
    expect(alice.page.locator("#head h2")).to_have_text("#lobby")


def test_a_letter_while_elsewhere_on_a_phone_is_signed(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice", is_phone=True), native("bob")
    alice.row("#lobby").tap()
    bob.says("/msg alice AAAAAAAAAAAA 1 :psst", "/msg alice AAAAAAAAAAAB 1 :are you there?")
    back = alice.page.locator(".back")
    expect(back.locator(".news")).to_have_text("2")
    expect(back).to_have_attribute("aria-label", "Back to the list, 2 unread")
    expect(alice.page).to_have_title("(2) Duologue")
    back.tap()
    alice.row("bob").tap()
    expect(back.locator(".news")).to_have_count(0)


def test_whom_a_chat_with_somebody_else_has_turned_away_is_said(enter: Enter, native: AtNative) -> None:
    alice, bob, carol = enter("alice"), native("bob"), native("carol")
    for asker in (bob, carol):
        asker.says("/chat alice")
        asker.hears("chat_requested alice .*")
    alice.presses("Accept bob")
    bob.hears("start_chat alice .*")
    expect(alice.page.locator(".request")).to_have_count(0)
    expect(alice.row("carol").locator(".news")).to_have_text("1 unread")
    alice.goes_to("carol")
    expect(alice.notes.last).to_have_text("carol was told that you are in a chat.")


def test_requests_that_went_while_the_connection_was_lost_are_said_to_be_gone(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    wire = Wire(alice.page)
    bob.says("/chat alice")
    expect(alice.page.locator(".request")).to_have_count(1)
    wire.closes()
    expect(alice.page.locator(".request")).to_have_count(0)
    expect(alice.row("bob").locator(".news")).to_have_text("1 unread")
    alice.goes_to("bob")
    expect(alice.notes.last).to_have_text("bob is no longer waiting for you.")
