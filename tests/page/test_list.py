"""The list of conversations is the server's: the same on each device, and what is read on one is read on all."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Person, Server, Wire

UPWARDS = "box => { box.scrollTop = box.scrollHeight / 2 }"
NOTICES = """
    notices = [];
    globalThis.Notification = class {
        static permission = "granted";
        constructor(title, { tag }) {
            this.tag = tag;
            notices = notices.filter((one) => one.tag !== tag); // as browsers do
            notices.push(this);
        }
        close() { notices.splice(notices.indexOf(this), 1); }
    };
    isHere = true;
    document.hasFocus = () => isHere;
"""


def rows(page: Page) -> list[str]:
    return [row.get_attribute("data-key") or "" for row in page.locator("#talks li button").all()]


def unread(person: Person, key: str, words: str) -> None:
    news = person.row(key).locator(".news")
    if words:
        expect(news).to_have_text(words)
    else:
        expect(news).to_have_count(0)


def test_a_fresh_browser_has_the_list_with_last_lines_and_what_is_unread(enter: Enter, native: AtNative) -> None:
    bob, carol = native("bob"), native("carol")
    bob.says("/msg alice AAAAAAAAAAAA 1 :from bob", "/msg alice AAAAAAAAAAAB 1 :and again")
    bob.hears("kept_for alice AAAAAAAAAAAB 1")
    carol.says("/msg alice AAAAAAAAAAAC 1 :from carol")
    carol.hears("kept_for alice AAAAAAAAAAAC 1")
    alice = enter("alice", opens="")
    expect(alice.row("carol")).to_contain_text("from carol")
    expect(alice.row("bob")).to_contain_text("and again")
    unread(alice, "bob", "2 unread")
    unread(alice, "carol", "1 unread")
    assert rows(alice.page) == ["carol", "bob"]
    alice.goes_to("bob")
    alice.reads("from bob", "and again")
    unread(alice, "bob", "")
    alice.types("answer")
    expect(alice.row("bob")).to_contain_text("You: answer")
    assert rows(alice.page) == ["bob", "carol"]


def test_what_is_read_on_one_device_is_read_on_the_others(enter: Enter, native: AtNative) -> None:
    bob = native("bob")
    desk, phone = enter("alice", opens=""), enter("alice", is_phone=True)
    desk.page.add_init_script(NOTICES)
    desk.page.reload()
    expect(desk.page.locator("#app")).to_be_visible()
    desk.page.evaluate("isHere = false")
    bob.says("/msg alice AAAAAAAAAAAA 1 :one", "/msg alice AAAAAAAAAAAB 1 :two")
    for device in (desk, phone):
        unread(device, "bob", "2 unread")
        expect(device.page).to_have_title("(2) Duologue")
    assert desk.page.evaluate("notices.map(({ tag }) => tag)") == ["bob"]
    phone.row("bob").tap()
    phone.reads("one", "two")
    unread(desk, "bob", "")
    expect(desk.page).to_have_title("Duologue")
    assert desk.page.evaluate("notices.length") == 0
    desk.page.reload()
    expect(desk.row("bob")).to_contain_text("two")
    unread(desk, "bob", "")


def test_what_was_said_in_a_chat_is_read_too(enter: Enter) -> None:
    """A live message has no number: the cursor says that it was seen."""
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.chats_with(bob)
    bob.types("live")
    alice.reads("live")
    wire.has_sent("mark_read", name="bob")
    alice.page.goto("about:blank")
    other = enter("alice", opens="")
    expect(other.row("bob")).to_contain_text("live")
    unread(other, "bob", "")


def test_who_reads_further_up_or_looks_elsewhere_has_not_read_it(
    enter: Enter, server: Server, native: AtNative
) -> None:
    server.stop()
    server.start("--limits", "off")
    bob = native("bob")
    for number in range(60):
        bob.says(f"/msg alice A{number:011} 1 :number {number}")
    bob.hears("kept_for alice A00000000059 1")
    alice = enter("alice", opens="")
    alice.page.add_init_script("isHere = true; document.hasFocus = () => isHere;")
    wire = Wire(alice.page)
    alice.goes_to("bob")
    expect(alice.messages.last).to_have_text("number 59")
    wire.has_sent("mark_read", name="bob")
    alice.page.locator("#log").evaluate(UPWARDS)
    expect(alice.page.locator("#down")).to_be_visible()
    bob.says("/msg alice BAAAAAAAAAAA 1 :further down")
    unread(alice, "bob", "1 unread")
    alice.page.locator("#down").click()
    unread(alice, "bob", "")
    alice.page.evaluate("isHere = false")
    bob.says("/msg alice BAAAAAAAAAAB 1 :while elsewhere")
    unread(alice, "bob", "1 unread")
    alice.page.evaluate("isHere = true, dispatchEvent(new Event('focus'))")
    unread(alice, "bob", "")


def test_it_is_said_where_the_new_messages_begin(enter: Enter, native: AtNative) -> None:
    bob = native("bob")
    alice = enter("alice", opens="")
    bob.says("/msg alice AAAAAAAAAAAA 1 :old")
    alice.goes_to("bob")
    alice.reads("old")
    unread(alice, "bob", "")
    wire = Wire(alice.page)
    alice.goes_to("bob")
    alice.reads("old")
    alice.page.evaluate("location.hash = ''")
    expect(alice.page.locator("#nothing")).to_be_visible()
    bob.says("/msg alice AAAAAAAAAAAB 1 :new", "/msg alice AAAAAAAAAAAC 1 :newer")
    unread(alice, "bob", "2 unread")
    alice.page.reload()
    unread(alice, "bob", "2 unread")
    alice.goes_to("bob")
    alice.reads("old", "new", "newer")
    expect(alice.page.locator("#rows .row:has(.unread) .text")).to_have_text("new")
    wire.has_sent("mark_read", name="bob")


def test_the_list_goes_on_as_it_is_scrolled(enter: Enter, server: Server, native: AtNative) -> None:
    names = [f"person{number:02}" for number in range(60)]
    server.users.write_text("".join(f"{name}\n" for name in ("clientID", "alice", "bob", *names)))
    server.stop()
    server.start("--limits", "off")
    old = native("alice")
    for number, name in enumerate(names):
        old.says(f"/msg {name} A{number:011} 1 :to {name}")
    old.hears("kept_for person59 A00000000059 1")
    old.leaves()
    alice = enter("alice", opens="")
    expect(alice.page.locator("#talks li")).to_have_count(50)
    assert rows(alice.page)[0] == "person59"
    alice.page.locator("#lists").evaluate("box => { box.scrollTop = box.scrollHeight }")
    expect(alice.page.locator("#talks li")).to_have_count(60)
    assert rows(alice.page)[-1] == "person00"
    expect(alice.row("person00")).to_contain_text("You: to person00")


def test_unread_is_told_at_most_once_a_second(enter: Enter, native: AtNative) -> None:
    bob = native("bob")
    alice = enter("alice", opens="bob")
    wire = Wire(alice.page)
    alice.goes_to("bob")
    for number in range(10):
        bob.says(f"/msg alice A{number:011} 1 :number {number}")
        expect(alice.messages.last).to_have_text(f"number {number}")
    wire.until(lambda: len(wire.find("mark_read")) > 1)
    assert len(wire.find("mark_read")) < 5


def test_a_room_has_its_last_line_and_what_is_unread(enter: Enter, native: AtNative) -> None:
    bob = native("bob")
    alice = enter("alice")
    bob.says("/join lobby", "/msg #lobby AAAAAAAAAAAA 1 :to all")
    alice.reads("to all")
    alice.goes_to("bob")
    bob.says("/msg #lobby AAAAAAAAAAAB 1 :and again")
    unread(alice, "#lobby", "1 unread")
    expect(alice.row("#lobby")).to_contain_text("bob: and again")
    alice.page.reload()
    unread(alice, "#lobby", "1 unread")
    expect(alice.row("#lobby")).to_contain_text(re.compile("bob: and again"))
