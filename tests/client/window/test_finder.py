"""Words are found where somebody has said them."""

from __future__ import annotations

import tkinter

import pytest

from duologue.client.window.finder import Finder


@pytest.fixture
def text(root: tkinter.Tk) -> tkinter.Text:
    text = tkinter.Text(root, height=5)
    text.pack()
    for line in ("tea at twelve", "Tea?", "no 12", "STEAM"):
        text.insert("end", "12:05  ", "time", f"{line}\n", "message")
    root.update()
    return text


def marked(text: tkinter.Text, tag: str) -> list[str]:
    ends = [*map(str, text.tag_ranges(tag))]
    return [text.get(first, last) for first, last in zip(ends[::2], ends[1::2], strict=True)]


def test_the_newest_first_and_round(text: tkinter.Text) -> None:
    finder = Finder(text)
    assert finder.find("tea") == (3, 3)
    assert marked(text, "found") == ["tea", "Tea", "TEA"]
    assert [finder.step(-1), finder.step(-1), finder.step(-1), finder.step(1)] == [(2, 3), (1, 3), (3, 3), (1, 3)]
    assert marked(text, "found_here") == ["tea"]


def test_times_are_not_said_by_anybody(text: tkinter.Text) -> None:
    assert Finder(text).find("12") == (1, 1)


def test_what_is_not_there(text: tkinter.Text) -> None:
    finder = Finder(text)
    assert (finder.find("milk"), finder.step(-1)) == ((0, 0), (0, 0))
    text.insert("end", "milk\n")
    finder.refresh()
    assert finder.step(-1) == (1, 1)
    finder.clear()
    assert marked(text, "found") == []


def test_a_line_is_marked_in_their_place(text: tkinter.Text) -> None:
    finder = Finder(text)
    finder.find("tea")
    finder.mark(2)
    assert (marked(text, "found"), marked(text, "found_line")) == ([], ["12:05  Tea?"])
    finder.find("tea")
    assert marked(text, "found_line") == []


def test_among_emoji(text: tkinter.Text) -> None:
    text.insert("end", "12:06  ", "time", "🇩🇪 👩‍👩‍👧 tea 👍🏽 tea\n", "message")
    finder = Finder(text)
    assert finder.find("much more than there is") == (0, 0)
    assert finder.find("tea") == (5, 5)
    assert marked(text, "found") == ["tea", "Tea", "TEA", "tea", "tea"]
    assert finder.find("👩‍👩‍👧 T") == (1, 1)
    assert marked(text, "found_here") == ["👩‍👩‍👧 t"]


@pytest.mark.parametrize("words", ["(", "a.", "[x", "\\", "*"])
def test_signs_mean_themselves(text: tkinter.Text, words: str) -> None:
    assert Finder(text).find(words) == (0, 0)
    text.insert("end", f"so {words}\n")
    assert Finder(text).find(words) == (1, 1)
