"""Keys edit by whole signs, and none of Emacs's is left."""

from __future__ import annotations

import tkinter
from tkinter import ttk
from typing import Protocol

import pytest

from duologue.client.window.editing import teach_keys

FAMILY = "👩‍👩‍👧"


class Field(Protocol):
    def insert(self, index: str, text: str) -> object: ...

    def event_generate(self, sequence: str) -> None: ...


def text_of(field: Field) -> str:
    return field.get("1.0", "end-1c") if isinstance(field, tkinter.Text) else field.get()  # type: ignore[attr-defined]


@pytest.fixture(params=[tkinter.Text, ttk.Entry])
def field(root: tkinter.Tk, request: pytest.FixtureRequest) -> Field:
    teach_keys(root)
    field: Field = request.param(root)
    assert isinstance(field, tkinter.Text | ttk.Entry)
    field.pack()
    root.update()
    field.focus_force()
    root.update()
    return field


def press(field: Field, *keys: str) -> str:
    for key in keys:
        field.event_generate(key)
    return text_of(field)


@pytest.mark.parametrize("sign", [FAMILY, "e\u0301", "👍🏽", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "a", "😀"])
def test_one_key_is_one_sign(field: Field, sign: str) -> None:
    field.insert("insert", f"ab{sign}")
    assert press(field, "<BackSpace>") == "ab"
    field.insert("insert", f"{sign}c")
    assert press(field, "<Left>", "<Left>", "<Delete>") == "abc"
    field.insert("insert", sign)
    press(field, "<Left>", "<Right>")
    field.insert("insert", "|")
    assert text_of(field) == f"ab{sign}|c"
    press(field, "<Left>", "<Shift-Left>")
    assert press(field, "<BackSpace>") == "ab|c"


def test_whole_words_are_deleted_and_stepped_over(field: Field) -> None:
    field.insert("insert", f"{FAMILY} two {FAMILY} words")
    assert press(field, "<Control-BackSpace>") == f"{FAMILY} two {FAMILY} "
    assert press(field, "<Control-Left>", "<Control-Left>", "<Control-Delete>") == f"{FAMILY}  {FAMILY} "
    assert press(field, "<Control-Shift-Right>", "<Delete>") == f"{FAMILY}  "


def test_at_the_ends_nothing_happens(field: Field) -> None:
    for key in ("<BackSpace>", "<Delete>", "<Left>", "<Right>", "<Control-BackSpace>", "<Control-Delete>"):
        assert press(field, key) == ""


@pytest.mark.parametrize("letter", "bdefhiknoptwBDEFHIKNOPTW")
def test_keys_of_emacs_change_nothing_and_move_nothing(field: Field, letter: str) -> None:
    field.insert("insert", "one two")
    press(field, "<Left>", "<Left>", f"<Control-{letter}>", f"<Meta-{letter}>")
    field.insert("insert", "|")
    assert text_of(field) == "one t|wo"


def test_all_is_selected_and_replaced(field: Field) -> None:
    field.insert("insert", "one two")
    assert press(field, "<Control-a>", "<BackSpace>") == ""


def test_a_line_feed_is_enter(field: Field) -> None:
    assert isinstance(field, tkinter.Misc)
    entered: list[None] = []
    field.bind("<Return>", lambda _: entered.append(None))
    press(field, "<Linefeed>")
    assert entered == [None]


def test_lines_are_joined_and_typing_is_undone(root: tkinter.Tk) -> None:
    teach_keys(root)
    text = tkinter.Text(root, undo=True)
    text.pack()
    root.update()
    text.focus_force()
    text.insert("insert", "one\ntwo")
    text.mark_set("insert", "2.0")
    assert press(text, "<BackSpace>") == "onetwo"
    assert press(text, "<Control-z>", "<Control-z>") == ""
    assert press(text, "<Control-y>", "<Control-y>") == "onetwo"


def test_a_click_into_a_sign_is_a_click_before_it(field: Field) -> None:
    field.insert("insert", f"a{FAMILY}b")
    if isinstance(field, tkinter.Text):
        field.mark_set("insert", "1.0 + 3 chars")
    elif isinstance(field, ttk.Entry):
        field.icursor(4)
    press(field, "<ButtonRelease-1>")
    field.insert("insert", "|")
    assert text_of(field) == f"a|{FAMILY}b"
