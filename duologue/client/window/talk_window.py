"""A window of its own: for a private talk, or for a room, whose members stand beside it."""

from __future__ import annotations

import tkinter
from collections.abc import Callable
from tkinter import ttk

from duologue.client.window.bar import ConnectionBar
from duologue.client.window.look import GAP, PAD, list_box
from duologue.client.window.talk import Talk
from duologue.client.window.talk_pane import Hands, TalkPane
from duologue.core.text import visible

_SIZE = "560x520"
_ROOM_SIZE = "720x520"
_LEAST = (360, 280)


class TalkWindow(tkinter.Toplevel):
    """`close` is called when somebody closes it, and decides what becomes of it."""

    def __init__(
        self, root: tkinter.Tk, talk: Talk, hands: Hands, close: Callable[[], None], log_in_again: Callable[[], None]
    ) -> None:
        super().__init__(root)
        self._members: tkinter.Listbox | None = None
        self.title(talk.title())
        self.geometry(_ROOM_SIZE if talk.is_room else _SIZE)
        self.minsize(*_LEAST)
        self.columnconfigure(0, weight=1)
        self.rowconfigure(1, weight=1)
        self.bar = ConnectionBar(self, log_in_again, span=2)
        self.pane = TalkPane(self, talk.place, hands)
        self.pane.grid(row=1, column=0, sticky="nsew", padx=PAD, pady=PAD)
        if talk.is_room:
            self._members = _members(self)
        self.protocol("WM_DELETE_WINDOW", close)
        for keys in ("<Control-w>", "<Escape>"):
            self.bind(keys, lambda _: close())
        self.bind("<Control-e>", lambda _: hands.export_talk(talk.place))
        self.bind("<FocusIn>", self._came_here)

    def _came_here(self, event: tkinter.Event[tkinter.Misc]) -> None:
        """Not before: a focus that is set in one window takes the keyboard from the others."""
        if event.widget is self:
            self.pane.compose.field.focus_set()

    def show(self, talk: Talk, status: str) -> None:
        self.title(talk.title())
        self.pane.show(talk, status)
        if self._members is not None:
            self._members.delete(0, "end")
            self._members.insert("end", *map(visible, sorted(talk.members)))


def _members(window: TalkWindow) -> tkinter.Listbox:
    side = ttk.Frame(window)
    side.grid(row=1, column=1, sticky="ns", padx=(0, PAD), pady=PAD)
    side.rowconfigure(1, weight=1)
    ttk.Label(side, text="Who is here", style="Faint.TLabel").grid(row=0, column=0, sticky="w", pady=(0, GAP))
    members = list_box(side, width=18)
    members.grid(row=1, column=0, sticky="ns")
    return members
