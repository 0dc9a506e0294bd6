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


@pytest.mark.parametrize("code", ["bad_nickname", "bad_command", "unknown"])
def test_a_refusal_of_something_else_ends_no_question(enter: Enter, native: AtNative, code: str) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says("/msg alice AAAAAAAAAAAA 1 :hi")
    expect(alice.row("bob")).to_be_visible()
    wire = Wire(alice.page)
    wire.holds |= {"recalled", "recall_ended"}
    alice.goes_to("bob")
    wire.has_sent("read_history", nickname="bob")
    wire.tells("refused", code=code, text="not that")
    wire.releases()
    alice.reads("hi")


def test_names_that_nobody_can_have_are_not_asked_about(enter: Enter) -> None:
    alice = enter("alice")
    wire = Wire(alice.page)
    for text in ("/block x!y", "/chat -x", "/msg x!y hello", "/join x!y", "/part nowhere"):
        says(alice, text)
    says(alice, "/dnd")
    wire.has_sent("do_not_disturb")
    for kind in ("block", "ask_for_chat", "send_letter", "part_room"):
        assert not wire.find(kind)
    assert not wire.find("join_room", room="#x!y")


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


@pytest.mark.parametrize("length", [201, 17_000])
def test_an_away_text_that_is_too_long_is_not_sent(enter: Enter, length: int) -> None:
    alice = enter("alice")
    wire = Wire(alice.page)
    says(alice, f"/away {'x' * length}")
    expect(alice.page.locator("#hint")).to_have_text("Say it in 200 characters.")
    expect(alice.page.locator("#me")).to_contain_text("online")
    assert not wire.find("go_away")


def test_a_frame_that_would_be_too_long_is_not_sent(enter: Enter) -> None:
    alice = enter("alice")
    wire = Wire(alice.page)
    says(alice, f"/search {'x' * 17_000}")
    expect(alice.page.locator("#hint")).to_have_text("That is too long.")
    assert not wire.find("search_history")


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
    wire.tells("refused", code=code, text="not now")
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
