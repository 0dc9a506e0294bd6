"""Every row of the menus, and every key, does what it says."""

from __future__ import annotations

import tkinter
from unittest.mock import Mock, call

from duologue.client.window.menus import Menus, Wants
from duologue.core.commands.people import MayAsk
from duologue.core.events.people import State


def test_rows_and_keys(root: tkinter.Tk) -> None:
    wants = Mock(spec=Wants)
    menus = Menus(root, wants)
    root.update()
    root.focus_force()
    root.update()
    for key in "njrfei":
        root.event_generate(f"<Control-{key}>")
    root.event_generate("<F8>")
    root.event_generate("<Control-q>")
    assert wants.mock_calls == [
        call.write_to(),
        call.join(),
        call.list_rooms(),
        call.search(),
        call.export(),
        call.describe_selected(),
        call.answer_request(),
        call.quit(),
    ]
    wants.reset_mock()
    me = menus.menu.nametowidget(menus.menu.entrycget("Me", "menu"))
    for label in ("Online", "Away…", "Do not disturb", "Blocked people…"):
        me.invoke(label)
    asking = me.nametowidget(me.entrycget("Who may ask me for a chat", "menu"))
    asking.invoke("Nobody")
    people = menus.menu.nametowidget(menus.menu.entrycget("People", "menu"))
    people.invoke("Open chat")
    people.invoke("Block this person")
    assert wants.mock_calls == [
        call.be_online(),
        call.be_away(),
        call.be_undisturbed(),
        call.show_blocked(),
        call.allow(MayAsk.NOBODY),
        call.open_selected(),
        call.block_selected(),
    ]


def test_marks_show_how_one_is(root: tkinter.Tk) -> None:
    menus = Menus(root, Mock(spec=Wants))
    menus.show(State.AWAY, MayAsk.KNOWN)
    assert root.getvar("duologue_state") == "away"
    assert root.getvar("duologue_may_ask") == "known"
