"""The promise about messages, at the page: nothing missing, nothing twice, in order, whatever dies."""

from __future__ import annotations

import json
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Server, Wire

SENDS = """
    sends = [];
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (frame) {
        sends.push([frame, JSON.stringify({...localStorage})]);
        send.call(this, frame);
    };
"""
FILLS = """
    for (let size = 1 << 24; size; size >>= 1) try {
        localStorage[`filler${size}`] = "x".repeat(size);
    } catch {}
"""


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
    expect(alice.notes.last).to_contain_text("lost the connection")
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
    alice.types("in time")
    bob.hears(":in time")
    expect(alice.page.locator(".mine .meta")).to_contain_text("stored")
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
    bob.hears("message_from alice .* :too late", of_chat=True)
    alice.goes_to("bob")
    alice.reads("in time", "too late")


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


def test_delivered_may_be_told_before_stored(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.chats_with(bob)
    wire.holds.add("acknowledged")
    alice.types("one")
    alice.types("two")
    bob.reads("one", "two")
    (chat,) = alice.keeps("chats")
    marks = alice.page.locator(".mine .meta")
    for stored, delivered, kept, shown in (
        (0, 1, ["one", "two"], ["delivered", "sent"]),
        (1, 1, ["two"], ["delivered", "sent"]),
        (2, 1, [], ["delivered", "stored"]),
        (1, 1, [], ["delivered", "stored"]),  # late
        (2, 2, [], ["delivered", "delivered"]),
    ):
        wire.tells("acknowledged", stored=stored, delivered=delivered, stream=chat)
        for place, mark in enumerate(shown):
            expect(marks.nth(place)).to_contain_text(mark)
        assert [line["text"] for line in alice.keeps("chats")[chat]["lines"]] == kept


@pytest.mark.parametrize("is_known", [True, False])
def test_what_is_left_of_an_earlier_stream_is_handed_in_under_its_numbers(enter: Enter, is_known: bool) -> None:
    """10.4 and 11.2. Where the server does not know that stream so far it is said as something new."""
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.chats_with(bob)
    alice.types("one")
    bob.reads("one")
    (chat,) = alice.keeps("chats")
    wire.until(lambda: not alice.keeps("chats")[chat]["lines"])
    wire.lost |= {"say", "send_letter"}
    alice.types("two")
    wire.has_sent("say", text="two")
    wire.tells("chat_resumed", nickname="bob", chat=chat, had=1, stream=f"{chat}.2", taken=0)
    wire.has_sent("send_letter", stream=chat, number=2, text="two")
    alice.types("three")
    wire.has_sent("say", text="three")
    assert [line["text"] for line in alice.keeps("chats")[chat]["lines"]] == ["two"]
    if is_known:
        wire.tells("acknowledged", stored=2, delivered=1, stream=chat)
    else:
        wire.tells("not_kept", nickname="bob", stream=chat, number=2, code="bad_number", text="no")
        wire.until(lambda: len(wire.find("say", text="two")) == 2)
    wire.until(lambda: list(alice.keeps("chats")) == [f"{chat}.2"])
    left = [line["text"] for line in alice.keeps("chats")[f"{chat}.2"]["lines"]]
    assert left == (["three"] if is_known else ["three", "two"])


def test_a_letter_is_kept_until_it_is_stored_even_if_it_is_delivered(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    wire.holds.add("acknowledged")
    alice.types("/msg bob hello")
    stream = wire.has_sent("send_letter")["stream"]
    expect(bob.row("alice").locator(".news")).to_be_visible()
    wire.tells("acknowledged", stored=0, delivered=1, stream=stream)
    expect(alice.page.locator(".mine .meta")).to_contain_text("delivered")
    assert list(alice.keeps("letters")) == [stream]
    wire.holds.clear()
    wire.lost.add("send_letter")
    wire.closes()
    wire.until(lambda: len(wire.find("send_letter", stream=stream)) == 2)
    expect(alice.page.locator("#link")).to_be_empty()
    expect(alice.page.locator(".mine .meta")).to_contain_text("delivered")
    wire.tells("acknowledged", stored=1, delivered=1, stream=stream)
    wire.until(lambda: not alice.keeps("letters"))


def test_what_comes_again_is_told_once_and_acknowledged_again(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.chats_with(bob)
    bob.types("one")
    alice.reads("one")
    (chat,) = alice.keeps("chats")
    wire.has_sent("ping", received=1, stream=chat)
    alice.page.reload()
    resumed = wire.has_sent("resume_chat", chat=chat)
    assert resumed["received"] == {"name": chat, "upto": 1}
    alice.goes_to("bob")
    wire.lost.add("ping")  # the server would not understand
    wire.tells("stream_begins", nickname="bob", stream=chat, first=1)
    wire.tells("said", nickname="bob", texts=["one", "two"])
    alice.reads("one", "two")
    wire.has_sent("ping", received=2, stream=chat)

    def pings(count: int) -> bool:
        return len(wire.find("ping", stream="AAAAAAAAAAAA")) == count

    for turn in (1, 2):
        wire.tells("message_from", nickname="bob", stream="AAAAAAAAAAAA", number=1, at=1, text="a letter")
        wire.until(partial(pings, turn))
    alice.reads("one", "two", "a letter")


def test_what_is_sent_or_acknowledged_is_on_the_disk_by_then(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    alice.page.add_init_script(SENDS)
    alice.page.reload()
    expect(alice.page.locator("#app")).to_be_visible()
    alice.types("/msg bob a letter")
    bob.goes_to("alice")
    bob.reads("a letter")
    alice.chats_with(bob)
    alice.types("said")
    bob.types("heard")
    alice.reads("a letter", "said", "heard")
    alice.page.wait_for_function("sends.some(([frame]) => JSON.parse(frame).received)")  # a moment after it is shown
    wanted = {"send_letter": ("letters", "a letter"), "say": ("chats", "said"), "ping": ("received", "bob ")}
    for frame, disk in alice.page.evaluate("sends"):
        sent = json.loads(frame)
        if sent["type"] == "ping" and (not sent["received"] or sent["stream"] == "*"):
            continue  # it asks, or says that it lives, or has the list
        kind, text = wanted.pop(sent["type"], (None, ""))
        if kind:
            assert text in json.loads(disk)[f"duologue/alice/d1/{kind}"]
    assert not wanted


def test_what_the_disk_does_not_take_is_neither_sent_nor_acknowledged(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.chats_with(bob)
    alice.page.evaluate(FILLS)
    for text, kind in (("for the chat", "say"), ("/msg carol a letter", "send_letter")):
        alice.page.fill("#text", text)
        alice.page.press("#text", "Enter")
        expect(alice.page.locator("#hint")).to_contain_text("Too much is waiting")
        expect(alice.page.locator("#text")).to_have_value(text)
        assert not wire.find(kind)
    bob.types("hello")
    alice.reads("hello")
    alice.page.fill("#text", "/dnd")
    alice.page.press("#text", "Enter")
    wire.has_sent("do_not_disturb")
    (chat,) = json.loads(alice.page.evaluate("localStorage['duologue/alice/d1/chats']"))
    assert not wire.find("ping", received=1, stream=chat)
    alice.page.evaluate(
        "Object.keys(localStorage).forEach(key => key.startsWith('filler') && delete localStorage[key])"
    )
    bob.types("and again")
    wire.has_sent("ping", received=2, stream=chat)


def test_of_a_chat_that_has_ended_only_what_the_server_has_not_is_handed_in(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    wire = Wire(alice.page)
    alice.chats_with(bob)
    wire.holds.add("acknowledged")
    alice.types("one")
    alice.types("two")
    (chat,) = alice.keeps("chats")
    wire.tells("chat_ended", nickname="bob", reason="lost", chat=chat, had=1)
    wire.has_sent("send_letter", stream=chat, number=2, text="two", nickname="bob")
    assert len(wire.find("send_letter")) == 1
