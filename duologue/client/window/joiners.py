"""Characters that join several emoji into one, or choose an emoji's look: Tk does not apply them, and paints them as
boxes or codes if the font lacks them. They stay in the text, so that a copy is complete, and take no space.
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
    """Yield `text` with its joiners as separate pieces."""
    if text.isascii():
        yield text, tag
        return
    for piece in filter(None, _JOINERS.split(text)):
        yield piece, TAG if _JOINERS.fullmatch(piece) else tag


def hide_joiners(text: tkinter.Text) -> None:
    """Hide the joiners in a text that somebody is editing."""
    text.tag_remove(TAG, "1.0", "end")
    content = text.get("1.0", "end-1c")
    if content.isascii():
        return
    for found in _JOINERS.finditer(content):
        text.tag_add(TAG, f"1.0 + {found.start()} chars")
