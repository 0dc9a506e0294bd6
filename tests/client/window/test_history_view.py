"""A history that is read, selected and copied, and stays where somebody reads it."""

from __future__ import annotations

import tkinter

import pytest

from duologue.client.window.history_view import HistoryView
from duologue.client.window.look import dress
from duologue.client.window.scroll import Block


def block(text: str) -> Block:
    return (("12:00  ", "time"), (f"{text}\n", "message"))


@pytest.fixture
def asked() -> list[None]:
    return []


@pytest.fixture
def view(root: tkinter.Tk, asked: list[None]) -> HistoryView:
    dress(root)
    view = HistoryView(root, lambda: asked.append(None))
    view.pack(fill="both", expand=True)
    root.geometry("400x300")
    root.update()
    return view


def top(view: HistoryView) -> str:
    view.update()
    return view.text.get("@0,0 linestart", "@0,0 lineend")


def test_it_follows_who_is_at_the_end(view: HistoryView) -> None:
    for number in range(100):
        view.add([block(str(number))])
        view.update()
    assert view.is_at_end


def test_it_stays_where_somebody_reads(view: HistoryView) -> None:
    view.add([block(str(number)) for number in range(100)])
    view.text.yview("40.0")
    before = top(view)
    view.add([block("new")])
    assert top(view) == before
    view.rewrite([block("old")] * 50 + [block(str(number)) for number in range(100)] + [block("new")])
    assert top(view) == before


def test_rewriting_at_the_end_stays_at_the_end(view: HistoryView) -> None:
    view.add([block(str(number)) for number in range(100)])
    view.update()
    view.rewrite([block(str(number)) for number in range(50)])
    view.update()
    assert view.is_at_end


def test_a_smaller_window_still_shows_the_newest(view: HistoryView) -> None:
    view.add([block(str(number)) for number in range(100)])
    view.update()
    view.winfo_toplevel().geometry("400x150")
    view.update()
    view.update()
    assert view.is_at_end


def test_a_smaller_window_stays_where_somebody_reads(view: HistoryView) -> None:
    view.add([block(str(number)) for number in range(100)])
    view.update()
    view.text.yview("40.0")
    before = top(view)
    view.winfo_toplevel().geometry("400x150")
    view.update()
    assert top(view) == before


def test_nothing_can_be_typed_but_all_can_be_copied(view: HistoryView) -> None:
    view.add([block("copy me")])
    view.text.focus_force()
    view.update()
    view.text.event_generate("<Key>", keysym="x")
    view.text.event_generate("<BackSpace>")
    assert view.text.get("1.0", "end-1c") == "12:00  copy me\n"
    view.text.event_generate("<Button-1>", x=20, y=20)
    assert view.focus_get() is view.text
    view.text.tag_add("sel", "1.7", "1.14")
    view.text.event_generate("<<Copy>>")
    assert view.clipboard_get() == "copy me"


def test_tab_goes_on(view: HistoryView, root: tkinter.Tk) -> None:
    after = tkinter.Entry(root)
    after.pack()
    root.update()
    view.text.focus_force()
    root.update()
    view.text.event_generate("<Tab>")
    root.update()
    assert root.focus_get() is after
    view.text.focus_force()
    view.text.event_generate("<ISO_Left_Tab>")
    root.update()
    assert root.focus_get() is not view.text


def test_earlier_messages_are_asked_for_at_the_top(view: HistoryView, asked: list[None]) -> None:
    view.add([block(str(number)) for number in range(100)])
    view.offer_earlier(True)
    view.update()
    view.text.event_generate("<Button-4>")
    assert asked == []
    view.text.yview("1.0")
    view.text.event_generate("<Button-4>")
    assert asked == [None]
    view.offer_earlier(False)
    view.update()
    view.text.event_generate("<Button-4>")
    assert asked == [None]


def test_the_menu_copies(view: HistoryView) -> None:
    view.add([block("all of it")])
    view._menu.invoke("Select all")
    view._menu.invoke("Copy")
    assert view.clipboard_get() == "12:00  all of it\n"


def _fill(view: HistoryView, root: tkinter.Tk) -> None:
    view.add([(("hi\n", "message"),)] * 100)
    root.update()


def test_what_is_new_further_down_is_said_to_who_reads_above(root: tkinter.Tk, view: HistoryView) -> None:
    _fill(view, root)
    assert not view._newer.winfo_ismapped()
    view.text.yview("10.0")
    root.update()
    view.add([(("— Monday —\n", "day"),), (("new\n", "message"),)])
    root.update()
    assert (str(view._newer["text"]), view._newer.winfo_ismapped()) == ("↓ 1 new line", True)
    view.add([(("newer\n", "message"),)])
    assert str(view._newer["text"]) == "↓ 2 new lines"
    view._newer.invoke()
    root.update()
    assert view.is_at_end
    assert not view._newer.winfo_ismapped()


def test_who_scrolls_down_has_seen_it(root: tkinter.Tk, view: HistoryView) -> None:
    _fill(view, root)
    view.text.yview("10.0")
    view.add([(("new\n", "message"),)])
    view.text.yview("end")
    root.update()
    assert not view._newer.winfo_ismapped()


def test_a_line_is_revealed(root: tkinter.Tk, view: HistoryView) -> None:
    _fill(view, root)
    view.reveal(50)
    root.update()
    assert view.text.dlineinfo("50.0")
    assert str(view.text.tag_ranges("found_line")[0]) == "50.0"


def test_what_is_typed_here_goes_to_where_one_writes(root: tkinter.Tk) -> None:
    dress(root)
    typed: list[str] = []
    view = HistoryView(root, lambda: None, typed.append)
    view.pack()
    root.update()
    view.text.focus_force()
    root.update()
    for keys in ("<h>", "<Shift-I>", "<Control-c>", "<Alt-x>", "<Mod4-x>", "<Left>", "<Escape>"):
        view.text.event_generate(keys)
    assert typed == ["h", "I"]


def test_joiners_are_there_and_not_seen(root: tkinter.Tk, view: HistoryView) -> None:
    view.add([(("👩‍👩‍👧\n", "message"),)])
    assert view.text.get("1.0", "end-2c") == "👩‍👩‍👧"
    assert len(view.text.tag_ranges("joiner")) == 4
