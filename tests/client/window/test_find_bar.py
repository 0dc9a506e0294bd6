"""What is typed to find is found, and goes nowhere else."""

from __future__ import annotations

import tkinter

import pytest

from duologue.client.window.find_bar import FindBar
from duologue.client.window.finder import Finder
from duologue.client.window.look import dress


class Bar:
    def __init__(self, root: tkinter.Tk) -> None:
        dress(root)
        text = tkinter.Text(root, height=5)
        text.insert("1.0", "one needle\ntwo\nthree needles\n")
        self.text, self.finder = text, Finder(text)
        self.searched: list[str] = []
        self.closed: list[None] = []
        self.bar = FindBar(root, self.finder, 0, self.searched.append, lambda: self.closed.append(None))
        text.grid(row=1)
        root.update()

    def type(self, words: str, *keys: str) -> str:
        self.bar.words.delete(0, "end")
        self.bar.words.insert(0, words)
        for key in ("<KeyRelease>", *keys):
            self.bar.words.event_generate(key)
        return str(self.bar._result["text"])


@pytest.fixture
def bar(root: tkinter.Tk) -> Bar:
    return Bar(root)


def test_words_are_found_and_stepped_through(root: tkinter.Tk, bar: Bar) -> None:
    assert not bar.bar.winfo_viewable()
    bar.bar.open()
    root.update()
    assert root.focus_get() is bar.bar.words
    assert bar.type("needle").startswith("2 of 2.")
    assert bar.type("needle", "<Return>").startswith("1 of 2.")
    assert bar.type("needle", "<Shift-Return>").startswith("2 of 2.")
    assert bar.type("hay", "<Return>").startswith("Not in the messages shown here.")


def test_what_comes_meanwhile_is_counted(bar: Bar) -> None:
    bar.bar.open()
    assert bar.type("hay").startswith("Not in the messages shown here.")
    bar.text.insert("end", "hay\n")
    bar.finder.refresh()
    assert str(bar.bar._result["text"]).startswith("1 here.")
    assert bar.type("hay", "<Return>").startswith("1 of 1.")
    bar.text.insert("end", "hay again\n")
    bar.finder.refresh()
    assert str(bar.bar._result["text"]).startswith("1 of 2.")


def test_escape_closes_and_gives_the_keyboard_back(root: tkinter.Tk, bar: Bar) -> None:
    bar.bar.open()
    root.update()
    bar.bar.words.event_generate("<Escape>")
    root.update()
    assert not bar.bar.winfo_viewable()
    bar.bar.close()
    assert bar.closed == [None]


def test_everything_that_was_said_can_be_searched_from_here(bar: Bar) -> None:
    bar.bar.open()
    bar.type("hay")
    bar.bar.winfo_children()[-2].invoke()  # type: ignore[union-attr]
    assert bar.searched == ["hay"]
