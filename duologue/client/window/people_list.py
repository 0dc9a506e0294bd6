"""The list of people beside the lobby: a row each, updated without losing the selection or the scroll position."""

from __future__ import annotations

import tkinter
from collections.abc import Callable, Sequence
from tkinter import ttk

from duologue.client.window.look import COLOURS, STATE_COLOURS
from duologue.client.window.people import PersonRow
from duologue.core.events.people import State

_DOTS = dict.fromkeys(State, "●") | {State.OFFLINE: "○", State.AWAY: "◐"}


class PeopleList(ttk.Frame):
    """The list. `chosen` is called with the nickname on a double-click or Enter."""

    def __init__(self, parent: tkinter.Misc, chosen: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._chosen = chosen
        self._shown: dict[str, PersonRow] = {}
        self.tree = ttk.Treeview(self, columns=("note",), show="tree", selectmode="browse", height=5)
        self.tree.column("#0", width=150, minwidth=90, stretch=True)
        self.tree.column("note", width=170, minwidth=60, stretch=True)
        for state, colour in STATE_COLOURS.items():
            self.tree.tag_configure(state, foreground=colour)
        self.tree.tag_configure("unread", font="DuologueBold", foreground=COLOURS.ink)
        bar = ttk.Scrollbar(self, command=self.tree.yview)
        self.tree.configure(yscrollcommand=bar.set)
        self.columnconfigure(0, weight=1)
        self.rowconfigure(0, weight=1)
        self.tree.grid(row=0, column=0, sticky="nsew")
        bar.grid(row=0, column=1, sticky="ns")
        self.tree.bind("<Double-1>", lambda event: self._choose(self.tree.identify_row(event.y)))
        self.tree.bind("<Return>", lambda _: self._choose(self.selected or ""))

    @property
    def selected(self) -> str | None:
        """The nickname that is selected."""
        return next(iter(self.tree.selection()), None)

    def _choose(self, nickname: str) -> str:
        if nickname:
            self._chosen(nickname)
        return "break"

    def show(self, rows: Sequence[PersonRow]) -> None:
        """Show the rows. Only the differences are touched: Tk needs some microseconds for each row."""
        gone = self._shown.keys() - {row.nickname for row in rows}
        if gone:
            self.tree.delete(*gone)
        order = [*self.tree.get_children()]
        for index, row in enumerate(rows):
            if index >= len(order) or order[index] != row.nickname:
                self._place(row.nickname, index, order)
            if self._shown.get(row.nickname) != row:
                self._paint(row)
        self._shown = {row.nickname: row for row in rows}

    def _place(self, nickname: str, index: int, order: list[str]) -> None:
        if nickname in self._shown:
            self.tree.move(nickname, "", index)
            order.remove(nickname)
        else:
            self.tree.insert("", index, iid=nickname)
        order.insert(index, nickname)

    def _paint(self, row: PersonRow) -> None:
        count = f"  ({row.unread})" if row.unread else ""
        tag = "unread" if row.unread or row.asks else row.state.value
        text = f"{_DOTS[row.state]}  {row.name}{count}"
        self.tree.item(row.nickname, text=text, values=(row.note,), tags=(tag,))
