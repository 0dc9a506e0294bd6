"""Rooms: three people, what a room is about, a password, what is unread."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.page.conftest import AtNative, Enter


def test_three_read_the_same_in_the_same_order(enter: Enter) -> None:
    people = [enter(name) for name in ("alice", "bob", "carol")]
    for turn in range(3):
        for person in people:
            person.types(f"{person.nickname} {turn}")
            for other in people:
                expect(other.messages.last).to_have_text(f"{person.nickname} {turn}")
    for person in people:
        expect(person.messages).to_have_count(9)
    expect(people[0].page.locator(".mine .meta").last).to_contain_text("delivered")


def test_who_comes_and_goes_is_told(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says("/join lobby")
    expect(alice.notes.last).to_have_text("bob has joined.")
    alice.presses("2 here")
    expect(alice.page.get_by_role("dialog").locator("li .name")).to_have_text(["alice", "bob"])
    alice.page.keyboard.press("Escape")
    bob.leaves()
    expect(alice.notes.last).to_have_text("bob has left.")


def test_a_room_is_made_found_and_left(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    for person in (alice, bob):
        person.page.click("#join")
        person.page.get_by_role("dialog").get_by_label("Room").fill("garden")
        person.page.get_by_role("dialog").get_by_label("Password").fill("roses")
        person.presses("Join or create")
        expect(person.page.locator("#head h2")).to_have_text("#garden")
    alice.types("hello garden")
    bob.reads("hello garden")
    bob.presses("Leave")
    expect(bob.row("#garden")).to_have_count(0)
    expect(alice.notes.last).to_have_text("bob has left.")
    alice.presses("Leave")
    dialog = alice.page.get_by_role("dialog")
    expect(dialog).to_contain_text("You are the last one here")
    alice.presses("Cancel")
    expect(alice.row("#garden")).to_have_count(1)
    alice.presses("Leave")
    alice.presses("Leave #garden")
    expect(alice.row("#garden")).to_have_count(0)


def test_a_wrong_password_is_explained(enter: Enter, native: AtNative) -> None:
    bob, alice = native("bob"), enter("alice")
    bob.says("/join vault secret")
    bob.hears("room_entered #vault .*")
    alice.page.click("#join")
    alice.page.get_by_role("button", name="#vault").click()
    alice.page.get_by_role("dialog").get_by_label("Password").fill("guess")
    alice.presses("Join or create")
    expect(alice.page.locator("#hint")).to_contain_text("password")


def test_what_a_room_is_about(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.presses("Topic")
    alice.page.get_by_label("Topic").fill("tea & cake")
    alice.presses("Save")
    expect(bob.page.locator("#head small")).to_have_text("tea & cake")
    expect(bob.notes.last).to_have_text("alice set the topic: tea & cake")


def test_what_is_said_elsewhere_is_unread(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.goes_to("bob")
    bob.types("one")
    bob.types("two")
    expect(alice.row("#lobby").locator(".news")).to_have_text("2 unread")
    alice.goes_to("#lobby")
    expect(alice.page.locator(".unread")).to_have_count(1)
    expect(alice.row("#lobby").locator(".news")).to_have_count(0)


def test_a_reload_comes_back_into_the_rooms(enter: Enter) -> None:
    alice = enter("alice")
    alice.types("/join garden roses")
    expect(alice.page.locator("#head h2")).to_have_text("#garden")
    alice.types("still here?")
    expect(alice.page.locator(".mine .meta")).to_contain_text("delivered")
    alice.page.reload()
    alice.goes_to("#garden")
    alice.reads("still here?")
