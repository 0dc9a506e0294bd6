"""The windows obey what the desk has decided."""

from __future__ import annotations

import tkinter
from unittest.mock import Mock

import pytest

from duologue.client.events import Happening
from duologue.client.history.pages import Page
from duologue.client.window.changes import BarChanged
from duologue.client.window.dialogs import Form
from duologue.client.window.look import dress
from duologue.client.window.news import Happened
from duologue.client.window.presenter import Desk
from duologue.client.window.scroll import SHOWN, SLACK
from duologue.client.window.windows import Stage
from duologue.client.window.worker import Worker
from duologue.core.commands.chat import ReadHistory
from duologue.core.events.chat import (
    ChatRequested,
    ChatResumed,
    ChatStarted,
    MessageFrom,
    Recalled,
    RequestWithdrawn,
    Said,
)
from duologue.core.events.people import Presence, State
from duologue.core.events.rooms import RoomEntered, RoomSaid
from duologue.core.requests import RequestState
from duologue.core.room_rules import LOBBY


@pytest.fixture
def stage(root: tkinter.Tk) -> Stage:
    dress(root)
    desk = Desk(lambda: 1_700_000_000.0)
    stage = Stage(root, desk, Mock(spec=Worker), has_bell=True, log_in_again=lambda: None, leave=lambda: None)
    stage.apply(desk.log_in("alice"))
    root.geometry("900x600")
    stage.show()
    root.update()
    hear(stage, RoomEntered(LOBBY, 1, ""))
    return stage


def hear(stage: Stage, *events: Happening) -> None:
    for event in events:
        stage.apply(stage.desk.hear(Happened(event, stage.desk.progress)))
    stage.root.update()


def test_a_window_that_opens_by_itself_leaves_the_keyboard(stage: Stage) -> None:
    stage.view.lobby.compose.field.focus_force()
    stage.root.update()
    hear(stage, ChatRequested("bob", 60), ChatStarted("bob", "x"), Said("bob", "hi"))
    assert stage.root.focus_get() is stage.view.lobby.compose.field
    assert stage._windows["bob"].title() == "(1) bob - Duologue"
    stage.worker.recall.assert_any_call(ReadHistory("bob", 100, None))  # type: ignore[attr-defined]


def test_ten_thousand_messages_keep_the_window_small(stage: Stage) -> None:
    hear(stage, *(RoomSaid(LOBBY, "bob", 1_700_000_000, number, "hi") for number in range(10_000)))
    lines = int(stage.view.lobby.history.text.index("end").split(".")[0])
    assert lines <= SHOWN + SLACK + 2
    assert stage.view.lobby.history.is_at_end
    stage.actions.earlier(LOBBY)
    assert int(stage.view.lobby.history.text.index("end").split(".")[0]) > lines


def test_whoever_reads_further_up_is_left_alone(stage: Stage) -> None:
    hear(stage, *(RoomSaid(LOBBY, "bob", 1_700_000_000, number, "hi") for number in range(2000)))
    text = stage.view.lobby.history.text
    text.yview("100.0")
    stage.root.update()
    top = text.index("@0,0")
    hear(stage, *(RoomSaid(LOBBY, "bob", 1_700_000_000, number, "hi") for number in range(2000, 4000)))
    assert text.index("@0,0") == top


def test_a_page_stands_above(stage: Stage) -> None:
    hear(stage, RoomSaid(LOBBY, "bob", 1_700_000_000, 9, "new"))
    stage.apply(stage.desk.turn_page(LOBBY, Page((Recalled(3, 1_700_000_000, "bob", LOBBY, "old"),), 3)))
    stage.root.update()
    shown = stage.view.lobby.history.text.get("1.0", "end")
    assert shown.index("old") < shown.index("new")
    assert stage.view.lobby.history._button.winfo_viewable()


def test_five_hundred_people_are_painted_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    monkeypatch.setattr(stage.view, "show_people", lambda rows: painted.append(len(rows)))
    for number in range(500):
        stage.apply(stage.desk.hear(Happened(Presence(f"user{number}", State.ONLINE), stage.desk.progress)))
    stage.root.update()
    assert painted == [500]


def test_what_is_read_is_no_longer_counted(stage: Stage) -> None:
    hear(stage, ChatStarted("bob", "x"), Said("bob", "hi"))
    assert stage.root.title() == "(1) alice - Duologue"
    stage.show_talk("bob", with_keyboard=True)
    for _ in range(3):
        stage.root.update()
    assert stage.root.title() == "alice - Duologue"
    assert stage.desk.reading == "bob"


def test_the_bell_rings_for_a_request(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[None] = []
    monkeypatch.setattr(stage.root, "bell", lambda: rung.append(None))
    hear(stage, ChatRequested("bob", 60), ChatRequested("bob", 60))
    assert len(rung) == 2
    assert list(stage._boxes) == ["bob"]
    stage.focus_request()
    stage.root.update()
    assert stage.root.focus_get() is stage._boxes["bob"]._buttons[0]


def test_without_a_request_its_key_does_nothing(stage: Stage) -> None:
    stage.focus_request()


def test_hiding_closes_every_window(stage: Stage) -> None:
    hear(stage, ChatRequested("carol", 60), RoomEntered("#tea", 1, ""))
    stage.hide()
    stage.root.update()
    assert not [widget for widget in stage.root.winfo_children() if isinstance(widget, tkinter.Toplevel)]
    assert stage.desk.open_places == {LOBBY}


# What goes wrong in a view


def fail(*_: object, **__: object) -> None:
    raise tkinter.TclError("no such widget")


def test_a_fault_of_one_view_is_mended_from_what_the_desk_knows(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(stage, ChatStarted("bob", "x"))
    history = stage._windows["bob"].pane.history
    with monkeypatch.context() as patched:
        patched.setattr(history, "add", fail)
        hear(stage, Said("bob", "one"), RoomSaid(LOBBY, "carol", 1_700_000_000, 1, "meanwhile"))
    hear(stage, Said("bob", "two"))
    shown = history.text.get("1.0", "end")
    assert [shown.count(text) for text in ("one", "two")] == [1, 1]
    assert "meanwhile" in stage.view.lobby.history.text.get("1.0", "end")


def test_a_view_that_can_paint_nothing_for_a_while_shows_all_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = stage.view.lobby.history
    with monkeypatch.context() as patched:
        patched.setattr(history, "add", fail)
        patched.setattr(history, "rewrite", fail)
        hear(stage, RoomSaid(LOBBY, "carol", 1_700_000_000, 1, "one"))
    hear(stage, RoomSaid(LOBBY, "carol", 1_700_000_000, 2, "two"))
    shown = history.text.get("1.0", "end")
    assert [shown.count(text) for text in ("one", "two")] == [1, 1]


def test_one_change_that_fails_does_not_stop_the_next(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage.root, "bell", fail)
    hear(stage, ChatRequested("bob", 60))
    assert list(stage._boxes) == ["bob"]
    monkeypatch.setattr("duologue.client.window.windows.RequestBox", fail)
    hear(stage, ChatRequested("carol", 60))
    assert "carol" in stage.view.people.tree.get_children()


def test_a_window_that_has_gone_is_made_again(stage: Stage) -> None:
    hear(stage, ChatStarted("bob", "x"), Said("bob", "one"))
    stage._windows["bob"].destroy()
    hear(stage, Said("bob", "two"))
    assert stage.desk.talk("bob").unread == 2
    stage.show_talk("bob", with_keyboard=True)
    shown = stage._windows["bob"].pane.history.text.get("1.0", "end")
    assert "one" in shown
    assert "two" in shown


# Where the keyboard is


def test_a_window_manager_that_gives_the_keyboard_to_what_appears_is_put_right(stage: Stage) -> None:
    field = stage.view.lobby.compose.field
    field.focus_force()
    stage.root.update()
    hear(stage, ChatStarted("bob", "x"))
    window = stage._windows["bob"]
    window.focus_force()  # as many do
    stage.root.update()
    assert stage.root.focus_get() is field
    window._settle()  # a second later it is the person
    window.focus_force()
    stage.root.update()
    assert stage.root.focus_get() is window.pane.compose.field


def test_a_chat_that_goes_on_after_the_login_has_the_keyboard(stage: Stage) -> None:
    stage.view.lobby.compose.field.focus_force()
    stage.root.update()
    hear(stage, ChatResumed("bob", "x", 0, "s", 0))
    assert stage.root.focus_get() is stage._windows["bob"].pane.compose.field


def test_but_not_from_who_is_writing(stage: Stage) -> None:
    field = stage.view.lobby.compose.field
    field.focus_force()
    field.insert("end", "for all")
    stage.root.update()
    hear(stage, ChatResumed("bob", "x", 0, "s", 0))
    assert stage.root.focus_get() is field


def test_the_field_to_write_in_has_the_keyboard_as_soon_as_it_is_there(stage: Stage) -> None:
    stage.hide()
    stage.root.focus_force()
    stage.root.update()
    stage.show()
    assert stage.root.focus_get() is stage.view.lobby.compose.field


def test_what_was_typed_before_stands_where_one_writes(stage: Stage) -> None:
    stage.show("hel")
    assert stage.view.lobby.compose.text == "hel"


def test_in_a_private_window_what_is_typed_to_find_is_not_said(stage: Stage) -> None:
    stage.show_talk("bob", with_keyboard=True)
    stage.root.update()
    pane = stage._windows["bob"].pane
    pane.compose.field.event_generate("<Control-f>")
    stage.root.update()
    assert stage.root.focus_get() is pane.find_bar.words
    pane.find_bar.words.insert(0, "secret")
    pane.find_bar.words.event_generate("<Return>")
    stage.worker.say.assert_not_called()  # type: ignore[attr-defined]
    pane.find_bar.words.event_generate("<Escape>")
    stage.root.update()
    assert stage.root.focus_get() is pane.compose.field
    assert "bob" in stage._windows


def test_in_the_lobby_one_finds_by_f3(stage: Stage) -> None:
    hear(stage, RoomSaid(LOBBY, "bob", 1_700_000_000, 1, "needle"))
    lobby = stage.view.lobby
    lobby.compose.field.focus_force()
    stage.root.update()
    lobby.compose.field.event_generate("<F3>")
    stage.root.update()
    assert stage.root.focus_get() is lobby.find_bar.words
    stage.root.event_generate("<Escape>")
    stage.root.update()
    assert not lobby.find_bar.is_open


def test_a_key_that_does_nothing_in_a_window_says_so_there(stage: Stage) -> None:
    stage.show_talk("bob", with_keyboard=True)
    stage.root.update()
    field = stage._windows["bob"].pane.compose.field
    field.event_generate("<Control-k>")
    field.insert("end", "carol")
    field.event_generate("<Return>")
    stage.worker.say.assert_not_called()  # type: ignore[attr-defined]


def test_keys_of_the_menus_work_in_every_window(stage: Stage) -> None:
    stage.show_talk("bob", with_keyboard=True)
    stage.root.update()
    stage._windows["bob"].pane.compose.field.event_generate("<Control-n>")
    stage.root.update()
    assert any("Write to somebody" in top.title() for top in stage.root.winfo_children() if isinstance(top, Form))


# Signs


def test_a_letter_rings_once_and_is_told_where_one_is(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[None] = []
    monkeypatch.setattr(stage.root, "bell", lambda: rung.append(None))
    hear(stage, RoomEntered("#tea", 1, ""))
    stage.show_talk("#tea", with_keyboard=True)
    for _ in range(3):
        stage.root.update()
    hear(stage, *(MessageFrom("bob", 1_700_000_000, "s", number, "hi") for number in (1, 2)))
    assert len(rung) == 1
    shown = stage._windows["#tea"].pane.history.text.get("1.0", "end")
    assert shown.count("bob has written to you.") == 1


def test_a_request_that_is_withdrawn_leaves_a_word(stage: Stage) -> None:
    hear(stage, ChatRequested("bob", 60), RequestWithdrawn("bob", RequestState.CANCELLED))
    assert "bob no longer wants to chat" in stage.view.lobby.history.text.get("1.0", "end")


def test_a_hit_of_a_search_is_shown_where_it_was_said(stage: Stage) -> None:
    page = Page(tuple(Recalled(n, 1_700_000_000, "bob", "alice", f"line {n}") for n in range(100)), None)
    stage.actions._open_found(page.messages[7])
    stage.apply(stage.desk.turn_page("bob", page))
    stage.root.update()
    history = stage._windows["bob"].pane.history
    first, last = map(str, history.text.tag_ranges("found_line"))
    assert history.text.get(first, last).endswith("bob  line 7")
    assert history.text.dlineinfo(first)


def test_whoever_says_something_sees_it(stage: Stage) -> None:
    hear(stage, *(RoomSaid(LOBBY, "bob", 1_700_000_000, number, "hi") for number in range(200)))
    stage.view.lobby.history.text.yview("10.0")
    stage.actions.submit(LOBBY, "mine")
    stage.root.update()
    assert stage.view.lobby.history.is_at_end


@pytest.mark.parametrize("is_over", [True, False])
def test_the_bar_connects_again_or_now(stage: Stage, *, is_over: bool) -> None:
    again: list[None] = []
    stage._log_in_again = lambda: again.append(None)
    stage.desk.bar, stage.desk.is_over = "Lost.", is_over
    stage.apply([BarChanged()])
    stage.view.bar._button.invoke()
    assert (len(again), stage.worker.try_now.called) == (int(is_over), not is_over)  # type: ignore[attr-defined]
