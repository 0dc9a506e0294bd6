"""The box to write in: its keys on a desktop and on a phone, what is put into it, and what is never guessed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Person

PUTS = """(box, [kind, name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File(['x'], name, {type: 'image/png'}));
    if (text) data.setData('text/plain', text);
    const how = {bubbles: true, cancelable: true};
    const event = kind === 'paste' ? new ClipboardEvent(kind, {...how, clipboardData: data})
        : new DragEvent(kind, {...how, dataTransfer: data});
    return box.dispatchEvent(event);
}"""


def puts(person: Person, kind: str, where: str = "#text", text: str = "") -> bool:
    """False where the page keeps the browser from doing with it what it would do."""
    return bool(person.page.locator(where).evaluate(PUTS, [kind, "holiday.png", text]))


def test_on_a_phone_enter_breaks_the_line_and_a_button_sends(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice", is_phone=True), native("bob")
    alice.row("bob").tap()
    box = alice.page.locator("#text")
    expect(box).to_have_attribute("enterkeyhint", "enter")
    expect(box).not_to_be_focused()  # a keyboard would cover half of what there is to read
    box.tap()
    alice.page.keyboard.type("one")
    alice.page.keyboard.press("Enter")
    alice.page.keyboard.type("two")
    expect(box).to_have_value("one\ntwo")
    alice.page.locator("#send").tap()
    bob.hears("message_from alice .* :one\vtwo")
    expect(box).to_have_value("")
    expect(box).to_be_focused()
    alice.page.keyboard.type("with a keyboard of its own")
    alice.page.keyboard.press("Control+Enter")
    bob.hears("message_from alice .* :with a keyboard of its own")


def test_on_a_desktop_enter_sends_and_shift_breaks_the_line(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    alice.goes_to("bob")
    expect(alice.page.locator("#text")).to_have_attribute("enterkeyhint", "send")
    alice.page.keyboard.type("one")
    alice.page.keyboard.press("Shift+Enter")
    alice.page.keyboard.type("two")
    alice.page.keyboard.press("Enter")
    bob.hears("message_from alice .* :one\vtwo")


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_is_said_not_to_be_sent(enter: Enter, kind: str) -> None:
    alice = enter("alice")
    puts(alice, kind)
    expect(alice.page.locator("#hint")).to_have_text("Files and pictures cannot be sent yet.")


def test_a_file_that_is_dropped_beside_the_box_does_not_take_the_place_of_the_page(enter: Enter) -> None:
    alice = enter("alice")
    for kind in ("dragover", "drop"):
        assert not puts(alice, kind, "#log")
    expect(alice.page.locator("#hint")).to_contain_text("cannot be sent yet")


COPIES_A_PICTURE = """async () => {
    const picture = new OffscreenCanvas(4, 4);
    picture.getContext('2d').fillRect(0, 0, 4, 4);
    await navigator.clipboard.write([new ClipboardItem({'image/png': await picture.convertToBlob()})]);
}"""


@pytest.mark.parametrize("where", ["#text", "#log", "#find"])
def test_a_picture_of_the_clipboard_is_said_not_to_be_sent_wherever_the_keyboard_is(enter: Enter, where: str) -> None:
    """By the browser itself, which tells a box of a change whatever it took."""
    alice = enter("alice")
    alice.context.grant_permissions(["clipboard-read", "clipboard-write"])
    alice.page.evaluate(COPIES_A_PICTURE)
    alice.page.focus(where)
    alice.page.keyboard.press("Control+v")
    expect(alice.page.locator("#hint")).to_have_text("Files and pictures cannot be sent yet.")
    alice.page.evaluate("new Promise(requestAnimationFrame)")
    expect(alice.page.locator("#hint")).to_have_text("Files and pictures cannot be sent yet.")


def test_a_text_that_comes_with_its_picture_is_pasted(enter: Enter) -> None:
    """As spreadsheets have it."""
    alice = enter("alice")
    assert puts(alice, "paste", text="1\t2")
    expect(alice.page.locator("#hint")).to_be_empty()


def says(person: Person, text: str) -> None:
    person.page.fill("#text", text)
    person.page.press("#text", "Enter")


def test_what_a_room_is_about_is_never_guessed(enter: Enter, native: AtNative) -> None:
    bob, alice = native("bob"), enter("alice")
    bob.says("/join garden")
    bob.hears("room_entered #garden .*")
    for name in ("secret", "garden"):
        alice.types(f"/join {name}")
        expect(alice.page.locator("#head h2")).to_have_text(f"#{name}")
    alice.goes_to("#secret")
    about = alice.page.locator("#head small")
    alice.types("/topic secret")
    expect(about).to_have_text("secret")  # no mark: a word like others
    alice.types("/topic garden roses")
    expect(about).to_have_text("garden roses")
    alice.types("/topic #garden tulips")
    bob.hears("room_topic #garden alice.*tulips")
    expect(about).to_have_text("garden roses")
    alice.types("/topic")
    expect(alice.page.locator("#hint")).to_have_text("#secret: garden roses")
    alice.types("/topic #garden")
    expect(alice.page.locator("#hint")).to_have_text("#garden: tulips")
    expect(about).to_have_text("garden roses")  # asked, not taken away
    alice.types("/topic -")
    expect(about).to_have_text("No topic yet")


def test_who_is_in_a_room(enter: Enter) -> None:
    alice = enter("alice")
    alice.types("/names")
    dialog = alice.page.get_by_role("dialog")
    expect(dialog.locator("h2")).to_have_text("In #lobby")
    expect(dialog.locator("li .name")).to_have_text(["alice"])
    enter("bob")  # who comes meanwhile is there too
    expect(dialog.locator("li .name")).to_have_text(["alice", "bob"])


def test_to_block_is_asked_twice_and_lies_beside_nothing(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.chats_with(bob)
    leave = alice.page.get_by_role("button", name="Leave the chat", exact=True).bounding_box()
    block = alice.page.get_by_role("button", name="Block", exact=True).bounding_box()
    assert leave
    assert block
    assert block["x"] - (leave["x"] + leave["width"]) > leave["width"] / 2
    dialog = alice.page.get_by_role("dialog")
    for by_hand in (True, False):
        if by_hand:
            says(alice, "/block")
        else:
            alice.presses("Block")
        expect(dialog.locator("h2")).to_have_text("Block bob?")
        alice.presses("Cancel")
        expect(dialog).to_be_hidden()
        expect(alice.page.locator("#head small")).to_contain_text("In a chat with you")
    alice.presses("Block")
    alice.blocks("bob")
    expect(alice.page.locator("#head small")).to_contain_text("Blocked")


def test_the_request_of_somebody_is_not_blocked_by_a_slip(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says("/chat alice")
    alice.presses("Block bob")
    expect(alice.page.get_by_role("dialog").locator("h2")).to_have_text("Block bob?")
    alice.presses("Cancel")
    expect(alice.page.locator(".request")).to_have_count(1)
    alice.presses("Block bob")
    alice.blocks("bob")
    expect(alice.page.locator(".request")).to_have_count(0)
