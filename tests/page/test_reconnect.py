"""The promise about messages, at the page: nothing missing, nothing twice, in order, whatever dies."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Server


def lost(page: Page) -> None:
    expect(page.locator("#link")).to_contain_text("Connection lost")


def test_a_chat_goes_on_after_the_server_was_killed_in_the_middle(enter: Enter, server: Server) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.chats_with(bob)
    said = [f"message {number}" for number in range(12)]
    for text in said[:4]:
        alice.types(text)
    server.kill()  # some of it may not be stored yet, nor heard
    for person in (alice, bob):
        lost(person.page)
        expect(person.page.locator("#head small")).to_have_text("In a chat with you")
    for text in said[4:8]:
        alice.types(text)
    expect(alice.page.locator(".mine .meta").last).to_contain_text("not sent yet")
    server.start()
    for person in (alice, bob):
        expect(person.page.locator("#link")).to_be_empty()
    expect(alice.notes.filter(has_text="Chat with bob goes on.")).to_have_count(1)
    for text in said[8:]:
        alice.types(text)
    for person in (alice, bob):
        person.reads(*said)
    expect(alice.page.locator(".mine .meta").last).to_contain_text("delivered")
    assert "not sent" not in " ".join(alice.page.locator(".mine .meta").all_inner_texts())


def test_what_is_said_to_a_page_that_is_away_comes_when_it_is_back(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.chats_with(bob)
    alice.types("before")
    bob.reads("before")
    bob.page.goto("about:blank")
    expect(alice.notes.last).to_contain_text("connection is lost")
    alice.types("while you were away")
    bob.page.go_back()
    expect(alice.notes.last).to_have_text("bob is back.")
    bob.goes_to("alice")
    bob.reads("before", "while you were away")


def test_a_tab_killed_before_anything_was_sent_loses_nothing(enter: Enter, server: Server) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.chats_with(bob)
    alice.types("before")
    bob.reads("before")
    server.kill()
    lost(alice.page)
    alice.types("typed in a tab that dies")
    alice.types("twice")
    alice.page.close()
    server.start()
    expect(bob.page.locator("#link")).to_be_empty()
    alice.page = alice.opens()
    alice.logs_in()
    bob.reads("before", "typed in a tab that dies", "twice")
    alice.goes_to("bob")
    alice.reads("before", "typed in a tab that dies", "twice")


def test_letters_and_what_is_said_in_rooms_waits_for_the_connection(enter: Enter, server: Server) -> None:
    alice, bob = enter("alice"), enter("bob")
    expect(alice.row("bob")).to_be_visible()
    alice.row("bob").click()
    alice.goes_to("#lobby")
    server.kill()
    lost(alice.page)
    alice.types("to the room")
    alice.goes_to("bob")
    alice.types("a letter")
    server.start()
    expect(alice.page.locator("#link")).to_be_empty()
    bob.reads("to the room")
    bob.goes_to("alice")
    bob.reads("a letter")
    expect(alice.page.locator(".mine .meta")).to_contain_text("delivered")


def test_what_came_too_late_for_its_chat_is_handed_in(enter: Enter, server: Server, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says("/chat alice")
    alice.presses("Accept bob")
    bob.hears("start_chat .*")
    server.kill()
    lost(alice.page)
    alice.types("too late")
    alice.page.close()
    server.start()
    bob = native("bob")
    chat = bob.hears(r"chat_waits alice (\S+) .*")[1]
    bob.says(f"/resume {chat}", "/quit")
    bob.hears("chat_ended .*")
    alice.page = alice.opens()
    alice.logs_in()
    bob.hears("message_from alice .* :too late")
    alice.goes_to("bob")
    alice.reads("too late")


def test_a_room_is_read_up_on(enter: Enter, server: Server, native: AtNative) -> None:
    alice = enter("alice")
    alice.types("before")
    expect(alice.page.locator(".mine .meta")).to_contain_text("delivered")
    alice.page.context.set_offline(True)
    server.kill()
    lost(alice.page)
    server.start()
    bob = native("bob")
    bob.says("/join lobby", *(f"/msg #lobby AAAAAAAAAAA{number} 1 :missed {number}" for number in range(3)))
    bob.says("/history #lobby 9")
    bob.hears("recall_ended .*")
    alice.page.context.set_offline(False)
    alice.reads("before", "missed 0", "missed 1", "missed 2")
