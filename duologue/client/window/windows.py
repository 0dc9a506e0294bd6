"""The open windows, and the effect of each change on them. Decides nothing about chats."""

from __future__ import annotations

import tkinter
from collections.abc import Callable, Iterable
from functools import partial

from duologue.client.history.pages import PAGE
from duologue.client.window.actions import Actions
from duologue.client.window.changes import (
    Added,
    BarChanged,
    BlockedCame,
    Change,
    Closed,
    HistoryWanted,
    MeChanged,
    Opened,
    PageWanted,
    PeopleChanged,
    RequestCame,
    RequestGone,
    Restated,
    Revealed,
    Rewritten,
    RoomsCame,
    Written,
)
from duologue.client.window.faults import attempt
from duologue.client.window.main_view import MainView
from duologue.client.window.menus import LETTERS, Menus
from duologue.client.window.presenter import Presenter
from duologue.client.window.request_box import RequestBox
from duologue.client.window.shortcuts import bind_keys, bind_strays
from duologue.client.window.talk_pane import TalkPane
from duologue.client.window.talk_window import TalkWindow
from duologue.client.window.worker import Worker
from duologue.core.commands.chat import ReadHistory
from duologue.core.room_rules import LOBBY

_FIRST_PAGE = 100
"""Earlier messages that are shown when a window opens: a few screens. Older ones come when asked for."""


class Windows:
    def __init__(
        self,
        root: tkinter.Tk,
        presenter: Presenter,
        worker: Worker,
        *,
        has_bell: bool,
        log_in_again: Callable[[], None],
        leave: Callable[[], None],
    ) -> None:
        self.root = root
        self.presenter = presenter
        self.worker = worker
        self.leave = leave
        self._has_bell = has_bell
        self._log_in_again = log_in_again
        self._windows: dict[str, TalkWindow] = {}
        self._boxes: dict[str, RequestBox] = {}
        self._stale: set[str] = set()
        self._is_people_due = False
        self.actions = Actions(self)
        self._menus = Menus(root, self.actions)
        self.view = MainView(root, self.actions, self.actions.open, self._connect)
        bind_keys(root, "<Escape>", self.view.lobby.find_bar.close)
        bind_strays(root, self.view.lobby.compose.note_stray, alt=LETTERS)
        for event in ("<FocusIn>", "<FocusOut>"):
            root.bind_all(event, lambda _: root.after_idle(self._note_focus), add=True)

    def show(self, typed: str = "") -> None:
        """Show the main view in place of the login; `typed` is what somebody has already begun to write."""
        self.root.configure(menu=self._menus.menu)
        self.view.grid(row=0, column=0, sticky="nsew")
        self.root.update_idletasks()  # only what is on the screen can have the keyboard
        self.view.lobby.compose.type(typed)

    def _connect(self) -> None:
        if self.presenter.is_over:
            self._log_in_again()
        else:
            self.worker.try_now()

    def hide(self) -> None:
        self.root.configure(menu=tkinter.Menu(self.root))
        self.view.grid_remove()
        for place in [*self._windows]:
            self.close_talk(place)
        for nickname in [*self._boxes]:
            self._boxes.pop(nickname).destroy()

    # Changes

    def apply(self, changes: Iterable[Change]) -> None:
        """Carry out changes. If one fails, its text is still in the presenter, so the history is painted again; the
        others go on.
        """
        for change in changes:
            place = getattr(change, "place", None)
            if not attempt(partial(_APPLY[type(change)], self, change)) and place:
                self._stale.add(place)
                self.root.after_idle(self._repaint)

    def _repaint(self) -> None:
        """Paint the history again. If that fails too, it is tried again with the next change there."""
        self._stale = {place for place in self._stale if not attempt(partial(self._rewrite, place))}

    def _added(self, change: Added) -> None:
        pane = self._pane(change.place)
        if pane is None:
            return
        if change.place in self._stale:
            self._rewrite(change.place)
            self._stale.discard(change.place)
            return
        pane.history.add(change.blocks)
        if pane.history.is_at_end and self.presenter.talk(change.place).scroll.trim():
            self._rewrite(change.place)

    def _rewritten(self, change: Rewritten) -> None:
        self._rewrite(change.place)

    def _rewrite(self, place: str) -> None:
        pane = self._pane(place)
        if pane:
            talk = self.presenter.talk(place)
            pane.history.rewrite(talk.scroll.blocks())
            pane.history.offer_earlier(talk.scroll.has_earlier)

    def _restated(self, change: Restated) -> None:
        talk, status = self.presenter.talk(change.place), self.presenter.status(change.place)
        if talk.place == LOBBY:
            self.view.lobby.show(talk, status)
        elif talk.place in self._windows:
            self._windows[talk.place].show(talk, status)

    def _revealed(self, change: Revealed) -> None:
        pane = self._pane(change.place)
        if pane:
            pane.history.reveal(change.line)

    def _opened(self, change: Opened) -> None:
        is_new = change.place != LOBBY and self._pane(change.place) is None
        self.show_talk(change.place, with_keyboard=is_new and change.goes_on and not self._is_writing())

    def _is_writing(self) -> bool:
        """Return whether there is a text in the field with the keyboard."""
        panes = [self.view.lobby, *(window.pane for window in self._windows.values())]
        return any(pane.compose.text for pane in panes if pane.compose.field is self._holder())

    def _holder(self) -> tkinter.Misc | None:
        """Return the widget that has the keyboard, if it is one of ours."""
        try:
            return self.root.focus_get()
        except KeyError:  # a menu of Tk's own
            return None

    def _closed(self, change: Closed) -> None:
        self.close_talk(change.place)

    def _history_wanted(self, change: HistoryWanted) -> None:
        most = _FIRST_PAGE if change.before is None else PAGE
        self.worker.recall(ReadHistory(change.place, most, change.before))

    def _page_wanted(self, change: PageWanted) -> None:
        self.worker.send(change.command, change.place)

    def _people_changed(self, _: PeopleChanged) -> None:
        """Paint the list. Many changes that come together are painted once."""
        if not self._is_people_due:
            self._is_people_due = True
            self.root.after_idle(self._show_people)

    def _show_people(self) -> None:
        self._is_people_due = False
        self.view.show_people(self.presenter.rows())
        self._show_title()

    def _show_title(self) -> None:
        count = f"({self.presenter.unread}) " if self.presenter.unread else ""
        self.root.title(f"{count}{self.presenter.name} - Duologue" if self.presenter.me else "Duologue")

    def _bar_changed(self, _: BarChanged) -> None:
        for bar in (self.view.bar, *(window.bar for window in self._windows.values())):
            bar.show(self.presenter.bar, is_over=self.presenter.is_over)

    def _me_changed(self, _: MeChanged) -> None:
        self.view.show_me(self.presenter.shown(self.presenter.me), self.presenter.state, self.presenter.text)
        self._menus.show(self.presenter.state, self.presenter.may_ask)

    def _blocked_came(self, change: BlockedCame) -> None:
        self.actions.choose_blocked(change.nicknames)

    def _rooms_came(self, change: RoomsCame) -> None:
        self.actions.choose_room(change.rooms, change.count)

    # Windows of talks

    def _pane(self, place: str) -> TalkPane | None:
        if place == LOBBY:
            return self.view.lobby
        return self._windows[place].pane if place in self._windows else None

    def say_in(self, place: str) -> None:
        """Scroll to the end: a person who says something wants to see it there."""
        pane = self._pane(place)
        if pane:
            pane.history.to_end()

    def show_talk(self, place: str, *, with_keyboard: bool) -> None:
        """Show the window of a talk, created if there is none; in front, with the keyboard, if somebody has asked for
        it.
        """
        holder = self._holder()
        is_new = place != LOBBY and place not in self._windows
        if is_new:
            self._make_window(place)
        if place not in self._windows:
            if with_keyboard:
                self.root.lift()
                self.view.lobby.compose.field.focus_force()
        elif with_keyboard:
            self._windows[place].take_keyboard()
        elif is_new and holder:
            self._windows[place].leave_keyboard(holder)

    def _make_window(self, place: str) -> None:
        talk = self.presenter.talk(place)
        window = TalkWindow(
            self.root, talk, self.actions, lambda: self.actions.close(place), self._connect, self._menus.keys
        )
        self._windows[place] = window
        window.bind("<Destroy>", lambda event: self._gone(place) if event.widget is window else None)
        window.bar.show(self.presenter.bar, is_over=self.presenter.is_over)
        window.show(talk, self.presenter.status(place))
        window.pane.history.add(talk.scroll.blocks())
        self.apply(self.presenter.open(place))

    def close_talk(self, place: str) -> None:
        if place in self._windows:
            self._windows[place].destroy()

    def _gone(self, place: str) -> None:
        """Note that a window is gone, for whatever reason: what is said there is unread from now on."""
        del self._windows[place]
        self.presenter.close(place)

    def selected(self) -> str | None:
        return self.view.people.selected

    def _note_focus(self) -> None:
        """Note which talk is being read: that of the window with the keyboard."""
        focus = str(self.root.tk.call("focus"))
        top = str(self.root.tk.call("winfo", "toplevel", focus)) if focus else ""
        places = {str(window): place for place, window in self._windows.items()} | {str(self.root): LOBBY}
        place = places.get(top) if self.presenter.me else None
        if place != self.presenter.reading:
            self.apply(self.presenter.read(place))

    # Requests

    def _request_came(self, change: RequestCame) -> None:
        nickname = change.nickname
        self._ring()
        if nickname not in self._boxes:
            name = self.presenter.shown(nickname)
            box = RequestBox(self.root, nickname, name, lambda act: self.actions.act(nickname, act))
            self._boxes[nickname] = box
            box.appear(self.root, len(self._boxes) - 1)

    def _written(self, _: Written) -> None:
        self._ring()

    def _ring(self) -> None:
        if self._has_bell:
            attempt(self.root.bell)

    def _request_gone(self, change: RequestGone) -> None:
        box = self._boxes.pop(change.nickname, None)
        if box is None:
            return
        box.done()
        for nth, other in enumerate(self._boxes.values()):
            other.appear(self.root, nth)

    def find(self, by: int) -> None:
        """Find in the lobby; other windows find in what they show."""
        self.view.lobby.find(by)

    def focus_request(self) -> None:
        """Give the keyboard to the request that has waited longest."""
        box = next(iter(self._boxes.values()), None)
        if box:
            box.take_keyboard()


_APPLY: dict[type[Change], Callable[..., None]] = {
    Added: Windows._added,
    Rewritten: Windows._rewritten,
    Restated: Windows._restated,
    Opened: Windows._opened,
    Revealed: Windows._revealed,
    Written: Windows._written,
    Closed: Windows._closed,
    HistoryWanted: Windows._history_wanted,
    PageWanted: Windows._page_wanted,
    RequestCame: Windows._request_came,
    RequestGone: Windows._request_gone,
    PeopleChanged: Windows._people_changed,
    BarChanged: Windows._bar_changed,
    MeChanged: Windows._me_changed,
    BlockedCame: Windows._blocked_came,
    RoomsCame: Windows._rooms_came,
}
