"""A request shows itself without taking the keyboard."""

from __future__ import annotations

import tkinter

import pytest

from duologue.client.window.look import dress
from duologue.client.window.request_box import RequestBox
from duologue.client.window.talk import Act


@pytest.fixture
def answers() -> list[Act]:
    return []


@pytest.fixture
def entry(root: tkinter.Tk) -> tkinter.Entry:
    dress(root)
    entry = tkinter.Entry(root)
    entry.pack()
    root.geometry("600x500+100+100")
    root.update()
    entry.focus_force()
    root.update()
    return entry


def test_it_leaves_the_keyboard_where_it_is(root: tkinter.Tk, entry: tkinter.Entry, answers: list[Act]) -> None:
    box = RequestBox(root, "bob", "Bob", answers.append)
    box.appear(root, 0)
    root.update()
    assert box.winfo_viewable()
    assert root.focus_get() is entry
    assert box.overrideredirect(), "a window manager would give it the keyboard"
    assert not root.tk.call("grab", "current")


def test_it_can_be_answered_by_keys(root: tkinter.Tk, entry: tkinter.Entry, answers: list[Act]) -> None:
    box = RequestBox(root, "bob", "Bob", answers.append)
    box.appear(root, 0)
    box.take_keyboard()
    root.update()
    box._buttons[0].event_generate("<Return>")
    box._buttons[1].invoke()
    box._buttons[2].invoke()
    assert answers == [Act.ACCEPT, Act.DECLINE, Act.BLOCK]
    box.event_generate("<Escape>")
    root.update()
    assert not box.winfo_viewable()
    assert root.focus_get() is entry
    box.go()
    assert root.focus_get() is entry


def test_a_strange_name_is_made_visible(root: tkinter.Tk, entry: tkinter.Entry, answers: list[Act]) -> None:
    assert RequestBox(root, "x", "b\u202eob", answers.append).title() == "b<U+202E>ob wants to chat - Duologue"
