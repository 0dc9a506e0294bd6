"""The question for a file to export a conversation to; its name is interpreted by the terminal's `/export`."""

from __future__ import annotations

import tkinter
from tkinter import filedialog

from duologue.client.input.arguments import FILE_KINDS, export
from duologue.client.input.meaning import Explain, Export, InputContext
from duologue.core.text import visible

_LABELS = {".txt": "Text", ".json": "JSON"}


def ask_file(root: tkinter.Tk, place: str) -> Export | Explain | None:
    """Return what is wanted, or what is wrong with the name; None if the person no longer wants it.

    Does not ask whether the file exists: an export never replaces another file.
    """
    standing = InputContext(place)
    default = export(standing, "")
    file = _dialog(root, f"Export {visible(place)} - Duologue", default.file if isinstance(default, Export) else "")
    wanted = export(standing, file) if file else None
    return wanted if isinstance(wanted, Export | Explain) else None


def _dialog(root: tkinter.Tk, title: str, default: str) -> str:
    """Return the file, or an empty text if the dialog was closed or its windows are gone: Tk's loop goes on while it is
    open.
    """
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
