"""A chat between two pages, and between a page and a native client."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.page.conftest import AtNative, Enter


def test_two_people_chat(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.chats_with(bob)
    alice.types("hello")
    bob.types("hello yourself")
    for person in (alice, bob):
        person.reads("hello", "hello yourself")
    alice.leaves_the_chat()
    expect(alice.notes.last).to_have_text("Chat with bob ended: you left.")
    expect(bob.notes.last).to_have_text("Chat with alice ended: alice left.")


def test_marks_tell_what_became_of_a_message(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.chats_with(bob)
    alice.types("hello")
    expect(alice.page.locator(".mine .meta")).to_contain_text("delivered")


def test_a_letter_waits_for_somebody_who_is_away(enter: Enter) -> None:
    alice = enter("alice")
    alice.types("/msg bob see you tomorrow")
    alice.reads("see you tomorrow")
    expect(alice.page.locator(".mine .meta")).to_contain_text("stored")
    bob = enter("bob")
    expect(bob.row("alice").locator(".news")).to_have_text("1 unread")
    expect(bob.page).to_have_title("(1) Duologue")
    bob.goes_to("alice")
    bob.reads("see you tomorrow")
    expect(bob.page).to_have_title("Duologue")
    expect(alice.page.locator(".mine .meta")).to_contain_text("delivered")


def test_a_native_client_asks_and_chats(enter: Enter, native: AtNative) -> None:
    bob, alice = enter("bob"), native("alice")
    alice.says("/chat bob")
    bob.presses("Accept alice")
    alice.hears("start_chat bob .*")
    alice.says(":two\vlines", ":one")
    bob.reads("two\nlines", "one")
    bob.page.fill("#text", "first")
    bob.page.press("#text", "Shift+Enter")
    bob.page.keyboard.type("second")
    bob.page.press("#text", "Enter")
    alice.hears(":first\vsecond")
    alice.says("/quit")
    expect(bob.notes.last).to_have_text("Chat with alice ended: alice left.")


def test_a_request_is_declined_cancelled_or_answered_by_the_same(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.goes_to("bob")
    alice.presses("Ask for a chat")
    alice.presses("Cancel the request")
    expect(alice.notes.last).to_have_text("You withdrew your request to bob.")
    expect(bob.page.locator(".request")).to_have_count(0)
    alice.presses("Ask for a chat")
    bob.presses("Decline alice")
    expect(alice.notes.last).to_have_text("bob declined the chat.")


def test_asking_back_is_accepting(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    for person, other in ((alice, bob), (bob, alice)):
        person.goes_to(other.nickname)
        person.presses("Ask for a chat")
    for person in (alice, bob):
        expect(person.notes.last).to_contain_text("started")


def test_words_with_a_slash(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.types("/chat bob")
    bob.presses("Accept alice")
    expect(alice.page.locator("#head small")).to_contain_text("In a chat with you")
    alice.types("/me waves")
    alice.types("//not a word")
    bob.reads("* alice waves", "/not a word")
    alice.page.fill("#text", "/frobnicate now")
    alice.page.press("#text", "Enter")
    expect(alice.page.locator("#hint")).to_contain_text("There is no /frobnicate.")
    expect(alice.page.locator("#text")).to_have_value("/frobnicate now")
    alice.page.fill("#text", "/constructor now")
    alice.page.press("#text", "Enter")
    expect(alice.page.locator("#hint")).to_contain_text("There is no /constructor.")
    alice.types("/quit")
    expect(alice.notes.last).to_contain_text("you left")


def test_a_word_leaves_no_draft_behind_and_takes_none_away(enter: Enter) -> None:
    alice, _ = enter("alice"), enter("bob")
    alice.goes_to("bob")
    alice.page.locator("#text").press_sequentially("not yet")
    alice.goes_to("#lobby")
    alice.page.fill("#text", "/msg bob hello")
    alice.page.press("#text", "Enter")
    alice.reads("hello")
    expect(alice.page.locator("#text")).to_have_value("not yet")
    alice.goes_to("#lobby")
    expect(alice.page.locator("#text")).to_have_value("")


def test_a_text_that_is_too_long_is_not_sent(enter: Enter) -> None:
    alice = enter("alice")
    alice.page.fill("#text", "ä" * 4096)
    expect(alice.page.locator("#hint")).to_contain_text("too long")
    alice.page.press("#text", "Enter")
    expect(alice.page.locator("#text")).to_have_value("ä" * 4096)
    alice.page.fill("#text", "\x01" * 4000)  # six bytes each on the wire
    alice.page.press("#text", "Enter")
    expect(alice.page.locator("#hint")).to_contain_text("too long")
    expect(alice.page.locator("#text")).to_have_value("\x01" * 4000)
    alice.types("ä" * 4095)
    alice.reads("ä" * 4095)


def test_pasted_lines_are_one_message_and_a_draft_stays_where_it_was_written(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.page.locator("#text").evaluate("box => document.execCommand('insertText', false, 'one\\ntwo\\nthree')")
    alice.goes_to("bob")
    expect(alice.page.locator("#text")).to_have_value("")
    alice.goes_to("#lobby")
    alice.page.press("#text", "Enter")
    bob.reads("one\ntwo\nthree")


@pytest.mark.parametrize("how", ["isComposing: true", "keyCode: 229"])  # some browsers end it before the key
def test_enter_that_ends_a_composition_sends_nothing(enter: Enter, how: str) -> None:
    alice = enter("alice")
    alice.page.fill("#text", "にほ")
    event = "new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, %s})"
    alice.page.locator("#text").evaluate(f"box => box.dispatchEvent({event % how})")
    expect(alice.page.locator("#text")).to_have_value("にほ")
    alice.page.press("#text", "Enter")
    alice.reads("にほ")


def test_who_is_writing_is_not_taken_elsewhere_when_a_chat_begins(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.goes_to("bob")
    alice.presses("Ask for a chat")
    alice.goes_to("#lobby")
    alice.page.locator("#text").press_sequentially("for all to ")
    bob.presses("Accept alice")
    expect(alice.row("bob")).to_contain_text("in a chat with you")
    alice.page.keyboard.type("read")
    expect(alice.page.locator("#head h2")).to_have_text("#lobby")
    expect(alice.page.locator("#text")).to_have_value("for all to read")
