"""All that was said in a conversation, in a file."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Person, Server, Wire

LETTERS = ("hello", "/me waves", "two\vlines", "\u202eevil")


def saves(person: Person, kind: str) -> Path:
    person.presses("More")
    with person.page.expect_download() as download:
        person.presses(f"Save as .{kind}")
    return Path(download.value.path()).rename(Path(download.value.path()).with_name(download.value.suggested_filename))


def test_many_pages_are_saved_from_their_beginning(enter: Enter, server: Server, native: AtNative) -> None:
    server.stop()
    server.start("--limits", "off")
    bob, before = native("bob"), native("alice")
    count = 1001  # two pages of 500, and one
    bob.says("/chat alice")
    before.hears("want_chat_with_you bob .*")
    before.says("yes")
    bob.hears("start_chat .*")
    bob.says(*(f":number {number}" for number in range(1, count + 1)))
    before.hears(f":number {count}")
    alice = enter("alice")
    alice.goes_to("bob")
    expect(alice.messages.last).to_have_text(f"number {count}")
    day, *lines = saves(alice, "txt").read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"— \w+,? \d+ \w+ \d{4} —", day)
    assert [re.sub(r"^\d\d:\d\d bob: ", "", line) for line in lines] == [f"number {n + 1}" for n in range(count)]


def test_a_room(enter: Enter) -> None:
    alice = enter("alice")
    alice.types("hello")
    expect(alice.page.locator(".mine .meta")).to_contain_text("delivered")
    file = saves(alice, "txt")
    assert file.name == "room-lobby.txt"
    assert re.fullmatch(r"— .+ —\n\d\d:\d\d #lobby alice: hello\n", file.read_text(encoding="utf-8"))


def test_what_two_wrote_to_each_other(enter: Enter, native: AtNative) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says(*(f"/msg alice AAAAAAAAAAA{number} 1 :{text}" for number, text in enumerate(LETTERS)))
    alice.goes_to("bob")
    alice.types("hi")
    bob.hears("message_from alice .* :hi")
    file = saves(alice, "txt")
    assert file.name == "chat-with-bob.txt"
    _, *lines = re.sub(r"^\d\d:\d\d ", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE).splitlines()
    assert lines == ["bob: hello", "* bob waves", "bob: two", "    lines", "bob: <U+202E>evil", "alice: hi"]
    messages = json.loads(saves(alice, "json").read_text(encoding="utf-8"))
    assert [message["text"] for message in messages] == ["hello", "/me waves", "two\nlines", "\u202eevil", "hi"]
    assert {(message["from"], message["to"]) for message in messages} == {("bob", "alice"), ("alice", "bob")}
    for message in messages:
        assert message.keys() == {"number", "at", "from", "to", "text"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", message["at"])


def test_without_a_connection_nothing_is_saved_and_it_says_so(enter: Enter, server: Server) -> None:
    alice = enter("alice")
    wire = Wire(alice.page)
    alice.types("hello")
    wire.holds.add("recall_ended")
    alice.presses("More")
    alice.presses("Save as .txt")
    wire.has_sent("read_history", count=500)
    wire.closes()
    expect(alice.page.locator("#hint")).to_have_text("The connection was lost.")
    server.kill()
    expect(alice.page.locator("#link")).to_contain_text("Connection lost")
    alice.presses("More")
    alice.presses("Save as .json")
    expect(alice.page.locator("#hint")).to_have_text("There is no connection at the moment.")
    assert alice.page.get_by_role("dialog").count() == 0


def test_a_server_without_a_history_says_so(enter: Enter, server: Server) -> None:
    server.stop()
    server.start("--history", "off")
    alice = enter("alice")
    alice.presses("More")
    alice.presses("Save as .txt")
    expect(alice.page.locator("#hint")).to_have_text("This server keeps no history.")
