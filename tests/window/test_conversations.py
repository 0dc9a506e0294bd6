"""Whole conversations in windows, read from what the widgets show; the others are native clients."""

from __future__ import annotations

import json
import tkinter
from pathlib import Path
from tkinter import filedialog

import pytest

from duologue.client import (
    Acknowledged,
    ChatEnded,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    MayAsk,
    MessageFrom,
    Presence,
    RequestAnswered,
    RequestState,
    RequestWithdrawn,
    RoomEntered,
    RoomLeft,
    RoomSaid,
    Said,
    State,
)
from duologue.client.window.dialogs import Form
from duologue.client.window.search_window import SearchWindow
from tests.terminal.programs import Server
from tests.window.desktop import Desktop
from tests.window.fixtures import OpenDesktop
from tests.window.person import Person


async def test_a_chat_from_the_double_click_to_its_end(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        alice = open_desktop(server.port, "alice")
        await alice.shows("●  bob online")
        alice.double_click("bob")
        await bob.gets(ChatRequested, nickname="alice")
        await alice.shows("You have asked bob for a chat. Waiting for the answer…")
        await bob.client.accept("alice")
        await alice.shows("In a chat with bob.")
        alice.write("bob", "hello\nbob")
        assert await bob.gets(Said) == Said("alice", "hello\nbob")
        await alice.shows("delivered")
        await bob.client.say("hi alice")
        await alice.until(lambda: "bob  hi alice" in alice.history("bob"))
        await bob.client.quit()
        await alice.shows("Chat with bob ended: bob left.")
        alice.press("Ask again")
        await bob.gets(ChatRequested)


async def in_a_chat(server: Server, open_desktop: OpenDesktop, bob: Person) -> Desktop:
    alice = open_desktop(server.port, "alice")
    await alice.shows("●  bob online")
    alice.double_click("bob")
    await bob.gets(ChatRequested, nickname="alice")
    await bob.client.accept("alice")
    await alice.shows("In a chat with bob.")
    return alice


# Requests


async def test_a_request_is_accepted(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        alice = open_desktop(server.port, "alice")
        await alice.shows("bob online")
        await bob.client.ask("alice")
        box = await alice.has_window("bob wants to chat")
        await alice.shows("asks for a chat")  # in the list of people too
        alice.press("Accept", box)
        await bob.gets(ChatStarted, nickname="alice")
        await alice.shows("In a chat with bob.")
        await alice.has_no_window("wants to chat")


async def test_a_request_is_declined(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("user3", server.port) as bob:
        alice = open_desktop(server.port, "alice")
        await alice.shows("user3 online")
        await bob.client.ask("alice")
        alice.press("Decline", await alice.has_window("user3 wants to chat"))
        answer = await bob.gets(RequestAnswered)
        assert answer.outcome is RequestState.DECLINED
        await alice.has_no_window("wants to chat")
        await alice.shows("user3 online")


async def test_who_is_blocked_asks_in_vain(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("user5", server.port) as bob:
        alice = open_desktop(server.port, "alice")
        await alice.shows("user5 online")
        await bob.client.ask("alice")
        alice.press("Block", await alice.has_window("user5 wants to chat"))
        alice.press("Block user5", await alice.has_window("Block user5"))
        await alice.shows("user5 is blocked")
        await bob.client.write("alice", "are you there?")
        alice.app.windows.actions.show_blocked()
        blocked = await alice.has_window("Blocked people")
        assert "are you there?" not in alice.shown()
        alice.press("Unblock", blocked)
        await alice.shows("user5 is no longer blocked.")


async def test_three_requests_at_once(server: Server, open_desktop: OpenDesktop) -> None:
    async with (
        Person("bob", server.port) as bob,
        Person("user1", server.port) as one,
        Person("user2", server.port) as two,
    ):
        alice = open_desktop(server.port, "alice")
        await alice.shows("user2 online")
        for person in (bob, one, two):
            await person.client.ask("alice")
        boxes = [await alice.has_window(f"{name} wants to chat") for name in ("bob", "user1", "user2")]
        assert len({box.winfo_rooty() for box in boxes}) == 3, "one hides the other"
        alice.press("Accept", boxes[1])
        await one.gets(ChatStarted)
        await alice.has_no_window("wants to chat")
        assert (await bob.gets(RequestAnswered)).outcome is RequestState.BUSY


async def test_a_request_that_is_withdrawn_goes(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        alice = open_desktop(server.port, "alice")
        await alice.shows("bob online")
        await bob.client.ask("alice")
        await alice.has_window("bob wants to chat")
        await bob.client.cancel()
        await alice.has_no_window("wants to chat")


async def test_ones_own_request_is_cancelled(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        alice = open_desktop(server.port, "alice")
        await alice.shows("bob online")
        alice.double_click("bob")
        await alice.shows("Waiting for the answer")
        alice.press("Cancel")
        await bob.gets(RequestWithdrawn, nickname="alice")
        await alice.shows("bob is online. What you write arrives as a letter, without a chat.")


async def test_who_declines_is_said(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("user4", server.port) as bob:
        alice = open_desktop(server.port, "alice")
        await alice.shows("user4 online")
        alice.double_click("user4")
        await bob.gets(ChatRequested)
        await bob.client.decline("alice")
        await alice.shows("user4 declined the chat.")
        await alice.shows("Ask again")


# Chats


async def test_closing_the_window_leaves_the_chat_after_a_question(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        alice = await in_a_chat(server, open_desktop, bob)
        alice.app.windows.actions.close("bob")
        question = await alice.has_window("Chat with bob")
        await alice.has_window("bob - Duologue")
        alice.press("Leave the chat", question)
        await bob.gets(ChatEnded, nickname="alice")
        await alice.has_no_window("bob")


async def test_a_partner_who_is_lost_pauses_the_chat(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        alice = await in_a_chat(server, open_desktop, bob)
        bob.lose_connection()
        await alice.shows("bob lost the connection")
        await bob.gets(ChatResumed)
        await alice.shows("In a chat with bob.")


async def test_what_is_written_to_another_is_a_letter_to_them(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob, Person("carol", server.port) as carol:
        alice = await in_a_chat(server, open_desktop, bob)
        alice.double_click("carol")
        alice.write("carol", "not for bob")
        assert (await carol.gets(MessageFrom)).text == "not for bob"
        alice.write("bob", "for bob")
        await bob.gets(Said, text="for bob")
        assert bob.said() == ["for bob"]
        assert not any(isinstance(event, ChatRequested) for event in carol.events)


@pytest.mark.parametrize(
    "text",
    [
        "[PRIVATE MESSAGE] alice: hi",
        "/quit",
        "{bold} $x [exit] \\n",
        "<b>bold</b>",
        "שלום עולם",
        "👩‍👩‍👧 😀 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "x" * 3000,
        "one\ntwo\n\nfour",
    ],
)
async def test_what_is_typed_arrives_as_it_is(server: Server, open_desktop: OpenDesktop, text: str) -> None:
    async with Person("bob", server.port) as bob:
        alice = await in_a_chat(server, open_desktop, bob)
        alice.write("bob", text)
        assert (await bob.gets(Said)).text == text
        await bob.client.say(text)
        await alice.until(lambda: f"bob  {text}\n" in alice.history("bob"), "shown as it is")


async def test_controls_are_made_visible(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        alice = await in_a_chat(server, open_desktop, bob)
        await bob.client.say("a\x1b[31mb\u202ec")
        await alice.until(lambda: "bob  a␛[31mb<U+202E>c" in alice.history("bob"))


async def test_history_is_above_when_one_talks_again(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        async with Person("alice", server.port) as before:
            await bob.client.ask("alice")
            await before.gets(ChatRequested)
            await before.client.accept()
            await bob.gets(ChatStarted)
            for number in range(3):
                await bob.client.say(f"old {number}")
            await before.gets(Said, text="old 2")
        await bob.gets(ChatEnded)
        alice = await in_a_chat(server, open_desktop, bob)
        await alice.until(lambda: alice.history("bob").count("bob  old ") == 3)
        await bob.client.say("new")
        await alice.until(lambda: alice.history("bob").endswith("bob  new\n"))


# Letters


async def test_letters_both_ways(server: Server, open_desktop: OpenDesktop) -> None:
    alice = open_desktop(server.port, "alice")
    await alice.shows("Nobody else is here yet.")
    alice.app.windows.show_talk("bob", with_keyboard=True)
    await alice.shows("bob is offline. What you write waits until they are here.")
    alice.write("bob", "a letter")
    await alice.shows("stored, waits for bob")
    async with Person("bob", server.port) as bob:
        assert (await bob.gets(MessageFrom)).text == "a letter"
        await alice.shows("delivered")
        alice.app.windows.close_talk("bob")
        await alice.shows("bob online")
        await bob.client.write("alice", "an answer")
        await alice.shows("●  bob  (1)")
        assert alice.root.title() == "(1) alice - Duologue"
        alice.app.windows.show_talk("bob", with_keyboard=True)
        await alice.until(lambda: alice.root.title() == "alice - Duologue", "read")
        assert alice.history("bob").count("an answer") == 1
        assert alice.history("bob").count("a letter") == 1


# The lobby, rooms, people


async def test_the_lobby(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        await bob.client.join("#lobby")
        await bob.client.say_in("#lobby", "before")
        await bob.gets(Acknowledged)
        alice = open_desktop(server.port, "alice")
        await alice.shows("#lobby · 2 people here")
        await alice.until(lambda: alice.history().count("bob  before") == 1)
        alice.write("#lobby", "hello all")
        assert (await bob.gets(RoomSaid)).text == "hello all"
        await alice.shows("stored")
        await bob.client.say_in("#lobby", "/me waves")
        await alice.until(lambda: "* bob waves" in alice.history())


async def test_a_room_has_a_window_of_its_own(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        await bob.client.join("#tea", "secret")
        await bob.gets(RoomEntered)
        alice = open_desktop(server.port, "alice")
        await alice.shows("bob online")
        assert alice.app.windows.actions._join(["te a", ""])
        assert alice.app.windows.actions._join(["tea", ""]) is None
        room = await alice.has_window("#tea")
        await alice.until(lambda: "password" in alice.history("#tea"), "refused in words")
        alice.press("Join again", room)
        form = await alice.has_window("Join a room")
        assert isinstance(form, Form)
        form.entries[0].insert(0, "secret")
        alice.press("Join", form)
        await alice.shows("#tea · 2 people here")
        alice.write("#tea", "milk?")
        assert (await bob.gets(RoomSaid)).text == "milk?"
        alice.press("Leave the room", room)
        await bob.gets(RoomLeft, nickname="alice")
        await alice.has_no_window("#tea")


async def test_rooms_are_chosen_from_a_list(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        await bob.client.join("#tea")
        await bob.gets(RoomEntered)
        alice = open_desktop(server.port, "alice")
        await alice.shows("bob online")
        alice.app.windows.actions.list_rooms()
        rooms = await alice.has_window("Rooms")
        (listed,) = (
            widget for widget in rooms.winfo_children()[0].winfo_children() if isinstance(widget, tkinter.Listbox)
        )
        names = listed.get(0, "end")
        listed.selection_clear(0, "end")
        listed.selection_set(next(index for index, name in enumerate(names) if name.startswith("#tea")))
        alice.press("Join", rooms)
        await alice.has_window("#tea - Duologue")


async def test_presence_is_live(server: Server, open_desktop: OpenDesktop) -> None:
    alice = open_desktop(server.port, "alice")
    await alice.shows("Nobody else is here yet.")
    async with Person("bob", server.port) as bob:
        await alice.shows("●  bob online")
        await bob.client.away("lunch")
        await alice.shows("◐  bob away: lunch")
        await bob.client.dnd()
        await alice.shows("bob do not disturb")
    await alice.shows("Nobody else is here yet.")


async def test_ones_own_state(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        await bob.client.watch()
        alice = open_desktop(server.port, "user6")
        await alice.shows("user6 · online")
        alice.app.windows.actions.be_away()
        form = await alice.has_window("Away")
        assert isinstance(form, Form)
        form.entries[0].insert(0, "lunch")
        alice.press("Be away", form)
        await alice.shows("user6 · away: lunch")
        await bob.gets(Presence, nickname="user6", state=State.AWAY, text="lunch")
        alice.app.windows.actions.be_undisturbed()
        await alice.shows("user6 · do not disturb")
        alice.app.windows.actions.be_online()
        await alice.shows("user6 · online")
        alice.app.windows.actions.allow(MayAsk.KNOWN)
        await alice.until(lambda: alice.app.presenter.may_ask is MayAsk.KNOWN)


async def test_search(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        await bob.client.join("#lobby")
        await bob.client.say_in("#lobby", "the needle in the hay")
        await bob.gets(Acknowledged)
        alice = open_desktop(server.port, "alice")
        await alice.shows("bob online")
        alice.app.windows.actions.search()
        window = await alice.has_window("Search")
        assert isinstance(window, SearchWindow)
        window.words.insert(0, "needle")
        window.words.event_generate("<Return>")
        await alice.shows("1 message found.")
        assert "#lobby bob  the needle in the hay" in window.found.text.get("1.0", "end")
        window.words.insert("end", "less")
        window.words.event_generate("<Return>")
        await alice.shows("Nothing found.")


async def test_a_conversation_is_exported(
    own_server: Server, open_desktop: OpenDesktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "with bob.json"
    monkeypatch.setattr(filedialog, "asksaveasfilename", lambda **_: str(file))
    async with Person("bob", own_server.port) as bob:
        alice = await in_a_chat(own_server, open_desktop, bob)
        alice.write("bob", "one")
        await bob.gets(Said, text="one")
        await bob.client.say("two")
        await alice.until(lambda: "bob  two" in alice.history("bob"))
        alice.window("bob").event_generate("<Control-e>")
        await alice.until(lambda: f"2 messages written to {file}" in alice.history("bob"), "written")
        assert [message["text"] for message in json.loads(file.read_text())] == ["one", "two"]
        alice.root.event_generate("<Control-e>")
        await alice.until(lambda: "already exists, so nothing was written." in alice.history("bob"), "refused")


# The connection


async def test_server_killed_and_restarted(own_server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", own_server.port) as bob:
        alice = await in_a_chat(own_server, open_desktop, bob)
        alice.write("bob", "one")
        await bob.gets(Said, text="one")
        await alice.shows("delivered")
        await alice.until(lambda: alice.app.presenter.progress.acknowledged.stored == 1)
        own_server.kill()
        await alice.shows("Connection lost")
        alice.write("bob", "two")
        alice.write("#lobby", "for all")
        await alice.shows("not sent yet")
        own_server.start()
        await alice.shows_not("Connection lost")
        await bob.gets(Said, text="two")
        await bob.client.say("three")
        await alice.until(lambda: alice.history("bob").endswith("bob  three\n"))
        assert bob.said() == ["one", "two"]
        texts = [line.split("  ")[-1] for line in alice.history("bob").splitlines() if "  alice  " in line]
        assert texts == ["one", "two"]
        await alice.until(lambda: "bob" in alice.app.presenter.people._here, "people are back")


async def test_a_login_elsewhere_is_said_and_taken_back(server: Server, open_desktop: OpenDesktop) -> None:
    async with Person("bob", server.port) as bob:
        alice = await in_a_chat(server, open_desktop, bob)
        async with Person("alice", server.port):
            await alice.shows("Log in again")
            assert alice.app.presenter.is_over
            alice.press("Log in again")
            await alice.until(lambda: not alice.app.presenter.bar, "logged in again")
        await alice.shows("bob")


# The login


async def test_a_wrong_nickname_is_said(server: Server, open_desktop: OpenDesktop) -> None:
    alice = open_desktop(server.port, "no blanks")
    await alice.shows("cannot be part of a nickname")
    assert alice.root.title() == "Log in - Duologue"


async def test_a_password_is_asked_for_where_one_is_needed(server: Server, open_desktop: OpenDesktop) -> None:
    desktop = open_desktop(server.port, "nobody-here")
    await desktop.shows("Password")
    form = desktop.app.form
    form.password.insert(0, "wrong")
    form.password.event_generate("<Return>")
    await desktop.until(lambda: "assword" in desktop.shown() and form.button.instate(["!disabled"]), "refused")
    await desktop.until(lambda: str(form._trouble["text"]), "said why")
    form.nickname.delete(0, "end")
    form.nickname.insert(0, "alice")
    form.submit()
    await desktop.shows("alice · online")


async def test_no_server_is_said(open_desktop: OpenDesktop) -> None:
    desktop = open_desktop(1, "alice")
    await desktop.shows("Cannot reach the server at 127.0.0.1:1 (connection refused).")
