"""State, history, mark and what one writes, in one pane."""

from __future__ import annotations

import tkinter
from tkinter import ttk

from duologue.client.window.look import dress
from duologue.client.window.talk import Act, Talk, TalkState
from duologue.client.window.talk_pane import TalkPane
from tests.client.window.hands import Hands


def test_a_pane(root: tkinter.Tk) -> None:
    dress(root)
    hands = Hands()
    pane = TalkPane(root, "bob", hands)
    pane.pack(fill="both", expand=True)
    talk = Talk("bob", TalkState.ASKED, mark="stored")
    talk.scroll.before = 3
    pane.show(talk, "bob wants to chat with you.")
    root.update()
    accept, decline, block = (widget for widget in pane._buttons.winfo_children() if isinstance(widget, ttk.Button))
    for button in (accept, decline, block, pane.history._button):
        button.invoke()
    pane.compose.field.insert("end", "hi")
    pane.compose.submit()
    assert hands.done == [
        ("bob", Act.ACCEPT),
        ("bob", Act.DECLINE),
        ("bob", Act.BLOCK),
        ("bob", "earlier"),
        ("bob", "hi"),
    ]
    accept.focus_force()
    root.update()
    talk.move(TalkState.ON)
    pane.show(talk, "In a chat with bob.")
    root.update()
    assert root.focus_get() is pane.compose.field
    assert str(pane._status["text"]) == "In a chat with bob."
