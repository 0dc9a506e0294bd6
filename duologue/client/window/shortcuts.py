"""Keys that work in a whole window, and a notice for those that do nothing there.

Somebody who presses Ctrl+K goes on as in other programs: types what to look for, and Enter. That must not be sent to
whomever the window belongs to.
"""

from __future__ import annotations

import re
import tkinter
from collections.abc import Callable
from functools import partial

from duologue.client.window.editing import KEPT

_PRINTED = 0xFE00
"""Key symbols below are characters of some script, those above are Shift, arrows and the like (X11's keysymdef.h)."""
_FUNCTION_KEYS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12)  # F10 opens the menu
_LETTER = re.compile("<Control-(Shift-)?([A-Za-z])>")


def bind_keys(window: tkinter.Tk | tkinter.Toplevel, keys: str, do: Callable[[], object]) -> None:
    """Bind keys, also with Caps Lock, which makes a capital of a small letter."""

    def pressed(_: object) -> str:
        do()
        return "break"

    window.bind(keys, pressed)
    letter = _LETTER.fullmatch(keys)
    if letter:
        window.bind(f"<Control-{letter[1] or ''}Lock-{letter[2].swapcase()}>", pressed)


def bind_typed(widget: tkinter.Misc, typed: Callable[[str], None]) -> None:
    """Call `typed` with each character typed while `widget`, where nothing can be written, has the keyboard."""

    def pressed(event: tkinter.Event[tkinter.Misc]) -> None:
        if event.char and event.char.isprintable():
            typed(event.char)

    widget.bind("<Key>", pressed)
    for modifier in ("Control", "Alt", "Meta", "Mod4"):  # with one of them a key is a command
        widget.bind(f"<{modifier}-Key>", lambda _: None)


def bind_strays(
    window: tkinter.Tk | tkinter.Toplevel, told: Callable[[str], None], *, alt: frozenset[str] = frozenset()
) -> None:
    """Bind what all other keys of `window` leave: `told` is called with the name of a key that does nothing here. `alt`
    are the letters that open menus.
    """

    def pressed(modifier: str, known: frozenset[str], event: tkinter.Event[tkinter.Misc]) -> None:
        if event.keysym_num < _PRINTED and event.keysym.lower() not in known:
            told(f"{modifier}+{event.keysym.upper() if len(event.keysym) == 1 else event.keysym}")

    def pressed_function(number: int, _: object) -> None:
        told(f"F{number}")

    for modifier, shown, known in (("Control", "Ctrl", KEPT), ("Alt", "Alt", alt), ("Meta", "Alt", alt)):
        window.bind(f"<{modifier}-Key>", partial(pressed, shown, known))
    for number in _FUNCTION_KEYS:
        if not window.bind(f"<F{number}>"):
            window.bind(f"<F{number}>", partial(pressed_function, number))
