"""The login form, which is seen first: nickname and server. A password is asked for only if the server requires one."""

from __future__ import annotations

import tkinter
from collections.abc import Callable
from dataclasses import dataclass, field
from tkinter import ttk

from duologue.client.view.graphemes import graphemes
from duologue.client.window.look import GAP, PAD
from duologue.client.window.shortcuts import bind_typed

HIGHEST_PORT = 65535

_WIDEST = 340
"""Pixels of a sentence before it wraps."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The login that somebody wants; the password is None if none was asked for."""

    nickname: str
    host: str
    port: int
    password: str | None = field(default=None, repr=False)


def port_of(text: str) -> int | None:
    """Return the port that was meant, or None for an impossible one."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_PORT))
    return int(text) if is_number and 0 < int(text) <= HIGHEST_PORT else None


class LoginForm(ttk.Frame):
    """The form. `log_in` is called with what was filled in; `show_trouble` and `ask_password` allow another attempt."""

    def __init__(
        self, parent: tkinter.Misc, nickname: str, host: str, port: int, how: str, log_in: Callable[[Wish], None]
    ) -> None:
        super().__init__(parent, padding=3 * PAD)
        self._log_in = log_in
        self._password_for: str | None = None
        self._typed = ""
        self._rows = 0
        ttk.Label(self, text="Duologue", style="Title.TLabel").grid(columnspan=2, sticky="w")
        ttk.Label(self, text=how, style="Status.TLabel").grid(columnspan=2, sticky="w", pady=(0, PAD))
        self._rows = 2
        self.nickname = self._field("Nickname", nickname)
        self.password = self._field("Password", "", show="•")
        self.host = self._field("Server", host)
        self.port = self._field("Port", str(port))
        self._trouble = ttk.Label(self, style="Trouble.TLabel", wraplength=_WIDEST)
        self._trouble.grid(row=self._rows, columnspan=2, sticky="w", pady=(GAP, 0))
        self.button = ttk.Button(self, text="Log in", style="Accent.TButton", command=self.submit)
        self.button.grid(row=self._rows + 1, columnspan=2, sticky="ew", pady=(PAD, 0))
        self.columnconfigure(1, weight=1)
        self._password_row = self.grid_slaves(row=int(self.password.grid_info()["row"]))
        self._hide_password()
        bind_typed(self, self._type_ahead)
        self.bind("<BackSpace>", lambda _: self._type_ahead("\b"))
        for keys in ("<Return>", "<KP_Enter>"):
            self.bind(keys, lambda _: self._type_ahead("\n"))
        self.nickname.focus_set()

    def _field(self, label: str, text: str, show: str = "") -> ttk.Entry:
        name = ttk.Label(self, text=label)
        name.grid(row=self._rows, column=0, sticky="w", padx=(0, PAD), pady=GAP // 2)
        entry = ttk.Entry(self, width=28, font="TkTextFont", show=show)
        entry.insert(0, text)
        entry.grid(row=self._rows, column=1, sticky="ew", pady=GAP // 2)
        entry.bind("<Return>", lambda _: self.submit())
        self._rows += 1
        return entry

    def _hide_password(self) -> None:
        self._password_for = None
        self.password.delete(0, "end")
        for widget in self._password_row:
            widget.grid_remove()

    def submit(self) -> None:
        """Submit the form. Does nothing while an answer is awaited."""
        if self.button.instate(["disabled"]):
            return
        nickname, host, port = self.nickname.get().strip(), self.host.get().strip(), port_of(self.port.get().strip())
        if not nickname:
            self.show_trouble("Type the nickname that you want to log in with.", self.nickname)
        elif not host:
            self.show_trouble("Type the name or the address of the server.", self.host)
        elif port is None:
            self.show_trouble(f"A port is a number from 1 to {HIGHEST_PORT}.", self.port)
        else:
            self._begin(Wish(nickname, host, port, self._password(nickname)))

    def _password(self, nickname: str) -> str | None:
        if self._password_for != nickname:
            self._hide_password()
            return None
        return self.password.get()

    def _begin(self, wish: Wish) -> None:
        self._trouble.configure(text="")
        self.button.configure(text="Logging in…")
        self.button.state(["disabled"])
        self._typed = ""
        self.focus_set()
        self._log_in(wish)

    def _type_ahead(self, sign: str) -> None:
        """Keep what is typed during the login: for the password, if one is asked for next, or for the first message."""
        self._typed = "".join(graphemes(self._typed)[:-1]) if sign == "\b" else self._typed + sign

    def take_typed(self) -> str:
        """Return what was typed during the login."""
        typed, self._typed = self._typed, ""
        return typed

    def _let_try(self) -> None:
        self.button.configure(text="Log in")
        self.button.state(["!disabled"])

    def show_trouble(self, text: str, where: ttk.Entry | None = None, *, is_refused: bool = False) -> None:
        """Show what is wrong. After a wrong password the nickname stays, as it is usually right, and the password does
        not.
        """
        self._let_try()
        self._trouble.configure(text=text)
        if is_refused:
            self.password.delete(0, "end")
        first = where or (self.nickname if self._password_for is None else self.password)
        first.focus_set()
        first.selection_range(0, "end")

    def take_keyboard(self) -> None:
        """Take the keyboard as the window appears: what is typed from now on goes into the first field."""
        self.update_idletasks()  # only what is on the screen can have the keyboard
        self.nickname.focus_set()

    def ask_password(self, nickname: str) -> None:
        """Ask for the password of `nickname` as it was typed here, which may differ from the server's spelling."""
        self._let_try()
        self._password_for = nickname
        for widget in self._password_row:
            widget.grid()
        self._trouble.configure(text="")
        self.update_idletasks()
        self.password.focus_set()
        typed, is_entered, _ = self.take_typed().partition("\n")
        self.password.insert("end", typed)
        if is_entered and typed:
            self.submit()
