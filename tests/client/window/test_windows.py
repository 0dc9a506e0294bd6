"""The windows obey what the desk has decided."""

from __future__ import annotations

import tkinter
from unittest.mock import Mock

import pytest

from duologue.client.events import Happening
from duologue.client.history.pages import HistoryPage
from duologue.client.window.changes import BarChanged
from duologue.client.window.dialogs import Form
from duologue.client.window.look import dress
from duologue.client.window.news import Happened
from duologue.client.window.presenter import Presenter
from duologue.client.window.scroll import SHOWN, SLACK
from duologue.client.window.windows import Windows
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
def windows(root: tkinter.Tk) -> Windows:
    dress(root)
    presenter = Presenter(lambda: 1_700_000_000.0)
    windows = Windows(root, presenter, Mock(spec=Worker), has_bell=True, log_in_again=lambda: None, leave=lambda: None)
    windows.apply(presenter.log_in("alice"))
    root.geometry("900x600")
    windows.show()
    root.update()
    hear(windows, RoomEntered(LOBBY, 1, ""))
    return windows


def hear(windows: Windows, *events: Happening) -> None:
    for event in events:
        windows.apply(windows.presenter.hear(Happened(event, windows.presenter.progress)))
    windows.root.update()


def test_a_window_that_opens_by_itself_leaves_the_keyboard(windows: Windows) -> None:
    windows.view.lobby.compose.field.focus_force()
    windows.root.update()
    hear(windows, ChatRequested("bob", 60), ChatStarted("bob", "x"), Said("bob", "hi"))
    assert windows.root.focus_get() is windows.view.lobby.compose.field
    assert windows._windows["bob"].title() == "(1) bob - Duologue"
    windows.worker.recall.assert_any_call(ReadHistory("bob", 100, None))  # type: ignore[attr-defined]


def test_ten_thousand_messages_keep_the_window_small(windows: Windows) -> None:
    hear(windows, *(RoomSaid(LOBBY, "bob", 1_700_000_000, number, "hi") for number in range(10_000)))
    lines = int(windows.view.lobby.history.text.index("end").split(".")[0])
    assert lines <= SHOWN + SLACK + 2
    assert windows.view.lobby.history.is_at_end
    windows.actions.earlier(LOBBY)
    assert int(windows.view.lobby.history.text.index("end").split(".")[0]) > lines


def test_whoever_reads_further_up_is_left_alone(windows: Windows) -> None:
    hear(windows, *(RoomSaid(LOBBY, "bob", 1_700_000_000, number, "hi") for number in range(2000)))
    text = windows.view.lobby.history.text
    text.yview("100.0")
    windows.root.update()
    top = text.index("@0,0")
    hear(windows, *(RoomSaid(LOBBY, "bob", 1_700_000_000, number, "hi") for number in range(2000, 4000)))
    assert text.index("@0,0") == top


def test_a_page_stands_above(windows: Windows) -> None:
    hear(windows, RoomSaid(LOBBY, "bob", 1_700_000_000, 9, "new"))
    windows.apply(
        windows.presenter.turn_page(LOBBY, HistoryPage((Recalled(3, 1_700_000_000, "bob", LOBBY, "old"),), 3))
    )
    windows.root.update()
    shown = windows.view.lobby.history.text.get("1.0", "end")
    assert shown.index("old") < shown.index("new")
    assert windows.view.lobby.history._button.winfo_viewable()


def test_five_hundred_people_are_painted_once(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    monkeypatch.setattr(windows.view, "show_people", lambda rows: painted.append(len(rows)))
    for number in range(500):
        windows.apply(
            windows.presenter.hear(Happened(Presence(f"user{number}", State.ONLINE), windows.presenter.progress))
        )
    windows.root.update()
    assert painted == [500]


def test_what_is_read_is_no_longer_counted(windows: Windows) -> None:
    hear(windows, ChatStarted("bob", "x"), Said("bob", "hi"))
    assert windows.root.title() == "(1) alice - Duologue"
    windows.show_talk("bob", with_keyboard=True)
    for _ in range(3):
        windows.root.update()
    assert windows.root.title() == "alice - Duologue"
    assert windows.presenter.reading == "bob"


def test_the_bell_rings_for_a_request(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[None] = []
    monkeypatch.setattr(windows.root, "bell", lambda: rung.append(None))
    hear(windows, ChatRequested("bob", 60), ChatRequested("bob", 60))
    assert len(rung) == 2
    assert list(windows._boxes) == ["bob"]
    windows.focus_request()
    windows.root.update()
    assert windows.root.focus_get() is windows._boxes["bob"]._buttons[0]


def test_without_a_request_its_key_does_nothing(windows: Windows) -> None:
    windows.focus_request()


def test_hiding_closes_every_window(windows: Windows) -> None:
    hear(windows, ChatRequested("carol", 60), RoomEntered("#tea", 1, ""))
    windows.hide()
    windows.root.update()
    assert not [widget for widget in windows.root.winfo_children() if isinstance(widget, tkinter.Toplevel)]
    assert windows.presenter.open_places == {LOBBY}


# What goes wrong in a view


def fail(*_: object, **__: object) -> None:
    raise tkinter.TclError("no such widget")


def test_a_fault_of_one_view_is_mended_from_the_presenter(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(windows, ChatStarted("bob", "x"))
    history = windows._windows["bob"].pane.history
    with monkeypatch.context() as patched:
        patched.setattr(history, "add", fail)
        hear(windows, Said("bob", "one"), RoomSaid(LOBBY, "carol", 1_700_000_000, 1, "meanwhile"))
    hear(windows, Said("bob", "two"))
    shown = history.text.get("1.0", "end")
    assert [shown.count(text) for text in ("one", "two")] == [1, 1]
    assert "meanwhile" in windows.view.lobby.history.text.get("1.0", "end")


def test_a_view_that_can_paint_nothing_for_a_while_shows_all_later(
    windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = windows.view.lobby.history
    with monkeypatch.context() as patched:
        patched.setattr(history, "add", fail)
        patched.setattr(history, "rewrite", fail)
        hear(windows, RoomSaid(LOBBY, "carol", 1_700_000_000, 1, "one"))
    hear(windows, RoomSaid(LOBBY, "carol", 1_700_000_000, 2, "two"))
    shown = history.text.get("1.0", "end")
    assert [shown.count(text) for text in ("one", "two")] == [1, 1]


def test_one_change_that_fails_does_not_stop_the_next(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows.root, "bell", fail)
    hear(windows, ChatRequested("bob", 60))
    assert list(windows._boxes) == ["bob"]
    monkeypatch.setattr("duologue.client.window.windows.RequestBox", fail)
    hear(windows, ChatRequested("carol", 60))
    assert "carol" in windows.view.people.tree.get_children()


def test_a_window_that_has_gone_is_made_again(windows: Windows) -> None:
    hear(windows, ChatStarted("bob", "x"), Said("bob", "one"))
    windows._windows["bob"].destroy()
    hear(windows, Said("bob", "two"))
    assert windows.presenter.talk("bob").unread == 2
    windows.show_talk("bob", with_keyboard=True)
    shown = windows._windows["bob"].pane.history.text.get("1.0", "end")
    assert "one" in shown
    assert "two" in shown


# Where the keyboard is


def test_a_window_manager_that_gives_the_keyboard_to_what_appears_is_put_right(windows: Windows) -> None:
    field = windows.view.lobby.compose.field
    field.focus_force()
    windows.root.update()
    hear(windows, ChatStarted("bob", "x"))
    window = windows._windows["bob"]
    window.focus_force()  # as many do
    windows.root.update()
    assert windows.root.focus_get() is field
    window._settle()  # a second later it is the person
    window.focus_force()
    windows.root.update()
    assert windows.root.focus_get() is window.pane.compose.field


def test_a_chat_that_goes_on_after_the_login_has_the_keyboard(windows: Windows) -> None:
    windows.view.lobby.compose.field.focus_force()
    windows.root.update()
    hear(windows, ChatResumed("bob", "x", 0, "s", 0))
    assert windows.root.focus_get() is windows._windows["bob"].pane.compose.field


def test_but_not_from_who_is_writing(windows: Windows) -> None:
    field = windows.view.lobby.compose.field
    field.focus_force()
    field.insert("end", "for all")
    windows.root.update()
    hear(windows, ChatResumed("bob", "x", 0, "s", 0))
    assert windows.root.focus_get() is field


def test_the_field_to_write_in_has_the_keyboard_as_soon_as_it_is_there(windows: Windows) -> None:
    windows.hide()
    windows.root.focus_force()
    windows.root.update()
    windows.show()
    assert windows.root.focus_get() is windows.view.lobby.compose.field


def test_what_was_typed_before_stands_where_one_writes(windows: Windows) -> None:
    windows.show("hel")
    assert windows.view.lobby.compose.text == "hel"


def test_in_a_private_window_what_is_typed_to_find_is_not_said(windows: Windows) -> None:
    windows.show_talk("bob", with_keyboard=True)
    windows.root.update()
    pane = windows._windows["bob"].pane
    pane.compose.field.event_generate("<Control-f>")
    windows.root.update()
    assert windows.root.focus_get() is pane.find_bar.words
    pane.find_bar.words.insert(0, "secret")
    pane.find_bar.words.event_generate("<Return>")
    windows.worker.say.assert_not_called()  # type: ignore[attr-defined]
    pane.find_bar.words.event_generate("<Escape>")
    windows.root.update()
    assert windows.root.focus_get() is pane.compose.field
    assert "bob" in windows._windows


def test_in_the_lobby_one_finds_by_f3(windows: Windows) -> None:
    hear(windows, RoomSaid(LOBBY, "bob", 1_700_000_000, 1, "needle"))
    lobby = windows.view.lobby
    lobby.compose.field.focus_force()
    windows.root.update()
    lobby.compose.field.event_generate("<F3>")
    windows.root.update()
    assert windows.root.focus_get() is lobby.find_bar.words
    windows.root.event_generate("<Escape>")
    windows.root.update()
    assert not lobby.find_bar.is_open


def test_a_key_that_does_nothing_in_a_window_says_so_there(windows: Windows) -> None:
    windows.show_talk("bob", with_keyboard=True)
    windows.root.update()
    field = windows._windows["bob"].pane.compose.field
    field.event_generate("<Control-k>")
    field.insert("end", "carol")
    field.event_generate("<Return>")
    windows.worker.say.assert_not_called()  # type: ignore[attr-defined]


def test_keys_of_the_menus_work_in_every_window(windows: Windows) -> None:
    windows.show_talk("bob", with_keyboard=True)
    windows.root.update()
    windows._windows["bob"].pane.compose.field.event_generate("<Control-n>")
    windows.root.update()
    assert any("Write to somebody" in top.title() for top in windows.root.winfo_children() if isinstance(top, Form))


# Signs


def test_a_letter_rings_once_and_is_told_where_one_is(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[None] = []
    monkeypatch.setattr(windows.root, "bell", lambda: rung.append(None))
    hear(windows, RoomEntered("#tea", 1, ""))
    windows.show_talk("#tea", with_keyboard=True)
    for _ in range(3):
        windows.root.update()
    hear(windows, *(MessageFrom("bob", 1_700_000_000, "s", number, "hi") for number in (1, 2)))
    assert len(rung) == 1
    shown = windows._windows["#tea"].pane.history.text.get("1.0", "end")
    assert shown.count("bob has written to you.") == 1


def test_a_request_that_is_withdrawn_leaves_a_word(windows: Windows) -> None:
    hear(windows, ChatRequested("bob", 60), RequestWithdrawn("bob", RequestState.CANCELLED))
    assert "bob no longer wants to chat" in windows.view.lobby.history.text.get("1.0", "end")


def test_a_hit_of_a_search_is_shown_where_it_was_said(windows: Windows) -> None:
    page = HistoryPage(tuple(Recalled(n, 1_700_000_000, "bob", "alice", f"line {n}") for n in range(100)), None)
    windows.actions._open_found(page.messages[7])
    windows.apply(windows.presenter.turn_page("bob", page))
    windows.root.update()
    history = windows._windows["bob"].pane.history
    first, last = map(str, history.text.tag_ranges("found_line"))
    assert history.text.get(first, last).endswith("bob  line 7")
    assert history.text.dlineinfo(first)


def test_whoever_says_something_sees_it(windows: Windows) -> None:
    hear(windows, *(RoomSaid(LOBBY, "bob", 1_700_000_000, number, "hi") for number in range(200)))
    windows.view.lobby.history.text.yview("10.0")
    windows.actions.submit(LOBBY, "mine")
    windows.root.update()
    assert windows.view.lobby.history.is_at_end


@pytest.mark.parametrize("is_over", [True, False])
def test_the_bar_connects_again_or_now(windows: Windows, *, is_over: bool) -> None:
    again: list[None] = []
    windows._log_in_again = lambda: again.append(None)
    windows.presenter.bar, windows.presenter.is_over = "Lost.", is_over
    windows.apply([BarChanged()])
    windows.view.bar._button.invoke()
    assert (len(again), windows.worker.try_now.called) == (int(is_over), not is_over)  # type: ignore[attr-defined]
