"""The kind of content on the clipboard, checked before it is pasted."""

from __future__ import annotations

import tkinter

_TEXTS = frozenset({"UTF8_STRING", "STRING", "TEXT", "COMPOUND_TEXT"})
_COPIED_FILES = frozenset({"x-special/gnome-copied-files", "application/x-kde-cutselection", "text/uri-list"})
"""Types that file managers offer beside the files' names as text; a browser offers an address as text only."""


def holds_only_files(widget: tkinter.Misc) -> bool:
    """Return whether the clipboard holds a picture or files: nothing that can be pasted as text."""
    kinds = _kinds(widget)
    if kinds & _COPIED_FILES:
        return True
    return any(kind.startswith("image/") for kind in kinds) and not kinds & _TEXTS


def _kinds(widget: tkinter.Misc) -> frozenset[str]:
    """Return the types named by the program that owns the clipboard, or nothing if it names none."""
    try:
        answer = widget.tk.call("selection", "get", "-displayof", widget, "-selection", "CLIPBOARD", "-type", "TARGETS")
    except tkinter.TclError:
        return frozenset()
    return frozenset(map(str, widget.tk.splitlist(answer)))
