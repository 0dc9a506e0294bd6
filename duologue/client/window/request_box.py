"""The box for a request to chat: a small window that appears without taking the keyboard away."""

from __future__ import annotations

import tkinter
from collections.abc import Callable
from tkinter import ttk

from duologue.client.window.look import GAP, LINGERS, PAD
from duologue.client.window.talk import Act
from duologue.core.text import visible

_WIDEST = 320
"""Pixels of the text before it wraps."""

_ANSWERS = (Act.ACCEPT, Act.DECLINE, Act.BLOCK)


class RequestBox(tkinter.Toplevel):
    """The box. No grab, no focus; and out of the window manager's hands, like a menu: many give the keyboard to a new
    window, and the next Enter of somebody who is writing would accept.

    `name` is the nickname as people read it. `answer` is called with one of three acts; closing the box
    leaves the request waiting, in the list of people.
    """

    def __init__(self, root: tkinter.Tk, nickname: str, name: str, answer: Callable[[Act], None]) -> None:
        super().__init__(root)
        self.withdraw()
        self.nickname = nickname
        self._lingering = ""
        self.title(f"{visible(name)} wants to chat - Duologue")
        self.overrideredirect(True)
        self._before: tkinter.Misc | None = None
        body = ttk.Frame(self, style="Paper.TFrame", padding=PAD)
        body.grid()
        text = f"{visible(name)} wants to chat with you."
        ttk.Label(body, text=text, style="Paper.TLabel", wraplength=_WIDEST).grid(columnspan=3, sticky="w")
        self._buttons = [_button(body, column, act, answer) for column, act in enumerate(_ANSWERS)]
        self.bind("<Escape>", lambda _: self.go())

    def appear(self, root: tkinter.Tk, nth: int) -> None:
        """Appear in the lower right corner of the main window, the `nth` above those before it."""
        self.update_idletasks()
        width, height = self.winfo_reqwidth(), self.winfo_reqheight()
        x = root.winfo_rootx() + root.winfo_width() - width - PAD
        y = root.winfo_rooty() + root.winfo_height() - (nth + 1) * (height + GAP) - PAD
        self.geometry(f"+{max(0, x)}+{max(0, y)}")
        self.deiconify()
        self.lift()

    def take_keyboard(self) -> None:
        """Take the keyboard: somebody wants to answer by keys. It returns to where it was when the box goes."""
        self._before = self.focus_get()
        self.deiconify()
        self.lift()
        self._buttons[0].focus_force()

    def done(self) -> None:
        """Close the box, which needs no answer any more. As with a dialog, keys are still on their way to it."""
        self.go()
        self._lingering = self.after(LINGERS, self.destroy)

    def destroy(self) -> None:
        if self._lingering:
            self.after_cancel(self._lingering)
        super().destroy()

    def go(self) -> None:
        """Disappear. The widget can be shown again unchanged."""
        if self._before is not None and self._before.winfo_exists():
            self._before.focus_force()
        self._before = None
        self.withdraw()


def _button(body: ttk.Frame, column: int, act: Act, answer: Callable[[Act], None]) -> ttk.Button:
    style = "Accent.TButton" if act is Act.ACCEPT else "TButton"
    button = ttk.Button(body, text=act.value, style=style, command=lambda: answer(act))
    button.bind("<Return>", lambda _: button.invoke())
    button.grid(row=1, column=column, padx=(GAP if column else 0, 0), pady=(PAD, 0), sticky="ew")
    return button
