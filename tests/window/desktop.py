"""The windows within the test's own process, so that what they show can be read. Tk's loop runs while a test waits."""

from __future__ import annotations

import asyncio
import tkinter
from collections.abc import Callable, Iterator
from tkinter import ttk

from duologue.client.address import Address
from duologue.client.window.app import App
from duologue.core.room_rules import LOBBY
from tests.bound import BOUND


class Desktop:
    """One person's windows. `nickname` logs in at once."""

    def __init__(self, root: tkinter.Tk, port: int, nickname: str | None = None) -> None:
        self.root = root
        self.app = App(root, Address("127.0.0.1", port), lambda _, __: None, has_bell=False)
        self.app.begin(nickname)

    async def until(self, look: Callable[[], object], what: str = "") -> None:
        """Let both loops run until `look` gives something true."""
        async with asyncio.timeout(BOUND):
            try:
                while not look():
                    self.root.update()
                    await asyncio.sleep(0.005)
            except asyncio.CancelledError:
                raise AssertionError(f"never: {what}\n{self.shown()}") from None
        self.root.update()

    async def shows(self, text: str) -> None:
        """Wait until it stands in any window."""
        await self.until(lambda: text in self.shown(), f"{text!r} shown")

    async def shows_not(self, text: str) -> None:
        await self.until(lambda: text not in self.shown(), f"{text!r} gone")

    def shown(self) -> str:
        """All texts of all windows that are on the screen."""
        return "\n".join(_texts(self.root))

    def toplevels(self) -> list[tkinter.Toplevel]:
        tops = [widget for widget in _all(self.root) if isinstance(widget, tkinter.Toplevel)]
        return [top for top in tops if top.winfo_viewable()]

    def window(self, title: str) -> tkinter.Toplevel:
        return next(top for top in self.toplevels() if title in top.title())

    async def has_window(self, title: str) -> tkinter.Toplevel:
        await self.until(lambda: any(title in top.title() for top in self.toplevels()), f"window {title!r}")
        return self.window(title)

    async def has_no_window(self, title: str) -> None:
        await self.until(lambda: all(title not in top.title() for top in self.toplevels()), f"no window {title!r}")

    def history(self, place: str = LOBBY) -> str:
        pane = self.app.windows._pane(place)
        return pane.history.text.get("1.0", "end-1c") if pane else ""

    def write(self, place: str, text: str) -> None:
        """As a person does: into the field, then Enter."""
        pane = self.app.windows._pane(place)
        assert pane
        pane.compose.field.focus_force()
        self.root.update()
        pane.compose.field.insert("end", text)
        pane.compose.field.event_generate("<Return>")
        self.root.update()

    def press(self, label: str, within: tkinter.Misc | None = None) -> None:
        """The button with that label that is on the screen."""
        for widget in _all(within or self.root):
            if isinstance(widget, ttk.Button) and widget.winfo_viewable() and widget["text"] == label:
                widget.invoke()
                self.root.update()
                return
        raise AssertionError(f"no button {label!r}\n{self.shown()}")

    def double_click(self, nickname: str) -> None:
        tree = self.app.windows.view.people.tree
        x, y, width, height = map(int, tree.bbox(nickname))
        for _ in range(2):
            tree.event_generate("<Button-1>", x=x + width // 2, y=y + height // 2)
            tree.event_generate("<ButtonRelease-1>", x=x + width // 2, y=y + height // 2)
        self.root.update()

    def close(self) -> None:
        self.app.leave()


def _all(widget: tkinter.Misc) -> Iterator[tkinter.Misc]:
    yield widget
    for child in widget.winfo_children():
        yield from _all(child)


def _texts(root: tkinter.Tk) -> Iterator[str]:
    for widget in _all(root):
        if widget.winfo_viewable():
            yield from _texts_of(widget)


def _texts_of(widget: tkinter.Misc) -> Iterator[str]:
    match widget:
        case tkinter.Tk() | tkinter.Toplevel():
            yield widget.title()
        case ttk.Label() | ttk.Button():
            yield str(widget["text"])
        case tkinter.Text():
            yield widget.get("1.0", "end-1c")
        case tkinter.Listbox():
            yield from map(str, widget.get(0, "end"))
        case ttk.Treeview():
            for row in widget.get_children():
                item = widget.item(row)
                yield " ".join([str(item["text"]), *map(str, item["values"])])
