"""The history of one place: text that can be read, selected and copied, and does not move while somebody reads it."""

from __future__ import annotations

import tkinter
from collections.abc import Callable, Iterable
from tkinter import ttk
from tkinter.font import nametofont
from typing import Any

from duologue.client.history.transcript import count_of
from duologue.client.window.finder import Finder
from duologue.client.window.joiners import pieces, prepare
from duologue.client.window.look import COLOURS, GAP, PAD
from duologue.client.window.scroll import AFTER_TIME, Block
from duologue.client.window.shortcuts import bind_typed

_ABOVE = 3
"""Lines shown above one that somebody has looked for."""


class HistoryView(ttk.Frame):
    """The history. `earlier` is called when somebody wants to see earlier messages; `typed` with what is typed while
    the keyboard is here, where nothing can be typed.
    """

    def __init__(
        self, parent: tkinter.Misc, earlier: Callable[[], None], typed: Callable[[str], None] = lambda _: None
    ) -> None:
        super().__init__(parent)
        self._earlier = earlier
        self._typed = typed
        self._button = ttk.Button(self, text="Earlier messages", command=earlier)
        self.text = _text(self)
        self.finder = Finder(self.text)
        self._below = 0
        self._newer = ttk.Button(self, style="Accent.TButton", command=self.to_end)
        bar = self._bar = ttk.Scrollbar(self, command=self.text.yview)
        self.text.configure(yscrollcommand=self._scrolled)
        self._showed_end = True
        self.rowconfigure(1, weight=1)
        self.columnconfigure(0, weight=1)
        self._button.grid(row=0, column=0, columnspan=2, sticky="ew")
        self._button.grid_remove()
        self.text.grid(row=1, column=0, sticky="nsew")
        bar.grid(row=1, column=1, sticky="ns")
        self._menu = _menu(self.text)
        self._bind()

    def _bind(self) -> None:
        # A text that takes no keys does not take the focus by itself either, and without it nothing can be copied.
        self.text.bind("<Button-1>", lambda _: self.text.focus_set(), add=True)
        self.text.bind("<Button-3>", lambda event: self._menu.tk_popup(event.x_root, event.y_root))
        self.text.bind("<Configure>", self._resized)
        self.text.bind("<Tab>", lambda _: _turn(self.text.tk_focusNext()))
        self.text.bind("<ISO_Left_Tab>" if _is_x11(self) else "<Shift-Tab>", lambda _: _turn(self.text.tk_focusPrev()))
        bind_typed(self.text, self._typed)
        for keys in ("<Prior>", "<Home>", "<Button-4>", "<MouseWheel>"):
            self.text.bind(keys, self._scrolled_up, add=True)

    @property
    def is_at_end(self) -> bool:
        """Whether the newest line is visible. The scrollbar is not asked, as it lags behind while Tk measures many new
        lines.
        """
        return not self.text.winfo_viewable() or self.text.dlineinfo("end-2c") is not None

    def _scrolled(self, first: str | float, last: str | float) -> None:
        self._bar.set(first, last)
        self._showed_end = float(last) >= 1.0
        if self._showed_end:
            self._seen_all()

    def _resized(self, _: object) -> None:
        """Keep the newest line visible, if it was, when the window gets smaller."""
        if self._showed_end:
            self.text.see("end")

    def _scrolled_up(self, _: object) -> None:
        if self.text.yview()[0] <= 0.0 and self._button.winfo_ismapped():
            self._earlier()

    def to_end(self) -> None:
        """Scroll to the newest line."""
        self.text.see("end")
        self._seen_all()

    def _seen_all(self) -> None:
        self._below = 0
        self._newer.place_forget()

    def _show_below(self, count: int) -> None:
        """Show that there is something new, below what is on the screen."""
        self._below += count
        if self._below:
            self._newer.configure(text=f"↓ {count_of(self._below, 'new line')}")
            self._newer.place(in_=self.text, relx=1.0, rely=1.0, x=-GAP, y=-GAP, anchor="se")

    def reveal(self, line: int) -> None:
        """Show and mark the line that somebody is looking for."""
        self.finder.mark(line)
        self.text.yview(f"{max(1, line - _ABOVE)}.0")
        self.text.see(f"{line}.0")

    def offer_earlier(self, is_more: bool) -> None:
        if is_more:
            self._button.grid()
        else:
            self._button.grid_remove()

    def add(self, blocks: Iterable[Block]) -> None:
        """Add blocks at the end. Scroll there if the end was visible, otherwise show that there is something new."""
        was_at_end, blocks = self.is_at_end, [*blocks]
        self._insert(blocks)
        if was_at_end:
            self.text.see("end")
        else:
            self._show_below(sum(1 for block in blocks if block[0][1] != "day"))

    def rewrite(self, blocks: Iterable[Block]) -> None:
        """Replace the whole text; the line being read stays, counted from the end."""
        was_at_end, from_end = self.is_at_end, self._lines() - self._top()
        self.text.configure(state="normal")
        self.text.delete("1.0", "end")
        self._insert(blocks)
        if was_at_end:
            self.text.see("end")
        else:
            self.text.yview(f"{self._lines() - from_end}.0")

    def _insert(self, blocks: Iterable[Block]) -> None:
        parts = [part for block in blocks for piece in block for shown in pieces(*piece) for part in shown]
        if parts:
            self.text.configure(state="normal")
            self.text.insert("end", *parts)  # all in one call of Tk, which is quick
        self.text.configure(state="disabled")
        self.finder.refresh()

    def _lines(self) -> int:
        return int(self.text.index("end").split(".")[0])

    def _top(self) -> int:
        return int(self.text.index("@0,0").split(".")[0])


def _text(parent: tkinter.Misc) -> tkinter.Text:
    text = tkinter.Text(
        parent,
        state="disabled",
        wrap="word",
        width=10,
        height=5,
        font="TkTextFont",
        foreground=COLOURS.ink,
        background=COLOURS.paper,
        selectbackground=COLOURS.chosen,
        selectforeground=COLOURS.ink,
        inactiveselectbackground=COLOURS.chosen,
        relief="flat",
        borderwidth=0,
        highlightthickness=1,
        highlightbackground=COLOURS.line,
        highlightcolor=COLOURS.accent,
        padx=PAD,
        pady=PAD // 2,
        spacing1=3,
        spacing3=3,
        cursor="xterm",
    )
    margin = nametofont("DuologueSmall", parent).measure(f"00:00{AFTER_TIME}")
    for tag, options in _TAGS.items():
        text.tag_configure(tag, **options)
        if tag != "day":
            text.tag_configure(tag, lmargin1=0 if tag == "time" else margin, lmargin2=margin)
    prepare(text)
    text.tag_raise("sel")
    return text


_TAGS: dict[str, dict[str, Any]] = {
    "time": {"foreground": COLOURS.faint, "font": "DuologueSmall"},
    "own": {"foreground": COLOURS.own, "font": "DuologueBold"},
    "speaker": {"foreground": COLOURS.other, "font": "DuologueBold"},
    "message": {},
    "action": {"foreground": COLOURS.faint},
    "notice": {"foreground": COLOURS.faint},
    "hint": {"foreground": COLOURS.faint},
    "request": {"foreground": COLOURS.accent},
    "trouble": {"foreground": COLOURS.trouble},
    "day": {"foreground": COLOURS.faint, "font": "DuologueSmall", "justify": "center", "spacing1": 10, "spacing3": 6},
}
"""Formats of each kind of piece. Further lines, except those of a day, begin below the name."""


def _menu(text: tkinter.Text) -> tkinter.Menu:
    menu = tkinter.Menu(text)
    menu.add_command(label="Copy", command=lambda: text.event_generate("<<Copy>>"))
    menu.add_command(label="Select all", command=lambda: text.tag_add("sel", "1.0", "end-1c"))
    return menu


def _turn(widget: tkinter.Misc | None) -> str:
    if widget:
        widget.focus_set()
    return "break"


def _is_x11(widget: tkinter.Misc) -> bool:
    return bool(widget.tk.call("tk", "windowingsystem") == "x11")
