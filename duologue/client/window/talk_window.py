"""A separate window for a private talk, or for a room, with its members at the side."""

from __future__ import annotations

import tkinter
from collections.abc import Callable, Mapping
from tkinter import ttk

from duologue.client.window.bar import ConnectionBar
from duologue.client.window.look import GAP, PAD, list_box
from duologue.client.window.shortcuts import bind_keys, bind_strays
from duologue.client.window.talk import Talk
from duologue.client.window.talk_pane import Hands, TalkPane

_SIZE = "560x520"
_ROOM_SIZE = "720x520"
_LEAST = (360, 280)
_ABOUT = "<Control-i>"
"""Asks about a person."""
_APPEARS = 1000
"""Milliseconds in which a window manager gives the keyboard to a new window; after that it is the person who does."""


class TalkWindow(tkinter.Toplevel):
    """The window. `close` is called when somebody closes it, and decides what becomes of it. `keys` work in all
    windows; this one's own take precedence.
    """

    def __init__(
        self,
        root: tkinter.Tk,
        talk: Talk,
        hands: Hands,
        close: Callable[[], None],
        connect: Callable[[], None],
        keys: Mapping[str, Callable[[], None]],
    ) -> None:
        super().__init__(root)
        self._members: tkinter.Listbox | None = None
        self._holder: tkinter.Misc | None = None
        self._settling = ""
        self.title(talk.title())
        self.geometry(_ROOM_SIZE if talk.is_room else _SIZE)
        self.minsize(*_LEAST)
        self.columnconfigure(0, weight=1)
        self.rowconfigure(1, weight=1)
        self.bar = ConnectionBar(self, connect, span=2)
        self.pane = TalkPane(self, talk.place, hands)
        self.pane.grid(row=1, column=0, sticky="nsew", padx=PAD, pady=PAD)
        if talk.is_room:
            self._members = _members(self)
        self.protocol("WM_DELETE_WINDOW", close)
        for key, do in keys.items():
            if key != _ABOUT or not talk.is_room:
                bind_keys(self, key, do)
        bind_keys(self, "<Control-w>", close)
        bind_keys(self, "<Escape>", lambda: self.pane.find_bar.close() if self.pane.find_bar.is_open else close())
        bind_keys(self, "<Control-e>", lambda: hands.export_talk(talk.place))
        bind_keys(self, "<Control-f>", self.pane.find_bar.open)
        bind_keys(self, "<F3>", self.pane.find)
        bind_keys(self, "<Shift-F3>", lambda: self.pane.find(1))
        if not talk.is_room:
            bind_keys(self, _ABOUT, lambda: hands.describe(talk.place))
        bind_strays(self, self.pane.compose.note_stray)
        self.bind("<FocusIn>", self._came_here)

    def _came_here(self, event: tkinter.Event[tkinter.Misc]) -> None:
        """Set the focus, only now: set earlier, it would take the keyboard from the other windows."""
        if event.widget is not self:
            return
        if self._holder is not None and self._holder.winfo_exists():
            self._holder.focus_force()
        else:
            self.pane.compose.field.focus_set()

    def leave_keyboard(self, holder: tkinter.Misc) -> None:
        """Give the keyboard back to `holder`, where somebody is writing to somebody else. This window appears by
        itself, and many window managers give the keyboard to a new window.
        """
        self._holder = holder
        self._settling = self.after(_APPEARS, self._settle)

    def _settle(self) -> None:
        self._holder = None

    def destroy(self) -> None:
        if self._settling:
            self.after_cancel(self._settling)
        super().destroy()

    def take_keyboard(self) -> None:
        """Take the keyboard: somebody has asked for this window."""
        self._holder = None
        self.deiconify()
        self.lift()
        self.update_idletasks()  # only what is on the screen can have the keyboard
        self.pane.compose.field.focus_force()

    def show(self, talk: Talk, status: str) -> None:
        self.title(talk.title())
        self.pane.show(talk, status)
        if self._members is not None:
            self._members.delete(0, "end")
            self._members.insert("end", *talk.names)


def _members(window: TalkWindow) -> tkinter.Listbox:
    side = ttk.Frame(window)
    side.grid(row=1, column=1, sticky="ns", padx=(0, PAD), pady=PAD)
    side.rowconfigure(1, weight=1)
    ttk.Label(side, text="Who is here", style="Faint.TLabel").grid(row=0, column=0, sticky="w", pady=(0, GAP))
    members = list_box(side, width=18)
    members.grid(row=1, column=0, sticky="ns")
    return members
