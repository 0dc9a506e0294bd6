"""The window client from the login to the end: news from the worker goes through the presenter to the windows."""

from __future__ import annotations

import time
import tkinter
from collections.abc import Callable
from pathlib import Path

from duologue.client.address import Address
from duologue.client.history.transcript import count_of
from duologue.client.window.bridge import Bridge
from duologue.client.window.faults import attempt
from duologue.client.window.login_form import LoginForm, Wish
from duologue.client.window.look import centre_on_screen, dress
from duologue.client.window.news import (
    Exported,
    Happened,
    LoggedIn,
    LoginFailed,
    News,
    NoPage,
    NotSent,
    PageCame,
    PasswordWanted,
    Sent,
)
from duologue.client.window.presenter import Presenter
from duologue.client.window.windows import Windows
from duologue.client.window.worker import Shown, Worker
from duologue.core.names import BadNickname, nickname_key
from duologue.core.text import visible

_SIZE = (900, 620)
_LEAST = (560, 360)


class App:
    """The window client. `memory_of` returns the file that remembers the messages of a nickname at a server."""

    def __init__(
        self,
        root: tkinter.Tk,
        address: Address,
        memory_of: Callable[[Address, str], Path | None],
        *,
        has_bell: bool,
    ) -> None:
        dress(root)
        self.root = root
        self._address = address
        self._memory_of = memory_of
        self._wish: Wish | None = None
        self._typed = ""
        self._bridge = Bridge(root)
        self._worker = Worker(lambda news, shown: self._bridge.post(lambda: self._hear(news, shown)))
        self.presenter = Presenter(time.time)
        self.windows = Windows(
            root, self.presenter, self._worker, has_bell=has_bell, log_in_again=self._log_in_again, leave=self.leave
        )
        how = "Chat with one other person, or in rooms." + (" The connection is encrypted." if address.tls else "")
        self.form = LoginForm(root, "", address.host, address.port, how, self._log_in)
        self._is_left = False

    def begin(self, nickname: str | None) -> None:
        """Show the login; with a `nickname`, log in."""
        self.root.title("Log in - Duologue")
        self.root.columnconfigure(0, weight=1)
        self.root.rowconfigure(0, weight=1)
        self.root.protocol("WM_DELETE_WINDOW", self.windows.actions.quit)
        self._worker.start()
        self._show_login()
        self.root.update_idletasks()
        centre_on_screen(self.root, self.root.winfo_reqwidth(), self.root.winfo_reqheight())
        self.root.geometry("")  # it grows when a password is asked for, and when there is trouble to show
        self.form.take_keyboard()
        if nickname is not None:
            self.form.nickname.insert(0, nickname)
            self.form.submit()

    def leave(self) -> None:
        """Leave chat and server, and close everything. May be repeated."""
        if self._is_left:
            return
        self._is_left = True
        self.windows.hide()
        self.root.withdraw()
        self.root.update_idletasks()
        self._worker.stop()
        self._bridge.close()
        self.root.destroy()

    # Logging in

    def _show_login(self) -> None:
        self.windows.hide()
        self.form.grid(row=0, column=0)

    def _log_in(self, wish: Wish) -> None:
        try:
            nickname = nickname_key(wish.nickname)
        except BadNickname as error:
            self.form.show_trouble(visible(error.text), self.form.nickname)
            return
        self._typed = wish.nickname
        self._wish = Wish(nickname, wish.host, wish.port, wish.password)
        self._try()

    def _try(self) -> None:
        assert self._wish
        wish = self._wish
        address = Address(wish.host, wish.port, self._address.tls)
        self._worker.log_in(address, wish.nickname, wish.password, self._memory_of(address, wish.nickname))

    def _log_in_again(self) -> None:
        self.presenter.bar, self.presenter.is_over = "Logging in…", False
        self._try()

    # What the worker tells

    def _hear(self, news: News, shown: Shown) -> None:
        """Take news from the worker. What has not reached the state shown by the windows does not count as received."""
        is_taken = not self._is_left and attempt(lambda: self._take(news))
        shown(is_taken)  # the worker waits for this before it goes on

    def _take(self, news: News) -> None:
        match news:
            case Happened():
                self.windows.apply(self.presenter.hear(news))
            case Sent():
                self.windows.apply(self.presenter.sent(news))
            case NotSent(place, text):
                self.windows.apply(self.presenter.not_sent(place, text))
            case PageCame() | NoPage():
                self._turn_page(news)
            case Exported():
                self.windows.apply(self.presenter.exported(news))
            case LoggedIn() | LoginFailed() | PasswordWanted():
                self._answer_login(news)

    def _answer_login(self, news: LoggedIn | LoginFailed | PasswordWanted) -> None:
        match news:
            case LoggedIn():
                self._enter(news)
            case LoginFailed(text) if self.presenter.me and not self.form.winfo_manager():
                self.windows.apply(self.presenter.fail(text))
            case LoginFailed(text, is_refused):
                self.form.show_trouble(text, is_refused=is_refused)
            case PasswordWanted():
                self._show_login()
                self.form.ask_password(self._typed)

    def _enter(self, news: LoggedIn) -> None:
        is_at_login = bool(self.form.winfo_manager())
        self.windows.apply(self.presenter.log_in(news.nickname, news.spellings))
        if is_at_login:
            self.form.grid_remove()
            self.root.minsize(*_LEAST)
            centre_on_screen(self.root, *_SIZE)
            self.windows.show(self.form.take_typed().split("\n")[0])

    def _turn_page(self, news: PageCame | NoPage) -> None:
        search = self.windows.actions.search_window
        match news:
            case PageCame(None, page) if search and search.winfo_exists():
                count = len(page.messages)
                hint = f"{count_of(count)} found." if count else "Nothing found."
                search.show(self.presenter.found(page.messages), page.messages[::-1], hint)
            case NoPage(None, text) if search and search.winfo_exists():
                search.show([], (), text)
            case PageCame(str(place), page):
                self.windows.apply(self.presenter.turn_page(place, page))
            case NoPage(str(place), text):
                self.windows.apply(self.presenter.no_page(place, text))
