"""A window for a talk, or for a room with its members."""

from __future__ import annotations

import tkinter

from duologue.client.window.look import dress
from duologue.client.window.talk import Talk, TalkState
from duologue.client.window.talk_window import TalkWindow
from tests.client.window.hands import Hands


def test_a_talk_is_closed_and_exported_by_keys(root: tkinter.Tk) -> None:
    dress(root)
    closed: list[None] = []
    hands = Hands()
    window = TalkWindow(root, Talk("bob"), hands, lambda: closed.append(None), lambda: None, {})
    window.show(Talk("bob", unread=2), "bob is online.")
    root.update()
    assert window.title() == "(2) bob - Duologue"
    window.focus_force()
    root.update()
    window.event_generate("<Escape>")
    assert closed == [None]
    window.event_generate("<Control-e>")
    assert hands.done == [("bob", "export")]


def test_a_room_shows_its_members(root: tkinter.Tk) -> None:
    dress(root)
    talk = Talk("#tea", TalkState.ROOM, members={"bob", "al\x1bice"})
    window = TalkWindow(root, talk, Hands(), lambda: None, lambda: None, {})
    window.show(talk, "#tea")
    assert window._members
    assert window._members.get(0, "end") == ("al␛ice", "bob")
