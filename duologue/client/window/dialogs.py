"""Small windows that somebody has asked for: a question, a few fields, a list. Enter confirms, Escape closes.

None of them blocks the other windows: messages can be read and answered while one is open.
"""

from __future__ import annotations

import tkinter
from collections.abc import Callable, Sequence
from tkinter import ttk

from duologue.client.window.look import GAP, LINGERS, PAD, centre, list_box
from duologue.client.window.shortcuts import bind_keys

_WIDEST = 380
"""Pixels of a sentence before it wraps."""


class Dialog(tkinter.Toplevel):
    """A dialog. Its subclasses fill `body`; `buttons` are below it."""

    def __init__(self, parent: tkinter.Tk | tkinter.Toplevel, title: str) -> None:
        super().__init__(parent)
        self.withdraw()
        self._parent = parent
        self._lingering = ""
        self.title(f"{title} - Duologue")
        self.transient(parent)
        self.columnconfigure(0, weight=1)
        self.rowconfigure(0, weight=1)
        self.body = ttk.Frame(self, padding=PAD)
        self.body.columnconfigure(0, weight=1)
        self.body.grid(sticky="nsew")
        self.buttons = ttk.Frame(self, padding=(PAD, 0, PAD, PAD))
        self.buttons.grid(row=1, sticky="e")
        for keys in ("<Escape>", "<Control-w>"):
            bind_keys(self, keys, self.destroy)

    def add_button(self, text: str, command: Callable[[], None], *, is_main: bool = False) -> ttk.Button:
        style = "Accent.TButton" if is_main else "TButton"
        button = ttk.Button(self.buttons, text=text, style=style, command=command)
        button.bind("<Return>", lambda _: _press(button))
        button.grid(row=0, column=len(self.buttons.winfo_children()), padx=(GAP, 0))
        return button

    def appear(self, first: tkinter.Misc) -> None:
        """Appear, with the keyboard in `first`: the person who opened this wants to type here."""
        centre(self, self._parent)
        self.deiconify()
        self.lift()
        self.update_idletasks()  # only what is on the screen can have the keyboard
        first.focus_force()

    def done(self) -> None:
        """Hide the dialog: its purpose is fulfilled. Keys pressed meanwhile are still on their way to this window, and
        are passed on to where the keyboard is then, so it stays for a moment, out of sight.
        """
        self.withdraw()
        self._lingering = self.after(LINGERS, self.destroy)

    def destroy(self) -> None:
        if self._lingering:
            self.after_cancel(self._lingering)
        super().destroy()


def _press(button: ttk.Button) -> str:
    button.invoke()
    return "break"


class Question(Dialog):
    """A question. `go_on` is called for a yes; any other end is a no."""

    def __init__(
        self, parent: tkinter.Tk | tkinter.Toplevel, title: str, text: str, yes: str, go_on: Callable[[], None]
    ) -> None:
        super().__init__(parent, title)
        self.resizable(False, False)
        ttk.Label(self.body, text=text, wraplength=_WIDEST).grid(sticky="w")
        self._go_on = go_on
        main = self.add_button(yes, self._yes, is_main=True)
        self.add_button("Cancel", self.destroy)
        self.appear(main)

    def _yes(self) -> None:
        self.done()
        self._go_on()


class Form(Dialog):
    """One field for each of `labels`. `done` is called with their contents, and returns what is wrong with them, or
    None if they are accepted.
    """

    def __init__(
        self,
        parent: tkinter.Tk | tkinter.Toplevel,
        title: str,
        labels: Sequence[str],
        yes: str,
        done: Callable[[Sequence[str]], str | None],
    ) -> None:
        super().__init__(parent, title)
        self.resizable(False, False)
        self._accept = done
        self.entries = [self._field(row, label) for row, label in enumerate(labels)]
        self._trouble = ttk.Label(self.body, style="Trouble.TLabel", wraplength=_WIDEST)
        self._trouble.grid(row=2 * len(labels), sticky="w")
        self.add_button(yes, self._take, is_main=True)
        self.add_button("Cancel", self.destroy)
        self.appear(self.entries[0])

    def _field(self, row: int, label: str) -> ttk.Entry:
        ttk.Label(self.body, text=label).grid(row=2 * row, sticky="w")
        entry = ttk.Entry(self.body, width=40, font="TkTextFont", show="•" if "assword" in label else "")
        entry.grid(row=2 * row + 1, sticky="ew", pady=(2, GAP))
        entry.bind("<Return>", lambda _: self._take())
        return entry

    def _take(self) -> None:
        trouble = self._accept([entry.get().strip() for entry in self.entries])
        if trouble is None:
            self.done()
        else:
            self._trouble.configure(text=trouble)


class Choice(Dialog):
    """Rows to choose from; `chosen` is called with the index of one, and the dialog closes."""

    def __init__(
        self,
        parent: tkinter.Tk | tkinter.Toplevel,
        title: str,
        rows: Sequence[str],
        nothing: str,
        yes: str,
        chosen: Callable[[int], None],
    ) -> None:
        super().__init__(parent, title)
        self.minsize(320, 240)
        self._chosen = chosen
        self.body.rowconfigure(0, weight=1)
        self.rows = _rows(self.body)
        self.rows.insert("end", *rows)
        main: tkinter.Misc = self.rows
        if rows:
            self.rows.selection_set(0)
            self.add_button(yes, self._take, is_main=True)
            self.rows.bind("<Double-1>", lambda _: self._take())
            self.rows.bind("<Return>", lambda _: self._take())
        else:
            ttk.Label(self.body, text=nothing, style="Status.TLabel").grid(row=1, sticky="w", pady=(GAP, 0))
        closing = self.add_button("Close", self.destroy)
        self.appear(main if rows else closing)

    def _take(self) -> None:
        chosen = self.rows.curselection()  # type: ignore[no-untyped-call]  # the stubs give it no types
        if chosen:
            self.done()
            self._chosen(int(chosen[0]))


def _rows(body: ttk.Frame) -> tkinter.Listbox:
    rows = list_box(body, width=44)
    bar = ttk.Scrollbar(body, command=rows.yview)
    rows.configure(yscrollcommand=bar.set, exportselection=False)  # else selecting text elsewhere undoes the choice
    rows.grid(row=0, column=0, sticky="nsew")
    bar.grid(row=0, column=1, sticky="ns")
    return rows
