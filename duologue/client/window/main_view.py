"""The contents of the main window after the login: the lobby on the left, the people on the right."""

from __future__ import annotations

import tkinter
from collections.abc import Callable, Sequence
from tkinter import ttk

from duologue.client.window.bar import ConnectionBar
from duologue.client.window.look import GAP, PAD
from duologue.client.window.people import PersonRow, how
from duologue.client.window.people_list import PeopleList
from duologue.client.window.talk_pane import Hands, TalkPane
from duologue.core.events.people import State
from duologue.core.room_rules import LOBBY
from duologue.core.text import visible

_PEOPLE_WIDTH = 310


class MainView(ttk.Frame):
    def __init__(
        self, root: tkinter.Tk, hands: Hands, chosen: Callable[[str], None], connect: Callable[[], None]
    ) -> None:
        super().__init__(root)
        self.columnconfigure(0, weight=1)
        self.rowconfigure(1, weight=1)
        self.bar = ConnectionBar(self, connect)
        halves = ttk.PanedWindow(self, orient="horizontal")
        halves.grid(row=1, column=0, sticky="nsew", padx=PAD, pady=PAD)
        self.lobby = TalkPane(halves, LOBBY, hands)
        side = ttk.Frame(halves, width=_PEOPLE_WIDTH)
        halves.add(self.lobby, weight=1)
        halves.add(side, weight=0)
        side.columnconfigure(0, weight=1)
        side.rowconfigure(1, weight=1)
        self._me = ttk.Label(side, style="Bold.TLabel")
        self._me.grid(row=0, column=0, sticky="w", padx=(PAD, 0), pady=(0, GAP))
        self.people = PeopleList(side, chosen)
        self.people.grid(row=1, column=0, sticky="nsew", padx=(PAD, 0))
        self._hint = ttk.Label(side, style="Faint.TLabel")
        self._hint.grid(row=2, column=0, sticky="w", padx=(PAD, 0), pady=(GAP, 0))

    def show_me(self, nickname: str, state: State, text: str) -> None:
        self._me.configure(text=f"{visible(nickname)} · {how(state, text)}")

    def show_people(self, rows: Sequence[PersonRow]) -> None:
        self.people.show(rows)
        self._hint.configure(text="Double-click opens a chat." if rows else "Nobody else is here yet.")
