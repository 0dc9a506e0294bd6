"""The window for searching earlier messages: words at the top, results below."""

from __future__ import annotations

import tkinter
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from tkinter import ttk

from duologue.client.window.dialogs import Dialog
from duologue.client.window.history_view import HistoryView
from duologue.client.window.look import GAP
from duologue.client.window.scroll import Block
from duologue.core.events.chat import Recalled


class SearchWindow(Dialog):
    """The window. `search` is called with the words, without blanks around them; `chosen` with a result that is to be
    shown among the messages around it.
    """

    def __init__(self, parent: tkinter.Tk, search: Callable[[str], None], chosen: Callable[[Recalled], None]) -> None:
        super().__init__(parent, "Search")
        self.geometry("560x420")
        self._search = search
        self._chosen = chosen
        self._lines: list[int] = []
        self._hits: Sequence[Recalled] = ()
        self._at = 0
        self.words = ttk.Entry(self.body, font="TkTextFont")
        self.words.grid(row=0, column=0, sticky="ew")
        button = ttk.Button(self.body, text="Search", style="Accent.TButton", command=self._start)
        button.grid(row=0, column=1, padx=(GAP, 0))
        self._hint = ttk.Label(self.body, text="Messages that contain all of these words.", style="Faint.TLabel")
        self._hint.grid(row=1, column=0, columnspan=2, sticky="w", pady=GAP)
        self.found = HistoryView(self.body, lambda: None)
        self.found.grid(row=2, column=0, columnspan=2, sticky="nsew")
        self.body.rowconfigure(2, weight=1)
        self.words.bind("<Return>", lambda _: self._start())
        self.words.bind("<Down>", lambda _: self.found.text.focus_set())
        self.found.text.bind("<Double-1>", self._pointed)
        for key, by in (("<Up>", -1), ("<Down>", 1)):
            self.found.text.bind(key, partial(self._turned, by))
        self.found.text.bind("<Return>", lambda _: self._open())
        self._open_button = self.add_button("Open", self._open, is_main=True)
        self.add_button("Close", self.destroy)
        self.appear(self.words)

    def _start(self) -> None:
        words = " ".join(self.words.get().split())
        if words:
            self._search(words)

    def look_for(self, words: str) -> None:
        """Search for words as if they had been typed here."""
        self.words.delete(0, "end")
        self.words.insert(0, words)
        self._start()

    def show(self, blocks: Sequence[Block], hits: Sequence[Recalled], hint: str) -> None:
        """Show results. `hits` are the messages of `blocks`, in the same order."""
        self.found.rewrite(blocks)
        self._hint.configure(text=f"{hint} Double-click, or Enter in the list, opens one there." if hits else hint)
        self._hits, self._lines = hits, [*_first_lines(blocks)]
        self._open_button.state(["!disabled" if hits else "disabled"])
        self._turn_to(len(hits) - 1)

    def _turn_to(self, nth: int) -> None:
        if self._hits:
            self._at = min(max(nth, 0), len(self._hits) - 1)
            self.found.reveal(self._lines[self._at])

    def _turned(self, by: int, _: object) -> str:
        self._turn_to(self._at + by)
        return "break"

    def _pointed(self, event: tkinter.Event[tkinter.Text]) -> str:
        line = int(self.found.text.index(f"@{event.x},{event.y}").split(".")[0])
        self._turn_to(bisect(self._lines, line) - 1)
        self._open()
        return "break"

    def _open(self) -> None:
        if self._hits:
            self._chosen(self._hits[self._at])


def _first_lines(blocks: Sequence[Block]) -> Iterator[int]:
    """Return the first lines of the blocks that are not days, in a text that holds them all."""
    line = 1
    for block in blocks:
        if block[0][1] != "day":
            yield line
        line += sum(text.count("\n") for text, _ in block)
