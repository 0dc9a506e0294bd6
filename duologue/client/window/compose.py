"""The field for writing: Enter sends, Shift+Enter breaks the line. A text that is too long is reported and stays."""

from __future__ import annotations

import tkinter
from collections.abc import Callable
from tkinter import ttk

from duologue.client.window.clipboard import holds_only_files
from duologue.client.window.joiners import hide_joiners, prepare
from duologue.client.window.look import COLOURS, GAP, PAPER
from duologue.core.errors import PeerError
from duologue.protocols.native.wire import encode_message

MOST_LINES = 6
"""Lines that the field grows to; a longer text scrolls."""

_NOT_NOW = "Nothing can be sent here now. What you have written stays."
_NO_FILES = "Pictures and files cannot be sent yet, so nothing was pasted."


class Compose(ttk.Frame):
    """The field with its button. `submit` is called with what was written, once it can be a message."""

    def __init__(self, parent: tkinter.Misc, submit: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._take = submit
        self._stray = ""
        self.field = _field(self)
        prepare(self.field)
        self._button = ttk.Button(self, text="Send", style="Accent.TButton", command=self.submit)
        self._trouble = ttk.Label(self, style="Trouble.TLabel")
        self.columnconfigure(0, weight=1)
        self.field.grid(row=0, column=0, sticky="nsew")
        self._button.grid(row=0, column=1, sticky="s", padx=(GAP, 0))
        self._trouble.grid(row=1, column=0, columnspan=2, sticky="w")
        self._trouble.grid_remove()
        self._bind()

    def _bind(self) -> None:
        for key in ("<Return>", "<KP_Enter>"):
            self.field.bind(key, lambda _: self._entered())
        for keys in ("<Shift-Return>", "<Shift-KP_Enter>", "<Alt-Return>", "<Alt-KP_Enter>"):
            self.field.bind(keys, lambda _: self._break_line())
        self.field.bind("<Tab>", lambda _: _turn(self.field.tk_focusNext()))
        back = "<ISO_Left_Tab>" if self.tk.call("tk", "windowingsystem") == "x11" else "<Shift-Tab>"
        self.field.bind(back, lambda _: _turn(self.field.tk_focusPrev()))
        self.field.bind("<<Paste>>", lambda _: self._paste())
        self.field.bind("<Button-1>", lambda _: self._forget_stray(), add=True)
        self.field.bind("<<Modified>>", self._changed)

    @property
    def text(self) -> str:
        return whole_characters(self.field.get("1.0", "end-1c"))

    def type(self, text: str) -> None:
        """Insert text as if it had been typed here."""
        self.field.insert("insert", text)
        self.field.see("insert")
        self.field.focus_set()

    def _entered(self) -> str:
        if self._stray and self.text.strip():
            self.complain(f"{self._stray} does nothing here, so this was not sent. Enter sends it.")
            self._forget_stray()
        else:
            self.submit()
        return "break"

    def _break_line(self) -> str:
        self.field.tk.call("tk::TextInsert", self.field, "\n")
        return "break"

    def note_stray(self, keys: str) -> None:
        """Note that somebody has pressed `keys`, which do something elsewhere: what is typed next may not be meant for
        here.
        """
        self._stray = keys
        self.complain(f"{keys} does nothing here.")

    def _forget_stray(self) -> None:
        self._stray = ""

    def submit(self) -> None:
        """Submit the text. Blanks alone are not a message."""
        text = self.text.strip("\n")
        if not text.strip():
            return
        if not self._button.instate(["!disabled"]):
            self.complain(_NOT_NOW)
            return
        try:
            encode_message(text)
        except PeerError as error:
            self.complain(error.text)
        else:
            self.field.delete("1.0", "end")
            self.field.edit_reset()  # Ctrl+Z does not bring back what was sent
            self._forget_stray()
            self._take(text)

    def complain(self, text: str) -> None:
        self._trouble.configure(text=text)
        self._trouble.grid()

    def allow(self, is_allowed: bool) -> None:
        """Allow or forbid sending; what is written stays."""
        self._button.state(["!disabled" if is_allowed else "disabled"])

    def _paste(self) -> str | None:
        """Paste in place of the selection; Tk's own paste on X11 keeps that."""
        if holds_only_files(self):
            self.complain(_NO_FILES)
            return "break"
        if self.field.tag_ranges("sel"):
            self.field.delete("sel.first", "sel.last")
        return None

    def _changed(self, _: object) -> None:
        if not self.field.edit_modified():
            return
        self.field.edit_modified(False)
        self._trouble.grid_remove()
        hide_joiners(self.field)
        if not self.field.compare("end-1c", ">", "1.0"):
            self._forget_stray()
        lines = int(self.field.index("end-1c").split(".")[0])
        self.field.configure(height=min(MOST_LINES, max(2, lines)))


def whole_characters(text: str) -> str:
    """Restore emoji that Tk returns as two halves, and replace halves without a partner."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _field(parent: tkinter.Misc) -> tkinter.Text:
    return tkinter.Text(
        parent, height=2, width=10, wrap="word", undo=True, insertbackground=COLOURS.ink, padx=8, pady=6, **PAPER
    )


def _turn(widget: tkinter.Misc | None) -> str:
    if widget:
        widget.focus_set()
    return "break"
