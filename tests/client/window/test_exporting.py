"""Which file is asked for, and what is made of the answer. The dialog itself is Tk's."""

from __future__ import annotations

import tkinter
from tkinter import filedialog

import pytest

from duologue.client.input.meaning import Explain, Export
from duologue.client.window.exporting import ask_file


def answer(monkeypatch: pytest.MonkeyPatch, file: str) -> dict[str, object]:
    """The dialog gives that name at once; returns what it is asked with."""
    asked: dict[str, object] = {}

    def dialog(**options: object) -> str:
        asked.update(options)
        return file

    monkeypatch.setattr(filedialog, "asksaveasfilename", dialog)
    return asked


@pytest.mark.parametrize(
    ("place", "file", "default"),
    [
        ("bob", "/home/my files/b.json", "chat-with-bob.txt"),
        ("bob.txt", "/home/b.txt", "chat-with-bob.txt.txt"),
        ("#tea", "/home/#t.txt", "room-tea.txt"),
    ],
)
def test_a_file_for_all_that_was_said_there(
    root: tkinter.Tk, monkeypatch: pytest.MonkeyPatch, place: str, file: str, default: str
) -> None:
    asked = answer(monkeypatch, file)
    assert ask_file(root, place) == Export(place, file)
    assert asked["initialfile"] == default
    assert asked["title"] == f"Export {place} - Duologue"
    assert asked["filetypes"] == [("Text", ".txt"), ("JSON", ".json")]
    assert asked["confirmoverwrite"] is False  # to say yes would be in vain


def test_a_name_with_another_end_is_explained(root: tkinter.Tk, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "/home/b.pdf")
    wanted = ask_file(root, "bob")
    assert isinstance(wanted, Explain)
    assert ".txt or .json" in wanted.text


def test_nobody_wants_it_any_more(root: tkinter.Tk, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "")
    assert ask_file(root, "bob") is None


def test_quitting_while_it_is_open_wants_nothing(root: tkinter.Tk) -> None:
    root.after(300, root.destroy)
    assert ask_file(root, "bob") is None
