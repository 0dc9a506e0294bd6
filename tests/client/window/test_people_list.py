"""The list of people keeps what is chosen while rows come and go."""

from __future__ import annotations

import tkinter

import pytest

from duologue.client.window.look import dress
from duologue.client.window.people import PersonRow
from duologue.client.window.people_list import PeopleList
from duologue.core.events.people import State


@pytest.fixture
def chosen() -> list[str]:
    return []


@pytest.fixture
def people(root: tkinter.Tk, chosen: list[str]) -> PeopleList:
    dress(root)
    people = PeopleList(root, chosen.append)
    people.pack(fill="both", expand=True)
    root.geometry("400x400")
    root.update()
    return people


def rows(*nicknames: str) -> list[PersonRow]:
    return [PersonRow(nickname, State.ONLINE, "online") for nickname in nicknames]


def test_rows_come_go_and_move(people: PeopleList) -> None:
    for names in ("bd", "abcd", "da", "", "cab"):
        people.show(rows(*names))
        assert "".join(people.tree.get_children()) == names


def test_what_is_chosen_stays(people: PeopleList) -> None:
    people.show(rows("a", "b"))
    people.tree.selection_set("b")
    people.show(rows("b", "c", "a"))
    assert people.selected == "b"
    people.show(rows("a"))
    assert people.selected is None


def test_a_row_is_painted_anew(people: PeopleList) -> None:
    people.show(rows("a"))
    people.show([PersonRow("a", State.AWAY, "away: lunch", 3)])
    assert people.tree.item("a")["text"] == "◐  a  (3)"
    assert people.tree.item("a")["values"] == ["away: lunch"]


def test_double_click_and_enter_choose(people: PeopleList, chosen: list[str]) -> None:
    people.show(rows("a", "b"))
    people.update()
    people.tree.event_generate("<Return>")
    assert chosen == []
    x, y, *_ = map(int, people.tree.bbox("b"))
    for _ in range(2):
        people.tree.event_generate("<Button-1>", x=x + 5, y=y + 5)
    assert chosen == ["b"]
    people.tree.focus_force()
    people.tree.event_generate("<Return>")
    assert chosen == ["b", "b"]
