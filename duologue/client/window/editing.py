"""Keys for editing text, as people know them from other programs: by whole graphemes, and without those of Emacs.

Tk's own keys for X11 are those of Emacs: Ctrl+F goes a character forward, Ctrl+K deletes to the end of the line. And
its cursor and Backspace go by code points, so that they leave halves of an emoji.
"""

from __future__ import annotations

import re
import tkinter
from collections.abc import Callable
from itertools import accumulate
from typing import Protocol

from duologue.client.view.graphemes import graphemes

LOOK = 256
"""Characters on each side of the cursor within which graphemes are found: none is that long, and a pasted line may have
a million.
"""

KEPT = frozenset("acvxz")
"""Letters that edit together with Ctrl, here as elsewhere: all, copy, paste, cut, undo."""

_EMACS = re.compile(
    "<(Control|Meta|Lock-Meta|Control-Lock|Control-Shift)-(Key-)?([A-Za-z]|space|less|greater|Delete|BackSpace)>"
)
# Tk's own keys count an emoji as two in a line and as one in an index, and miss the word.
_WORD_BEFORE = re.compile(r"(\w+|[^\w\s]+)?\s*$")
_WORD_AFTER = re.compile(r"\s*(\w+|[^\w\s]+)?")
_ONES_OWN = {
    "<<SelectAll>>": ("<Control-a>", "<Control-Lock-A>"),
    "<<Redo>>": ("<Control-y>", "<Control-Lock-Y>", "<Control-Shift-Z>", "<Control-Shift-Lock-z>"),
    "<<Undo>>": ("<Control-z>", "<Control-Lock-Z>"),
    "<<Copy>>": ("<Control-c>", "<Control-Lock-C>"),
    "<<Cut>>": ("<Control-x>", "<Control-Lock-X>"),
    "<<Paste>>": ("<Control-v>", "<Control-Lock-V>"),
}


class _Field(Protocol):
    """A widget with a cursor; places are whatever the widget accepts as an index."""

    def left(self) -> str: ...

    def right(self) -> str: ...

    def word_left(self) -> str: ...

    def word_right(self) -> str: ...

    def move(self, place: str) -> None: ...

    def select(self, place: str) -> None: ...

    def delete(self, place: str) -> None:
        """Delete the selection; without one, what is between the cursor and `place`."""

    def snap(self) -> None:
        """Move the cursor from within a grapheme to its start."""


class _Text:
    def __init__(self, tk: tkinter.Misc, path: str) -> None:
        self._call = tk.tk.call
        self._path = path

    def _get(self, first: str, last: str) -> str:
        return str(self._call(self._path, "get", first, last))

    def _index(self, place: str) -> str:
        return str(self._call(self._path, "index", place))

    @property
    def _before(self) -> str:
        start = f"insert - {LOOK} chars"
        is_near = self._call(self._path, "compare", start, "<", "insert linestart")
        return self._get("insert linestart" if is_near else start, "insert")

    @property
    def _after(self) -> str:
        end = f"insert + {LOOK} chars"
        is_near = self._call(self._path, "compare", end, ">", "insert lineend")
        return self._get("insert", "insert lineend" if is_near else end)

    def left(self) -> str:
        return self._index(f"insert - {len(_last(self._before)) or 1} chars")

    def right(self) -> str:
        return self._index(f"insert + {len(_first(self._after)) or 1} chars")

    def word_left(self) -> str:
        return self._index(f"insert - {len(_last_word(self._before)) or 1} chars")

    def word_right(self) -> str:
        return self._index(f"insert + {len(_first_word(self._after)) or 1} chars")

    def move(self, place: str) -> None:
        self._call("tk::TextSetCursor", self._path, place)

    def select(self, place: str) -> None:
        self._call("tk::TextKeySelect", self._path, place)

    def delete(self, place: str) -> None:
        if self._call(self._path, "tag", "ranges", "sel"):
            self._call(self._path, "delete", "sel.first", "sel.last")
        elif self._call(self._path, "compare", place, "<", "insert"):
            self._call(self._path, "delete", place, "insert")
        else:
            self._call(self._path, "delete", "insert", place)
        self._call(self._path, "see", "insert")

    def snap(self) -> None:
        before = self._before
        within = len(before) - len(_whole(before, self._after))
        if within:
            self._call(self._path, "mark", "set", "insert", f"insert - {within} chars")


class _Entry:
    def __init__(self, tk: tkinter.Misc, path: str) -> None:
        self._call = tk.tk.call
        self._path = path
        self._unit = _unit(tk)

    @property
    def _at(self) -> int:
        return int(self._call(self._path, "index", "insert"))

    def _halves(self) -> tuple[str, str]:
        text = str(self._call(self._path, "get"))
        ends = [0, *accumulate(map(self._unit, text))]
        cut = next(index for index, end in enumerate(ends) if end >= self._at)
        return text[max(0, cut - LOOK) : cut], text[cut : cut + LOOK]

    def left(self) -> str:
        return str(self._at - self._unit(_last(self._halves()[0])))

    def right(self) -> str:
        return str(self._at + self._unit(_first(self._halves()[1])))

    def word_left(self) -> str:
        return str(self._at - self._unit(_last_word(self._halves()[0])))

    def word_right(self) -> str:
        return str(self._at + self._unit(_first_word(self._halves()[1])))

    def move(self, place: str) -> None:
        self._call(self._path, "icursor", place)
        self._call(self._path, "selection", "clear")
        self._call("ttk::entry::See", self._path, "insert")

    def select(self, place: str) -> None:
        self._call("ttk::entry::ExtendTo", self._path, place)

    def delete(self, place: str) -> None:
        if self._call(self._path, "selection", "present"):
            self._call(self._path, "delete", "sel.first", "sel.last")
        else:
            first, last = sorted((self._at, int(place)))
            self._call(self._path, "delete", first, last)
        self._call("ttk::entry::See", self._path, "insert")

    def snap(self) -> None:
        before, after = self._halves()
        within = self._unit(before) - self._unit(_whole(before, after))
        if within:
            self._call(self._path, "icursor", self._at - within)


def _last(text: str) -> str:
    return graphemes(text)[-1] if text else ""


def _first(text: str) -> str:
    return graphemes(text)[0] if text else ""


def _last_word(text: str) -> str:
    found = _WORD_BEFORE.search(text)
    return found[0] if found else ""


def _first_word(text: str) -> str:
    found = _WORD_AFTER.match(text)
    return found[0] if found else ""


def _whole(before: str, after: str) -> str:
    """Return `before` without the part of a grapheme that continues after it."""
    ends = accumulate(map(len, graphemes(before + after)))
    return before[: max((end for end in ends if end <= len(before)), default=0)]


def _unit(tk: tkinter.Misc) -> Callable[[str], int]:
    """Return a function that counts characters as Tk does: until version 9, an emoji counts as two."""
    if int(tk.tk.call("string", "length", "😀")) == 1:
        return len
    return lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2


_KEYS: dict[str, Callable[[_Field], None]] = {
    "<<PrevChar>>": lambda field: field.move(field.left()),
    "<<NextChar>>": lambda field: field.move(field.right()),
    "<<SelectPrevChar>>": lambda field: field.select(field.left()),
    "<<SelectNextChar>>": lambda field: field.select(field.right()),
    "<BackSpace>": lambda field: field.delete(field.left()),
    "<Delete>": lambda field: field.delete(field.right()),
    "<<PrevWord>>": lambda field: field.move(field.word_left()),
    "<<NextWord>>": lambda field: field.move(field.word_right()),
    "<<SelectPrevWord>>": lambda field: field.select(field.word_left()),
    "<<SelectNextWord>>": lambda field: field.select(field.word_right()),
    "<Control-BackSpace>": lambda field: field.delete(field.word_left()),
    "<Control-Delete>": lambda field: field.delete(field.word_right()),
}
_MAY_LAND_WITHIN = ("<<PrevLine>>", "<<NextLine>>", "<ButtonRelease-1>")
_FIELDS: dict[str, Callable[[tkinter.Misc, str], _Field]] = {"Text": _Text, "TEntry": _Entry}


def teach_keys(root: tkinter.Tk) -> None:
    """Bind the keys, once for all fields of an application, including those of the file dialog."""
    if root.tk.call("tk", "windowingsystem") != "aqua":  # there, Emacs's keys are the standard
        _drop_emacs(root)
    for kind, field in _FIELDS.items():
        for keys, do in _KEYS.items():
            root.bind_class(kind, keys, _at(root, field, do))
        root.bind_class(kind, "<Linefeed>", lambda event: event.widget.event_generate("<Return>"))
        for event in _MAY_LAND_WITHIN:
            root.bind_class(kind, event, _at(root, field, lambda one: one.snap()), add=True)


def _at(
    root: tkinter.Tk, field: Callable[[tkinter.Misc, str], _Field], do: Callable[[_Field], None]
) -> Callable[[tkinter.Event[tkinter.Misc]], None]:
    return lambda event: do(field(root, str(event.widget)))


def _drop_emacs(root: tkinter.Tk) -> None:
    for virtual in root.event_info():
        for keys in root.event_info(virtual):
            if _EMACS.fullmatch(keys):
                root.event_delete(virtual, keys)
    for virtual, kept in _ONES_OWN.items():
        root.event_add(virtual, *kept)
    for kind in _FIELDS:
        for keys in root.bind_class(kind):
            if _EMACS.fullmatch(keys):
                root.unbind_class(kind, keys)
