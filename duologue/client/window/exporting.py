"""Asks for the file that a conversation is exported to; what its name says is decided by the terminal's `/export`."""

from __future__ import annotations

import tkinter
from tkinter import filedialog

from duologue.client.input.arguments import FILE_KINDS, export
from duologue.client.input.meaning import Explain, Export, InputContext
from duologue.core.text import visible

_LABELS = {".txt": "Text", ".json": "JSON"}


def ask_file(root: tkinter.Tk, place: str) -> Export | Explain | None:
    """What is wanted, or what is wrong with the name; None when nobody wants it any more.

    Whether the file exists is not asked here: an export never takes the place of another file.
    """
    standing = InputContext(place)
    default = export(standing, "")
    file = _dialog(root, f"Export {visible(place)} - Duologue", default.file if isinstance(default, Export) else "")
    wanted = export(standing, file) if file else None
    return wanted if isinstance(wanted, Export | Explain) else None


def _dialog(root: tkinter.Tk, title: str, default: str) -> str:
    """Empty where it was closed, or its windows have gone: Tk's loop goes on while it is open."""
    try:
        return filedialog.asksaveasfilename(
            parent=root,
            title=title,
            initialfile=default,
            defaultextension=FILE_KINDS[0],
            filetypes=[(_LABELS[kind], kind) for kind in FILE_KINDS],
            confirmoverwrite=False,
        )
    except tkinter.TclError:
        return ""
