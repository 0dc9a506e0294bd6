"""The appearance of the windows: one ttk theme, fonts, colours, distances. Knows nothing about chats."""

from __future__ import annotations

import tkinter
from dataclasses import dataclass
from tkinter import font, ttk
from typing import Any

from duologue.client.window.editing import teach_keys

PAD = 12
GAP = 6
"""Pixels around a window's contents, and between two things in it."""

LINGERS = 500
"""Milliseconds for which a window that had the keyboard is kept: by then, keys that were meant for it have arrived."""

TEXT_SIZE = 11
"""Points. Tk's default of 10 is small for text that is read all day."""

FAMILIES = ("Noto Sans", "Cantarell", "Ubuntu", "Segoe UI", "Helvetica Neue", "DejaVu Sans")
"""Readable fonts, of which the first available is used; Tk finds what they lack, Arabic or emoji, in others."""


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours. Text has a contrast of 4.5 or more on its background everywhere (WCAG AA)."""

    background: str = "#f4f5f7"
    paper: str = "#ffffff"
    ink: str = "#1c2430"
    faint: str = "#5b6675"
    line: str = "#d4d9e0"
    accent: str = "#1f5fbf"
    accent_pressed: str = "#174a96"
    on_accent: str = "#ffffff"
    own: str = "#1f5fbf"
    other: str = "#1d6b3c"
    trouble: str = "#a61b1b"
    warning: str = "#fff2cc"
    on_warning: str = "#5a4300"
    chosen: str = "#dbe7fb"


COLOURS = Colours()

STATE_COLOURS = {
    "online": "#1d6b3c",
    "away": "#8a5a00",
    "dnd": "#a61b1b",
    "in_chat": "#1f5fbf",
    "offline": COLOURS.faint,
}


def dress(root: tkinter.Tk) -> None:
    """Set up the theme, once, before the first widget."""
    teach_keys(root)
    _choose_fonts(root)
    root.configure(background=COLOURS.background)
    root.option_add("*Toplevel.background", COLOURS.background)
    root.option_add("*Menu.background", COLOURS.background)
    root.option_add("*Menu.foreground", COLOURS.ink)
    root.option_add("*Menu.activeBackground", COLOURS.accent)
    root.option_add("*Menu.activeForeground", COLOURS.on_accent)
    root.option_add("*Menu.borderWidth", 1)
    root.option_add("*Menu.relief", "flat")
    root.option_add("*Menu.tearOff", 0)
    style = ttk.Style(root)
    style.theme_use("clam")
    for name, options in _STYLES.items():
        style.configure(name, **options)
    for name, states in _STATES.items():
        style.map(name, **states)


def _choose_fonts(root: tkinter.Tk) -> None:
    there = set(font.families(root))
    family = next((name for name in FAMILIES if name in there), None)
    for name in ("TkDefaultFont", "TkTextFont", "TkMenuFont", "TkHeadingFont"):
        named = font.nametofont(name, root)
        named.configure(size=TEXT_SIZE)
        if family:
            named.configure(family=family)
    for name, (larger, weight) in _FONTS.items():
        text = font.nametofont("TkTextFont", root).actual()
        size = int(text["size"]) + larger
        # Not a Font object of Python's: it would delete the font when it is collected.
        root.tk.call("font", "create", name, "-family", text["family"], "-size", size, "-weight", weight)


_FONTS = {"DuologueBold": (0, "bold"), "DuologueSmall": (-2, "normal"), "DuologueTitle": (7, "bold")}
"""Fonts by name: points to add to the text's size, and weight."""

_STYLES: dict[str, dict[str, Any]] = {
    ".": {
        "background": COLOURS.background,
        "foreground": COLOURS.ink,
        "bordercolor": COLOURS.line,
        "lightcolor": COLOURS.background,
        "darkcolor": COLOURS.background,
        "focuscolor": COLOURS.accent,
        "troughcolor": COLOURS.background,
        "selectbackground": COLOURS.accent,
        "selectforeground": COLOURS.on_accent,
    },
    "TButton": {
        "padding": (12, 6),
        "background": COLOURS.paper,
        "lightcolor": COLOURS.paper,
        "darkcolor": COLOURS.paper,
        "width": 0,
    },
    "Accent.TButton": {
        "background": COLOURS.accent,
        "foreground": COLOURS.on_accent,
        "bordercolor": COLOURS.accent,
        "lightcolor": COLOURS.accent,
        "darkcolor": COLOURS.accent,
        "focuscolor": COLOURS.on_accent,
    },
    "TEntry": {"padding": 6, "fieldbackground": COLOURS.paper, "lightcolor": COLOURS.paper},
    "Faint.TLabel": {"foreground": COLOURS.faint, "font": "DuologueSmall"},
    "Status.TLabel": {"foreground": COLOURS.faint},
    "Bold.TLabel": {"font": "DuologueBold"},
    "Title.TLabel": {"font": "DuologueTitle"},
    "Trouble.TLabel": {"foreground": COLOURS.trouble},
    "Warning.TFrame": {"background": COLOURS.warning},
    "Warning.TLabel": {"background": COLOURS.warning, "foreground": COLOURS.on_warning},
    "Paper.TFrame": {"background": COLOURS.paper, "bordercolor": COLOURS.accent, "relief": "solid", "borderwidth": 1},
    "Paper.TLabel": {"background": COLOURS.paper},
    "Treeview": {
        "background": COLOURS.paper,
        "fieldbackground": COLOURS.paper,
        "foreground": COLOURS.ink,
        "rowheight": 30,
        "borderwidth": 1,
    },
    "Vertical.TScrollbar": {
        "background": COLOURS.line,
        "troughcolor": COLOURS.paper,
        "arrowcolor": COLOURS.faint,
        "gripcount": 0,
        "relief": "flat",
    },
}

_STATES: dict[str, dict[str, Any]] = {
    "TButton": {"background": [("pressed", COLOURS.line), ("active", COLOURS.chosen)]},
    "Accent.TButton": {
        "background": [
            ("disabled", COLOURS.line),
            ("pressed", COLOURS.accent_pressed),
            ("active", COLOURS.accent_pressed),
        ],
        "foreground": [("disabled", COLOURS.faint)],
    },
    "TEntry": {"bordercolor": [("focus", COLOURS.accent)], "lightcolor": [("focus", COLOURS.accent)]},
    "Treeview": {
        "background": [("selected", COLOURS.chosen)],
        "foreground": [("selected", COLOURS.ink)],
    },
    "Vertical.TScrollbar": {"background": [("disabled", COLOURS.paper), ("active", COLOURS.faint)]},
}


PAPER: dict[str, Any] = {
    "font": "TkTextFont",
    "foreground": COLOURS.ink,
    "background": COLOURS.paper,
    "selectbackground": COLOURS.chosen,
    "selectforeground": COLOURS.ink,
    "relief": "flat",
    "borderwidth": 0,
    "highlightthickness": 1,
    "highlightbackground": COLOURS.line,
    "highlightcolor": COLOURS.accent,
}
"""Options for widgets that ttk lacks: fields for writing, and rows to choose from."""


def list_box(parent: tkinter.Misc, *, width: int) -> tkinter.Listbox:
    """Return a list box with rows of text, `width` characters wide."""
    return tkinter.Listbox(parent, width=width, activestyle="none", **PAPER)


def centre(window: tkinter.Tk | tkinter.Toplevel, over: tkinter.Misc) -> None:
    """Put a window that is not shown yet in the middle of another."""
    window.update_idletasks()
    x = over.winfo_rootx() + (over.winfo_width() - window.winfo_reqwidth()) // 2
    y = over.winfo_rooty() + (over.winfo_height() - window.winfo_reqheight()) // 3
    window.geometry(f"+{max(0, x)}+{max(0, y)}")


def centre_on_screen(window: tkinter.Tk, width: int, height: int) -> None:
    """Put the first window in the middle of the screen."""
    x = (window.winfo_screenwidth() - width) // 2
    y = (window.winfo_screenheight() - height) // 3
    window.geometry(f"{width}x{height}+{max(0, x)}+{max(0, y)}")
