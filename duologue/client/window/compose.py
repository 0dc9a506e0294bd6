"""Where one writes: Enter sends, Shift+Enter breaks the line. What does not fit into a message is said and stays."""

from __future__ import annotations

import tkinter
from collections.abc import Callable
from tkinter import ttk

from duologue.client.window.look import COLOURS, GAP, PAPER
from duologue.core.errors import PeerError
from duologue.protocols.native_wire import encode_message

MOST_LINES = 6
"""Lines that the field grows to; more than that can be scrolled."""


class Compose(ttk.Frame):
    """`submit` is called with what was written, when it can be a message."""

    def __init__(self, parent: tkinter.Misc, submit: Callable[[str], None]) -> None:
        super().__init__(parent)
        self._take = submit
        self.field = _field(self)
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
        self.field.bind("<Shift-Return>", lambda _: None)  # the field's own: a line break
        self.field.bind("<Tab>", lambda _: _turn(self.field.tk_focusNext()))
        back = "<ISO_Left_Tab>" if self.tk.call("tk", "windowingsystem") == "x11" else "<Shift-Tab>"
        self.field.bind(back, lambda _: _turn(self.field.tk_focusPrev()))
        self.field.bind("<<Paste>>", lambda _: self._drop_selection())
        self.field.bind("<<Modified>>", self._changed)

    @property
    def text(self) -> str:
        return whole_characters(self.field.get("1.0", "end-1c"))

    def _entered(self) -> str:
        self.submit()
        return "break"

    def submit(self) -> None:
        """What is only blanks is no message."""
        text = self.text.strip("\n")
        if not text.strip() or not self._button.instate(["!disabled"]):
            return
        try:
            encode_message(text)
        except PeerError as error:
            self.complain(error.text)
        else:
            self.field.delete("1.0", "end")
            self._take(text)

    def complain(self, text: str) -> None:
        self._trouble.configure(text=text)
        self._trouble.grid()

    def allow(self, is_allowed: bool) -> None:
        """Whether anything can be sent; what is written stays."""
        self._button.state(["!disabled" if is_allowed else "disabled"])

    def _drop_selection(self) -> None:
        """Pasting replaces what is selected; Tk's own on X11 does not."""
        if self.field.tag_ranges("sel"):
            self.field.delete("sel.first", "sel.last")

    def _changed(self, _: object) -> None:
        if not self.field.edit_modified():
            return
        self.field.edit_modified(False)
        self._trouble.grid_remove()
        lines = int(self.field.index("end-1c").split(".")[0])
        self.field.configure(height=min(MOST_LINES, max(2, lines)))


def whole_characters(text: str) -> str:
    """Emoji that Tk gives as two halves made whole, and halves without a partner replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _field(parent: tkinter.Misc) -> tkinter.Text:
    return tkinter.Text(
        parent, height=2, width=10, wrap="word", undo=True, insertbackground=COLOURS.ink, padx=8, pady=6, **PAPER
    )


def _turn(widget: tkinter.Misc | None) -> str:
    if widget:
        widget.focus_set()
    return "break"
