"""The menus of the main window and their keys, as a table. Knows nothing about chats: each row calls one method."""

from __future__ import annotations

import tkinter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from duologue.client.window.shortcuts import bind_keys
from duologue.core.commands.people import MayAsk
from duologue.core.events.people import State


class Wants(Protocol):
    """The actions that a menu can call."""

    def be_online(self) -> None: ...

    def be_away(self) -> None: ...

    def be_undisturbed(self) -> None: ...

    def allow(self, who: MayAsk) -> None: ...

    def show_blocked(self) -> None: ...

    def quit(self) -> None: ...

    def open_selected(self) -> None: ...

    def write_to(self) -> None: ...

    def describe_selected(self) -> None: ...

    def block_selected(self) -> None: ...

    def answer_request(self) -> None: ...

    def join(self) -> None: ...

    def list_rooms(self) -> None: ...

    def find(self, by: int = -1) -> None: ...

    def search(self) -> None: ...

    def export(self) -> None: ...


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One item. `underline` is the letter that selects it with Alt and the menu's own letter; `keys` are in Tk's
    notation.
    """

    label: str
    underline: int
    do: Callable[[Wants], None]
    shown_keys: str = ""
    keys: str = ""


_PEOPLE = (
    MenuItem("Open chat", 0, lambda wants: wants.open_selected(), "Enter"),
    MenuItem("Write to somebody…", 0, lambda wants: wants.write_to(), "Ctrl+N", "<Control-n>"),
    MenuItem("About this person", 0, lambda wants: wants.describe_selected(), "Ctrl+I", "<Control-i>"),
    MenuItem("Block this person", 0, lambda wants: wants.block_selected()),
    MenuItem("Answer a request", 9, lambda wants: wants.answer_request(), "F8", "<F8>"),
)
_ROOMS = (
    MenuItem("Join a room…", 0, lambda wants: wants.join(), "Ctrl+J", "<Control-j>"),
    MenuItem("List of rooms…", 0, lambda wants: wants.list_rooms(), "Ctrl+R", "<Control-r>"),
)
_HISTORY = (
    MenuItem("Find in the lobby…", 0, lambda wants: wants.find(), "F3", "<F3>"),
    MenuItem("Search…", 0, lambda wants: wants.search(), "Ctrl+F", "<Control-f>"),
    MenuItem("Export…", 0, lambda wants: wants.export(), "Ctrl+E", "<Control-e>"),
)
_ME_LAST = (
    MenuItem("Blocked people…", 0, lambda wants: wants.show_blocked()),
    MenuItem("Quit", 0, lambda wants: wants.quit(), "Ctrl+Q", "<Control-q>"),
)
_WITH_KEYS = [row for row in (*_PEOPLE, *_ROOMS, *_HISTORY, *_ME_LAST) if row.keys]
LETTERS = frozenset("mprh")
"""Letters that open a menu with Alt."""

_STATES = (
    (State.ONLINE, "Online", lambda wants: wants.be_online()),
    (State.AWAY, "Away…", lambda wants: wants.be_away()),
    (State.DO_NOT_DISTURB, "Do not disturb", lambda wants: wants.be_undisturbed()),
)
_MAY_ASK = {
    MayAsk.EVERYONE: "Everyone",
    MayAsk.KNOWN: "People I have talked with",
    MayAsk.NOBODY: "Nobody",
}

# Variables by name: an object of tkinter's calls Tk when it is collected, which may be in the other thread.
_STATE = "duologue_state"
_ASKING = "duologue_may_ask"


class Menus:
    """The menus. `show` marks our state and who may ask. `keys` work in all windows."""

    def __init__(self, root: tkinter.Tk, wants: Wants) -> None:
        self._root = root
        self.menu = tkinter.Menu(root)
        self.menu.add_cascade(label="Me", underline=0, menu=self._me(wants))
        for label, rows in (("People", _PEOPLE), ("Rooms", _ROOMS), ("History", _HISTORY)):
            menu = tkinter.Menu(self.menu)
            _fill(menu, rows, wants)
            self.menu.add_cascade(label=label, underline=0, menu=menu)
        self.keys: dict[str, Callable[[], None]] = {row.keys: partial(row.do, wants) for row in _WITH_KEYS}
        self.keys |= {"<Control-Shift-F>": wants.search, "<Shift-F3>": partial(wants.find, 1)}
        for keys, do in self.keys.items():
            bind_keys(root, keys, do)

    def _me(self, wants: Wants) -> tkinter.Menu:
        menu = tkinter.Menu(self.menu)
        for state, label, do in _STATES:
            _add_mark(menu, label, _STATE, state.value, partial(do, wants))
        menu.add_separator()
        asking = tkinter.Menu(menu)
        for who, label in _MAY_ASK.items():
            _add_mark(asking, label, _ASKING, who.value, partial(wants.allow, who))
        menu.add_cascade(label="Who may ask me for a chat", underline=0, menu=asking)
        _fill(menu, _ME_LAST, wants)
        return menu

    def show(self, state: State, may_ask: MayAsk) -> None:
        self._root.setvar(_STATE, state.value)
        self._root.setvar(_ASKING, may_ask.value)


def _add_mark(menu: tkinter.Menu, label: str, variable: str, value: str, do: Callable[[], None]) -> None:
    """Add an item that is marked while the variable of that name has that value."""
    named = cast(tkinter.Variable, variable)  # Tk accepts a name, which the stubs do not know
    menu.add_radiobutton(label=label, underline=0, variable=named, value=value, command=do)


def _fill(menu: tkinter.Menu, rows: tuple[MenuItem, ...], wants: Wants) -> None:
    for row in rows:
        menu.add_command(
            label=row.label, underline=row.underline, accelerator=row.shown_keys, command=partial(row.do, wants)
        )
