"""What joins several emoji to one, and chooses how one looks: Tk joins nothing, and paints such characters as boxes or
codes where the font has none. They stay in the text, so that a copy is whole, and take no room.
"""

from __future__ import annotations

import re
import tkinter
from collections.abc import Iterator

TAG = "joiner"

_JOINERS = re.compile("([\\u200d\\ufe0f])")


def prepare(text: tkinter.Text) -> None:
    text.tag_configure(TAG, elide=True)


def pieces(text: str, tag: str) -> Iterator[tuple[str, str]]:
    """`text` with its joiners as pieces of their own."""
    if text.isascii():
        yield text, tag
        return
    for piece in filter(None, _JOINERS.split(text)):
        yield piece, TAG if _JOINERS.fullmatch(piece) else tag


def hide_joiners(text: tkinter.Text) -> None:
    """The same in a text that somebody edits."""
    text.tag_remove(TAG, "1.0", "end")
    content = text.get("1.0", "end-1c")
    if content.isascii():
        return
    for found in _JOINERS.finditer(content):
        text.tag_add(TAG, f"1.0 + {found.start()} chars")
