"""The part that every talk has, in the main window or in its own: status, history, mark, and the field for writing."""

from __future__ import annotations

import tkinter
from collections.abc import Sequence
from functools import partial
from tkinter import ttk
from typing import Protocol

from duologue.client.window.compose import Compose
from duologue.client.window.find_bar import FindBar
from duologue.client.window.history_view import HistoryView
from duologue.client.window.look import GAP
from duologue.client.window.talk import Act, Talk

_ACCENTED = frozenset({Act.ASK, Act.ASK_AGAIN, Act.ACCEPT, Act.JOIN})


class Hands(Protocol):
    """The actions of a person in a talk."""

    def submit(self, place: str, text: str) -> None: ...

    def act(self, place: str, act: Act) -> None: ...

    def earlier(self, place: str) -> None: ...

    def export_talk(self, place: str) -> None: ...

    def describe(self, nickname: str) -> None: ...

    def search(self, words: str = "") -> None: ...


class TalkPane(ttk.Frame):
    def __init__(self, parent: tkinter.Misc, place: str, hands: Hands) -> None:
        super().__init__(parent)
        self._place = place
        self._hands = hands
        self._acts: Sequence[Act] = ()
        self._head = ttk.Frame(self)
        self._status = ttk.Label(self._head, style="Status.TLabel")
        self._buttons = ttk.Frame(self._head)
        self.compose = Compose(self, lambda text: hands.submit(place, text))
        self.history = HistoryView(self, lambda: hands.earlier(place), self.compose.type)
        self._mark = ttk.Label(self, style="Faint.TLabel")
        self.find_bar = FindBar(self, self.history.finder, 1, hands.search, self.compose.field.focus_set)
        self._lay_out()

    def _lay_out(self) -> None:
        self.columnconfigure(0, weight=1)
        self.rowconfigure(2, weight=1)
        self._head.columnconfigure(0, weight=1)
        self._head.grid(row=0, column=0, sticky="ew", pady=(0, GAP))
        self._status.grid(row=0, column=0, sticky="w")
        self._buttons.grid(row=0, column=1, sticky="e", padx=(GAP, 0))
        self.history.grid(row=2, column=0, sticky="nsew")
        self._mark.grid(row=3, column=0, sticky="e")
        self.compose.grid(row=4, column=0, sticky="ew", pady=(GAP, 0))
        self._head.bind("<Configure>", lambda _: self._wrap())

    def _wrap(self) -> None:
        """Wrap a long status instead of letting it push the buttons out."""
        room = self._head.winfo_width() - self._buttons.winfo_reqwidth() - 2 * GAP
        self._status.configure(wraplength=max(100, room))

    def show(self, talk: Talk, status: str) -> None:
        self._status.configure(text=status)
        self._mark.configure(text=talk.mark)
        self.compose.allow(talk.can_write)
        self.history.offer_earlier(talk.scroll.has_earlier)
        if talk.acts != self._acts:
            self._put_buttons(talk.acts)
        self._wrap()

    def find(self, by: int = -1) -> None:
        """Find words here; if that is open already, go to an older match (-1) or a newer one (1)."""
        if self.find_bar.is_open:
            self.find_bar.step(by)
        else:
            self.find_bar.open()

    def _put_buttons(self, acts: Sequence[Act]) -> None:
        """Show the buttons. If one that goes has the keyboard, that returns to the field for writing."""
        had_focus = str(self.tk.call("focus")).startswith(f"{self._buttons}.")
        for button in self._buttons.winfo_children():
            button.destroy()
        for column, act in enumerate(acts):
            style = "Accent.TButton" if act in _ACCENTED else "TButton"
            button = ttk.Button(
                self._buttons, text=act.value, style=style, command=partial(self._hands.act, self._place, act)
            )
            button.grid(row=0, column=column, padx=(GAP if column else 0, 0))
        self._acts = acts
        if had_focus:
            self.compose.field.focus_set()
        self._buttons.update_idletasks()
