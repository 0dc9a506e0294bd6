"""The bar for finding words in the conversation of a window: above its history, while it is in use."""

from __future__ import annotations

import tkinter
from collections.abc import Callable
from functools import partial
from tkinter import ttk

from duologue.client.window.finder import Finder
from duologue.client.window.look import GAP

_LEAST = 80
"""Pixels for the words; in a narrow window the last button disappears first."""


class FindBar(ttk.Frame):
    """The bar. It occupies its place in the parent's grid, at `row`, only while it is open. Nothing typed here is sent.

    `search_all` is called with words to look for in everything that was ever said; `closed` when the bar is closed.
    """

    def __init__(
        self,
        parent: tkinter.Misc,
        finder: Finder,
        row: int,
        search_all: Callable[[str], None],
        closed: Callable[[], None],
    ) -> None:
        super().__init__(parent)
        self._finder = finder
        finder.changed = self._tell
        self._closed = closed
        self._looked_for = ""
        self.words = ttk.Entry(self, font="TkTextFont", width=16)
        self._result = ttk.Label(self, style="Faint.TLabel")
        self.columnconfigure(0, weight=1, minsize=_LEAST)
        self.words.grid(row=0, column=0, sticky="ew")
        buttons: tuple[tuple[str, Callable[[], None]], ...] = (
            ("▲", lambda: self.step(-1)),
            ("▼", lambda: self.step(1)),
            ("Search all", lambda: search_all(self.words.get())),
            ("✕", self.close),
        )
        for column, (label, do) in enumerate(buttons, 1):
            ttk.Button(self, text=label, command=do).grid(row=0, column=column, padx=(GAP, 0))
        self._result.grid(row=1, column=0, columnspan=len(buttons) + 1, sticky="w")
        self._bind_keys()
        self.grid(row=row, column=0, sticky="ew", pady=(0, GAP))
        self.grid_remove()

    def _bind_keys(self) -> None:
        self.words.bind("<KeyRelease>", lambda _: self._changed())
        for keys, by in (("<Return>", -1), ("<KP_Enter>", -1), ("<Shift-Return>", 1), ("<Up>", -1), ("<Down>", 1)):
            self.words.bind(keys, partial(self._stepped, by))
        for widget in (self, *self.winfo_children()):
            widget.bind("<Escape>", lambda _: self._escaped())

    @property
    def is_open(self) -> bool:
        return bool(self.winfo_manager())

    def open(self) -> None:
        """Open the bar, with the keyboard."""
        self.grid()
        self.update_idletasks()  # only what is on the screen can have the keyboard
        self.words.focus_force()
        self.words.selection_range(0, "end")
        self.words.icursor("end")
        self._find()

    def close(self) -> None:
        """Close the bar; the keyboard returns to the field for writing. Does nothing if it is closed already."""
        if self.is_open:
            self._finder.clear()
            self.grid_remove()
            self._closed()

    def step(self, by: int) -> None:
        """Go to an older match (-1) or a newer one (1)."""
        if self.words.get() != self._looked_for:
            self._find()
        else:
            self._tell(*self._finder.step(by))

    def _stepped(self, by: int, _: object) -> str:
        self.step(by)
        return "break"

    def _escaped(self) -> str:
        self.close()
        return "break"

    def _changed(self) -> None:
        if self.words.get() != self._looked_for:
            self._find()

    def _find(self) -> None:
        self._looked_for = self.words.get()
        self._tell(*self._finder.find(self._looked_for))

    def _tell(self, nth: int, count: int) -> None:
        hint = "Enter: older, Shift+Enter: newer, Escape: close."
        if not self._looked_for:
            text = f"Finds words in the messages shown here. {hint}"
        elif count:
            text = f"{f'{nth} of {count}' if nth else f'{count} here'}. {hint}"
        else:
            text = "Not in the messages shown here. “Search all” searches all messages."
        self._result.configure(text=text)
