"""Enter goes on, Escape closes."""

from __future__ import annotations

import tkinter
from collections.abc import Sequence

import pytest

from duologue.client.window.dialogs import Choice, Form, Question
from duologue.client.window.look import dress


@pytest.fixture
def parent(root: tkinter.Tk) -> tkinter.Tk:
    dress(root)
    root.update()
    return root


def focused(parent: tkinter.Tk) -> tkinter.Misc:
    parent.update()
    focus = parent.focus_get()
    assert focus
    return focus


def test_a_question(parent: tkinter.Tk) -> None:
    answers: list[str] = []
    Question(parent, "Quit", "Quit?", "Quit", lambda: answers.append("quit"))
    focused(parent).event_generate("<Return>")
    assert answers == ["quit"]
    question = Question(parent, "Quit", "Quit?", "Quit", lambda: answers.append("quit"))
    focused(parent).event_generate("<Escape>")
    parent.update()
    assert not question.winfo_exists()
    assert answers == ["quit"]


def test_a_form_stays_until_it_is_taken(parent: tkinter.Tk) -> None:
    taken: list[Sequence[str]] = []

    def take(words: Sequence[str]) -> str | None:
        taken.append(words)
        return None if words[0] else "Type a name."

    form = Form(parent, "Join", ["Name", "Password, if any"], "Join", take)
    assert [entry["show"] for entry in form.entries] == ["", "•"]
    focused(parent).event_generate("<Return>")
    assert str(form._trouble["text"]) == "Type a name."
    form.entries[0].insert(0, " tea ")
    focused(parent).event_generate("<Return>")
    assert taken == [["", ""], ["tea", ""]]
    parent.update()
    assert not form.winfo_viewable()


def test_a_choice(parent: tkinter.Tk) -> None:
    chosen: list[int] = []
    choice = Choice(parent, "Rooms", ["a", "b"], "None.", "Join", chosen.append)
    choice.rows.selection_clear(0)
    focused(parent).event_generate("<Return>")
    assert chosen == []
    choice.rows.selection_set(1)
    focused(parent).event_generate("<Return>")
    assert chosen == [1]


def test_nothing_to_choose_from(parent: tkinter.Tk) -> None:
    choice = Choice(parent, "Rooms", [], "None.", "Join", lambda _: None)
    focused(parent).event_generate("<Return>")
    assert not choice.winfo_exists()
