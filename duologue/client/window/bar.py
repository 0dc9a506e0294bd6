"""The bar at the top of every window that reports trouble with the connection."""

from __future__ import annotations

import tkinter
from collections.abc import Callable
from tkinter import ttk

from duologue.client.window.look import GAP, PAD

_WRAP_MARGIN = 180
"""Pixels that the button and the margins take beside the text."""


class ConnectionBar(ttk.Frame):
    """The connection bar. It occupies its place in the parent's grid, at `row`, only while there is something to
    report. `connect` is called when somebody does not want to wait for the connection, or has to log in again.
    """

    def __init__(self, parent: tkinter.Misc, connect: Callable[[], None], row: int = 0, span: int = 1) -> None:
        super().__init__(parent, style="Warning.TFrame", padding=(PAD, GAP))
        self._label = ttk.Label(self, style="Warning.TLabel")
        self._button = ttk.Button(self, command=connect)
        self.columnconfigure(0, weight=1)
        self._label.grid(row=0, column=0, sticky="w")
        self._button.grid(row=0, column=1, padx=(GAP, 0))
        self.bind("<Configure>", lambda event: self._label.configure(wraplength=max(100, event.width - _WRAP_MARGIN)))
        self.grid(row=row, column=0, columnspan=span, sticky="ew")
        self.grid_remove()

    def show(self, text: str, *, is_over: bool) -> None:
        """Show the text. `is_over` if the client does not reconnect by itself."""
        self._label.configure(text=text)
        self._button.configure(text="Log in again" if is_over else "Try now")
        if text:
            self.grid()
        else:
            self.grid_remove()
