"""What must not end a session, lose a message or tell it twice, though something else goes wrong beside it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Person, Server, Wire

BLOCKED = """
    for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError') }});
"""


def says(person: Person, text: str) -> None:
    person.page.fill("#text", text)
    person.page.press("#text", "Enter")


def test_many_letters_do_not_make_it_forget_what_came_in_the_chat(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.chats_with(bob)
    bob.types("hello")
    alice.reads("hello")
    (chat,) = alice.keeps("chats")
    wire.lost.add("ping")  # the server would not understand
    for number in range(502):
        wire.tells("message_from", nickname="carol", stream=f"s{number:011d}", number=1, at=1, text="x")
    wire.has_sent("ping", stream="s00000000501")
    received = alice.keeps("received")
    assert received[f"bob {chat}"] == 1
    assert len(received) == 500


def test_a_letter_waits_for_what_was_said_before_it(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.chats_with(bob)
    wire.lost |= {"say", "quit_chat"}
    alice.types("first")
    alice.types("/quit")
    wire.lost.clear()
    wire.holds |= {"chat_resumed", "chat_ended"}
    alice.page.reload()
    wire.has_sent("resume_chat")
    alice.types("/msg carol to another")
    wire.has_sent("send_letter", text="to another")
    alice.types("/msg bob second")
    alice.types("/msg carol once more")
    wire.has_sent("send_letter", text="once more")
    assert not wire.find("send_letter", text="second")
    wire.until(lambda: bool(wire.held))
    wire.releases()
    wire.has_sent("send_letter", text="second")
    bob.goes_to("alice")
    bob.reads("first", "second")


@pytest.mark.parametrize("of", ["who_is", None])
def test_a_refusal_of_something_else_ends_no_question(enter: Enter, native: AtNative, of: str | None) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says("/msg alice AAAAAAAAAAAA 1 :hi")
    expect(alice.row("bob")).to_be_visible()
    wire = Wire(alice.page)
    wire.holds |= {"recalled", "recall_ended"}
    alice.goes_to("bob")
    wire.has_sent("read_history", nickname="bob")
    wire.tells("refused", code="no_history", text="not that", of=of)
    wire.releases()
    alice.reads("hi")


def test_a_question_ends_with_its_own_refusal(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says("/msg alice AAAAAAAAAAAA 1 :a green teapot")
    expect(alice.row("bob")).to_be_visible()
    alice.types("/search \x1c")  # no word for the server
    expect(alice.page.locator("#hint")).to_contain_text("at least one word")
    alice.types("/msg server anybody there?")  # a name that is reserved
    expect(alice.notes).to_contain_text("Not sent")
    alice.types("/search teapot")
    expect(alice.page.locator("#results h2")).to_contain_text("1 found")
    alice.page.locator("#results").get_by_text("a green teapot").click()
    alice.reads("a green teapot")


def test_what_is_said_too_late_is_no_trouble(enter: Enter) -> None:
    """It goes on as a letter."""
    alice = enter("alice")
    wire = Wire(alice.page)
    wire.tells("refused", code="no_chat", text="You are in no chat.", of="say")
    wire.tells("presence", nickname="bob", state="away", text="")
    expect(alice.row("bob")).to_be_visible()
    expect(alice.page.locator("#hint")).to_be_empty()


def test_what_cannot_be_is_refused_in_words(enter: Enter) -> None:
    alice = enter("alice")
    for text in ("/chat -x", "/join x!y", "/part nowhere", f"/away {'x' * 201}"):
        says(alice, text)
        expect(alice.page.locator("#hint")).not_to_be_empty()
        alice.page.fill("#text", "x")
        expect(alice.page.locator("#hint")).to_be_empty()
    expect(alice.page.locator("#me")).to_contain_text("online")
    says(alice, "/block x!y")
    alice.page.get_by_role("dialog").get_by_role("button", name="Block x!y").click()
    expect(alice.page.locator("#hint")).not_to_be_empty()


def test_a_room_that_is_refused_is_not_mixed_up_with_the_next(enter: Enter) -> None:
    alice = enter("alice")
    alice.types("/join x!y")
    alice.types("/join garden roses")
    expect(alice.page.locator("#head h2")).to_have_text("#garden")
    assert ["#garden", "roses"] in json.loads(alice.page.evaluate("sessionStorage.rooms"))


def test_a_person_is_not_taken_for_a_room_of_that_name(enter: Enter) -> None:
    alice = enter("alice")
    head = alice.page.locator("#head h2")
    alice.types("/join bob")
    expect(head).to_have_text("#bob")
    alice.types("/msg bob hello")
    expect(head).to_have_text("bob")
    says(alice, "/part")
    expect(alice.page.locator("#hint")).to_have_text("This is not a room.")
    expect(alice.row("#bob")).to_be_visible()


def test_nobody_is_written_to_who_cannot_be(enter: Enter) -> None:
    alice = enter("alice")
    wire = Wire(alice.page)
    says(alice, "/msg x!y hello")
    expect(alice.page.locator("#hint")).to_have_text("Say who it is for.")
    assert not wire.find("send_letter")
    assert not alice.keeps("letters")


def test_the_rooms_of_one_are_not_those_of_the_next(enter: Enter, server: Server) -> None:
    alice = enter("alice")
    alice.types("/join secret hunter2")
    expect(alice.row("#secret")).to_be_visible()
    alice.page.evaluate("sessionStorage.pass = 'no.good'")
    server.kill()
    server.start()
    expect(alice.page.locator("#denied")).to_have_text("Please log in again.", timeout=15_000)
    assert "hunter2" not in alice.page.evaluate("JSON.stringify({...sessionStorage})")
    alice.page.fill("#nickname", "bob")
    alice.page.click("#login button")
    expect(alice.page.locator("#me")).to_contain_text("bob")
    expect(alice.row("#lobby")).to_be_visible()
    assert "secret" not in alice.page.evaluate("sessionStorage.rooms")


def test_a_frame_that_would_be_too_long_is_not_sent(enter: Enter) -> None:
    alice = enter("alice")
    wire = Wire(alice.page)
    wire.sent.clear()
    for word in ("search", "away", "chat", "join"):
        says(alice, f"/{word} {'x' * 17_000}")
        expect(alice.page.locator("#hint")).to_have_text("That is too long.")
    assert not [frame for frame in wire.sent if len(json.dumps(frame)) > 16_000]


def test_only_what_the_server_took_is_how_i_am(enter: Enter) -> None:
    alice = enter("alice")
    wire = Wire(alice.page)
    wire.holds.add("you_are")
    alice.types("/away tea")
    wire.has_sent("go_away")
    expect(alice.page.locator("#me")).to_contain_text("online")
    wire.until(lambda: bool(wire.held))
    wire.releases()
    expect(alice.page.locator("#me")).to_contain_text("away: tea")


def test_a_browser_that_keeps_nothing_is_told_so(browser: Browser, server: Server) -> None:
    alice = Person(browser, server.url, "alice")
    alice.context.add_init_script(BLOCKED)
    alice.page.reload()
    expect(alice.page.locator("body")).to_contain_text("has to keep data in this browser")
    assert not alice.troubles
    alice.context.close()


@pytest.mark.parametrize("code", ["busy", "throttled"])
def test_a_room_that_is_not_entered_at_once_is_not_forgotten(enter: Enter, code: str) -> None:
    alice = enter("alice")
    for room in ("one", "two"):
        alice.types(f"/join {room}")
        expect(alice.page.locator("#head h2")).to_have_text(f"#{room}")
    wire = Wire(alice.page)
    wire.has_sent("join_room", room="#two")
    wire.lost.add("join_room")
    wire.sent.clear()
    alice.page.reload()
    wire.has_sent("join_room", room="#two")
    wire.tells("room_entered", room="#lobby", members=1, topic="")
    wire.tells("refused", code=code, text="not now", of="join_room")
    expect(alice.page.locator("#hint")).to_have_text("not now")
    rooms = json.loads(alice.page.evaluate("sessionStorage.rooms"))
    assert {room for room, _ in rooms} == {"#lobby", "#one", "#two"}


def test_what_is_missed_while_a_page_loads_is_read_after_it(enter: Enter) -> None:
    alice = enter("alice")
    wire = Wire(alice.page)
    wire.holds.add("recall_ended")
    alice.page.reload()
    wire.until(lambda: bool(wire.held))
    before = len(wire.find("read_history", nickname="#lobby"))
    wire.tells("room_missed", room="#lobby", count=3)
    wire.releases()
    wire.until(lambda: len(wire.find("read_history", nickname="#lobby")) == before + 1)
