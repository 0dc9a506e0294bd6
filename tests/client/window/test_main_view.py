"""The lobby on the left, the people on the right."""

from __future__ import annotations

import tkinter

from duologue.client.window.look import dress
from duologue.client.window.main_view import MainView
from duologue.client.window.people import PersonRow
from duologue.core.events.people import State
from tests.client.window.hands import Hands


def test_the_main_view(root: tkinter.Tk) -> None:
    dress(root)
    view = MainView(root, Hands(), lambda _: None, lambda: None)
    view.grid()
    view.show_me("alice", State.AWAY, "lunch")
    assert str(view._me["text"]) == "alice · away: lunch"
    view.show_people([])
    assert str(view._hint["text"]) == "Nobody else is here yet."
    view.show_people([PersonRow("bob", State.ONLINE, "online")])
    assert view.people.tree.get_children() == ("bob",)
