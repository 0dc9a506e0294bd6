"""Searching what was said before: words on top, what was found below."""

from __future__ import annotations

import tkinter
from collections.abc import Callable, Sequence
from tkinter import ttk

from duologue.client.window.dialogs import Dialog
from duologue.client.window.history_view import HistoryView
from duologue.client.window.look import GAP
from duologue.client.window.scroll import Block


class SearchWindow(Dialog):
    """`search` is called with the words, without blanks around them."""

    def __init__(self, parent: tkinter.Tk, search: Callable[[str], None]) -> None:
        super().__init__(parent, "Search")
        self.geometry("560x420")
        self._search = search
        self.words = ttk.Entry(self.body, font="TkTextFont")
        self.words.grid(row=0, column=0, sticky="ew")
        button = ttk.Button(self.body, text="Search", style="Accent.TButton", command=self._start)
        button.grid(row=0, column=1, padx=(GAP, 0))
        self._hint = ttk.Label(self.body, text="Messages that have all of these words.", style="Faint.TLabel")
        self._hint.grid(row=1, column=0, columnspan=2, sticky="w", pady=GAP)
        self.found = HistoryView(self.body, lambda: None)
        self.found.grid(row=2, column=0, columnspan=2, sticky="nsew")
        self.body.rowconfigure(2, weight=1)
        self.words.bind("<Return>", lambda _: self._start())
        self.add_button("Close", self.destroy)
        self.appear(self.words)

    def _start(self) -> None:
        words = " ".join(self.words.get().split())
        if words:
            self._search(words)

    def show(self, blocks: Sequence[Block], hint: str) -> None:
        self.found.rewrite(blocks)
        self._hint.configure(text=hint)
