"""Keys of a window do what they say, and others say that they do nothing."""

from __future__ import annotations

import tkinter

import pytest

from duologue.client.window.editing import teach_keys
from duologue.client.window.shortcuts import bind_keys, bind_strays


@pytest.fixture
def told(root: tkinter.Tk) -> list[str]:
    teach_keys(root)
    told: list[str] = []
    bind_keys(root, "<Control-n>", lambda: told.append("new"))
    bind_keys(root, "<F8>", lambda: told.append("request"))
    bind_strays(root, told.append, alt=frozenset("m"))
    field = tkinter.Text(root)
    field.pack()
    root.update()
    field.focus_force()
    root.update()
    return told


def press(root: tkinter.Tk, *keys: str) -> None:
    focus = root.focus_get()
    assert focus
    for key in keys:
        focus.event_generate(key)


def test_with_caps_lock_too(root: tkinter.Tk, told: list[str]) -> None:
    press(root, "<Control-n>", "<Control-Lock-N>", "<F8>")
    assert told == ["new", "new", "request"]


def test_what_does_nothing_here_says_so(root: tkinter.Tk, told: list[str]) -> None:
    press(root, "<Control-k>", "<Control-Shift-G>", "<Alt-x>", "<F5>", "<Control-slash>")
    assert told == ["Ctrl+K", "Ctrl+G", "Alt+X", "F5", "Ctrl+slash"]


def test_what_edits_or_opens_a_menu_does_something(root: tkinter.Tk, told: list[str]) -> None:
    press(root, "<Control-a>", "<Control-c>", "<Control-Left>", "<Shift-X>", "<Control-Shift_L>", "<Alt-m>", "<x>")
    assert told == []
