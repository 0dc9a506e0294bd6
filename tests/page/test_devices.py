"""One account on several devices, docs/protocol.md, 14: each tab is one. What is said stands on all of them, once."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Person, Server, Wire


def head(person: Person, text: str) -> None:
    expect(person.page.locator("#head small")).to_contain_text(text)


def is_on(person: Person) -> None:
    expect(person.page.locator("#link")).to_be_empty()


def at_two(enter: Enter, nickname: str, opens: str) -> tuple[Person, Person]:
    """Somebody at a desk and at another one, looking at the same conversation."""
    return enter(nickname, opens=opens), enter(nickname, opens=opens)


def second_tab(person: Person) -> Page:
    page = person.opens()
    page.fill("#nickname", person.nickname)
    page.click("#login button")
    expect(page.locator("#app")).to_be_visible()
    return page


def test_what_is_said_and_heard_stands_on_all_devices_once(enter: Enter) -> None:
    bob = enter("bob")
    desk, laptop = at_two(enter, "alice", "bob")
    bob.goes_to("alice")
    bob.types("to alice, wherever she is")
    for device in (desk, laptop):
        device.reads("to alice, wherever she is")
    desk.types("from the desk")
    laptop.reads("to alice, wherever she is", "from the desk")
    laptop.types("from the laptop")
    said = ["to alice, wherever she is", "from the desk", "from the laptop"]
    for _ in range(2):
        for person in (desk, laptop, bob):
            person.reads(*said)
        for device in (desk, laptop):
            expect(device.page.locator("#rows .mine .text")).to_have_text(said[1:])
        for person in (desk, laptop, bob):
            person.page.reload()


def test_two_tabs_of_a_browser_are_two_devices(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    other = second_tab(alice)
    bob.says("/msg alice AAAAAAAAAAAA 1 :to both")
    for page in (alice.page, other):
        expect(page.locator("#link")).to_be_empty()
        page.locator('nav li button[data-key="bob"]').click()
        expect(page.locator("#rows .message > .text")).to_have_text(["to both"])
    other.fill("#text", "from the other tab")
    other.press("#text", "Enter")
    bob.hears("message_from alice .* :from the other tab")
    alice.reads("to both", "from the other tab")
    names = alice.page.evaluate("Object.keys(localStorage).filter((key) => key.endsWith('/writer')).sort()")
    assert names == ["duologue/alice/d1/writer", "duologue/alice/d2/writer"]


def test_a_tab_that_is_reloaded_is_the_same_device(enter: Enter) -> None:
    alice = enter("alice")
    wire = Wire(alice.page)
    devices = set()
    for _ in range(3):
        alice.page.reload()
        expect(alice.page.locator("#app")).to_be_visible()
        devices.add(wire.find("give_pass")[-1]["device"])
    assert len(devices) == 1
    assert devices.pop().endswith("-d1")


def test_a_second_tab_that_is_reloaded_is_the_same_device(enter: Enter) -> None:
    """Though the first one has gone meanwhile: what it has not sent waits in its own memory."""
    alice = enter("alice")
    other = second_tab(alice)
    alice.page.close()
    other.reload()
    expect(other.locator("#app")).to_be_visible()
    assert other.evaluate("sessionStorage.device") == "d2"
    alice.page = other


def test_without_locks_a_tab_is_a_device_of_its_own(enter: Enter, native: AtNative) -> None:
    """As where the page is not served from a place that the browser calls secure."""
    alice, bob = enter("alice"), native("bob")
    alice.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })")
    alice.page.reload()
    other = second_tab(alice)
    bob.says("/msg alice AAAAAAAAAAAA 1 :to both")
    names = set()
    for page in (alice.page, other):
        page.locator('nav li button[data-key="bob"]').click()
        expect(page.locator("#rows .message > .text")).to_have_text(["to both"])
        expect(page.locator("#link")).to_be_empty()
        names.add(page.evaluate("sessionStorage.device"))
    assert len(names) == 2


def test_a_copy_of_a_device_is_told_apart_by_the_button(enter: Enter) -> None:
    """A profile that was copied: both would be the same device, and one would end the other for ever."""
    alice = enter("alice")
    wire = Wire(alice.page)
    device = wire.has_sent("give_pass")["device"]
    copy = enter("alice", opens="")
    copy.page.evaluate("name => { localStorage['duologue/browser'] = name }", device.removesuffix("-d1"))
    copy.page.reload()
    is_on(copy)
    expect(alice.page.locator("#link")).to_contain_text("open somewhere else")
    alice.presses("Use it here")
    for person in (alice, copy):
        is_on(person)
    wire.until(lambda: len({frame["device"] for frame in wire.find("give_pass")}) == 2)


BEFORE = """() => {
    const keep = (kind, value) => { localStorage[`duologue/alice/${kind}`] = JSON.stringify(value) };
    const line = (text) => ({ id: text, text, at: Date.now() / 1000 });
    keep("letters", { LLLLLLLLLLLL: { ...line("an unsent letter"), stream: "LLLLLLLLLLLL", to: "bob" } });
    keep("chats", { CHAT: { id: "CHAT", partner: "bob", stream: "CHAT", partnerStream: "CHAT", stored: 1, isOver: false,
        lines: [line("an unsent line")] } });
    keep("received", { "bob CHAT": 3 });
    keep("talks", { bob: { at: 1, unread: 2 } });
    keep("place", { open: "bob" });
    keep("drafts", { bob: "half a" });
    localStorage["duologue/alice/writer"] = "0.5";
}"""


def test_what_a_page_of_before_had_not_sent_is_sent(enter: Enter, native: AtNative) -> None:
    """The storage of a page that was the only one of its account: its chat is known to no server any more."""
    alice, bob = enter("alice", opens=""), native("bob")
    alice.page.evaluate(BEFORE)
    alice.page.reload()
    heard = {bob.hears("message_from alice .* :(.*)")[1] for _ in range(2)}
    assert heard == {"an unsent letter", "an unsent line"}
    alice.goes_to("bob")
    expect(alice.page.locator("#text")).to_have_value("half a")
    expect(alice.page.locator("#rows .mine")).to_have_count(2)
    kinds = alice.page.evaluate("Object.keys(localStorage).filter((key) => key.match(/^duologue.alice.[a-z]+$/))")
    assert {kind.split("/")[-1] for kind in kinds} <= {"spellings"}
    assert alice.keeps("received")["bob CHAT"] == 3
    alice.page.reload()
    expect(alice.page.locator("#rows .mine")).to_have_count(2)


def test_what_a_closed_tab_had_not_sent_goes_from_the_next_one(enter: Enter, server: Server, native: AtNative) -> None:
    native("bob")
    alice = enter("alice", opens="bob")
    first, alice.page = alice.page, second_tab(alice)
    alice.goes_to("bob")
    server.kill()
    expect(alice.page.locator("#link")).to_contain_text("Connection lost")
    alice.types("typed in a tab that is closed")
    alice.page.locator("#text").fill("and half a")
    alice.page.close()
    server.start()
    bob = native("bob")
    bob.hears("message_from alice .* :typed in a tab that is closed")
    alice.page = first
    alice.reads("typed in a tab that is closed")
    expect(alice.page.locator("#text")).to_have_value("and half a")
    assert json.loads(alice.page.evaluate("localStorage['duologue/alice/d1/drafts']")) == {"bob": "and half a"}


def test_a_chat_on_another_device_is_said_and_written_to(enter: Enter) -> None:
    bob = enter("bob")
    desk = enter("alice", opens="bob")
    laptop = enter("alice", opens="bob")
    desk.chats_with(bob)
    head(laptop, "In a chat on another device")
    desk.types("live")
    bob.types("live too")
    laptop.reads("live", "live too")
    laptop.types("as a letter")
    for person in (desk, laptop, bob):
        person.reads("live", "live too", "as a letter")
    head(desk, "In a chat with you")
    laptop.leaves_the_chat()
    for person in (desk, laptop):
        expect(person.page.locator("#head").get_by_role("button", name="Ask for a chat")).to_be_visible()


def test_a_chat_that_no_device_holds_comes_to_the_one_that_is_looked_at(enter: Enter) -> None:
    bob = enter("bob")
    desk = enter("alice", opens="bob")
    laptop = enter("alice", opens="bob")
    desk.chats_with(bob)
    desk.types("from the desk")
    bob.reads("from the desk")
    desk.page.close()
    head(laptop, "In a chat with you")
    laptop.types("from the laptop")
    bob.types("to the laptop")
    for person in (laptop, bob):
        person.reads("from the desk", "from the laptop", "to the laptop")
    head(bob, "In a chat with you")
    assert "lost" not in " ".join(bob.notes.all_inner_texts())


def test_who_looks_elsewhere_takes_no_chat_over(enter: Enter) -> None:
    bob = enter("bob")
    desk = enter("alice", opens="bob")
    laptop = enter("alice", opens="#lobby")
    wire = Wire(laptop.page)
    desk.chats_with(bob)
    desk.page.close()
    bob.types("anybody?")
    expect(laptop.row("bob").locator(".news")).to_be_visible()
    assert not wire.find("resume_chat")
    laptop.goes_to("bob")
    head(laptop, "In a chat with you")
    wire.has_sent("resume_chat", sent={"name": "-", "upto": 0})
    laptop.reads("anybody?")


def test_what_a_device_had_not_sent_comes_late_and_once_though_another_has_the_chat(enter: Enter) -> None:
    bob = enter("bob")
    desk = enter("alice", opens="bob")
    laptop = enter("alice")
    desk.chats_with(bob)
    desk.types("in time")
    bob.reads("in time")
    expect(desk.page.locator(".mine .meta")).to_contain_text("delivered")
    wire = Wire(desk.page)  # which begins with a reload
    head(desk, "In a chat with you")
    wire.lost.add("say")
    desk.types("never sent")
    wire.lost.add("resume_chat")
    wire.closes()
    laptop.goes_to("bob")
    head(laptop, "In a chat with you")
    laptop.types("meanwhile")
    bob.reads("in time", "meanwhile")
    wire.lost.clear()
    wire.closes()
    head(desk, "In a chat on another device")
    expect(bob.messages).to_have_count(3)
    bob.reads("in time", "meanwhile", "never sent")
    expect(laptop.messages).to_have_count(3)
    expect(desk.messages).to_have_count(3)
    assert len(wire.find("send_letter", text="never sent", number=2)) == 1
    wire.until(lambda: not desk.keeps("chats"))
    for person in (bob, laptop, desk):
        person.page.reload()
        expect(person.messages).to_have_count(3)


@pytest.mark.parametrize("holder", ["desk", "laptop"])
def test_all_of_it_is_on_all_devices_after_the_server_was_killed(enter: Enter, server: Server, holder: str) -> None:
    bob = enter("bob")
    devices = {"desk": enter("alice", opens="bob"), "laptop": enter("alice", opens="bob")}
    devices[holder].chats_with(bob)
    people = [bob, *devices.values()]
    for number, person in enumerate(people):
        person.types(f"before {number}")
    server.kill()
    for number, person in enumerate(people):
        expect(person.page.locator("#link")).to_contain_text("Connection lost")
        person.types(f"while it was gone {number}")
    server.start()
    for person in people:
        is_on(person)
    for number, person in enumerate(people):
        person.types(f"after {number}")
    said = {f"{when} {number}" for when in ("before", "while it was gone", "after") for number in range(3)}
    for _ in range(2):
        for person in people:
            expect(person.messages).to_have_count(9)
            assert {*person.messages.all_inner_texts()} == said
            person.page.reload()


def test_what_was_missed_is_told_from_the_cursor(enter: Enter, native: AtNative) -> None:
    bob = native("bob")
    alice = enter("alice", opens="bob")
    wire = Wire(alice.page)
    alice.goes_to("bob")
    bob.says("/msg alice AAAAAAAAAAAA 1 :one")
    alice.reads("one")
    alice.context.set_offline(True)
    wire.closes()
    expect(alice.page.locator("#link")).to_contain_text("Connection lost")
    bob.says("/msg alice AAAAAAAAAAAB 1 :two")
    alice.context.set_offline(False)
    alice.reads("one", "two")
    assert isinstance(wire.find("follow")[-1]["number"], int)
    assert wire.find("follow")[0]["number"] is None


def test_who_has_missed_too_much_reads_the_conversation_again(enter: Enter, native: AtNative) -> None:
    bob = native("bob")
    alice = enter("alice", opens="bob")
    wire = Wire(alice.page)
    alice.goes_to("bob")
    bob.says("/msg alice AAAAAAAAAAAA 1 :one")
    alice.reads("one")
    wire.holds.add("kept")
    bob.says("/msg alice AAAAAAAAAAAB 1 :two")
    wire.until(lambda: bool(wire.held))
    wire.held.clear()
    wire.tells("following", number=999, feed="anew")
    alice.reads("one", "two")
