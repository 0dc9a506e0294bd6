"""Text from strangers made safe to show: on a terminal, in a log line, in a window, on a page.

Knows characters only; it does not know where the text goes, nor how wide it will be.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Written languages stack three or four marks on a letter, Tibetan a few more; beyond this it is vandalism
# that paints over the lines above and below.
MARKS_IN_A_ROW = 8
# The width of a tab is known to the terminal only.
TAB = "    "
# Characters of somebody's words that a sentence of ours repeats, and names that it lists.
SHORT = 40
MOST_LISTED = 5
# The beginning of the text of an action, on the wire and in the history as it is typed.
ACTION = "/me "

# The flags of England, Scotland, Wales, Texas …: a black flag, up to six tag characters, a cancel tag (UTS #51).
# Anywhere else tag characters are an invisible copy of ASCII.
_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f"
_PIECE = re.compile(f"{_FLAG}|.", re.DOTALL)

_JOINERS = frozenset("\u200c\u200d")
_DIRECTION_MARKS = frozenset("\u200e\u200f\u061c")  # they nudge neutral characters and cannot reorder letters
# Format characters that are visible: Arabic, Syriac and Kaithi signs written around numbers and words.
_SEEN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str, *, keep: str = "") -> str:
    """Return `text` with every character that could hide, reorder or command replaced by a visible one.

    C0 controls become control pictures (ESC is ␛), a tab four spaces, others their code point (`<U+202E>`);
    marks past the eighth in a row are cut. Characters in `keep`, such as a line break, stay as they are.
    What people write stays too: joiners inside words and emoji, variation selectors, flags, right-to-left letters
    and their direction marks, private use, and characters newer than this Python's Unicode tables.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for piece in _PIECE.findall(text):
        if piece in keep or len(piece) > 1:
            marks = 0
            shown.append(piece)
        elif _is_mark(piece):
            marks += 1
            shown.append(piece if marks <= MARKS_IN_A_ROW else "")
        elif piece in _JOINERS:
            shown.append(piece if _can_join(shown) else _code_point(piece))
        else:
            # A direction mark is no letter: counting goes on across it, or it would hide an endless stack.
            marks = marks if piece in _DIRECTION_MARKS else 0
            shown.append(_shown(piece))
    return "".join(shown)


def shortened(text: str, most: int = SHORT) -> str:
    """Return somebody's own words for a sentence of ours: short, and with nothing that moves a cursor."""
    return visible(text[:most]) + ("…" if len(text) > most else "")


def listed(names: Sequence[str], most: int = MOST_LISTED) -> str:
    """Return `alice`, `alice and bob`, or of more than `most` names `alice, bob and 3 more`."""
    more = len(names) - most
    shown, last = (names[:most], f"{more} more") if more > 0 else (names[:-1], names[-1])
    return f"{', '.join(shown)} and {last}" if shown else last


def action_in(text: str) -> str | None:
    """Return what the speaker does, if the text is an action: `waves` of `/me waves`. None for anything else.

    A nickname is put before it wherever it is shown, so nobody can say it of somebody else.
    """
    action = text.removeprefix(ACTION)
    return action if action != text and action.strip() else None


def is_invisible(char: str) -> bool:
    """Return whether a letter or mark draws nothing: harmless in a text, a lie in a name."""
    return any(first <= char <= last for first, last in _INVISIBLE)


# The assigned letters and marks of Default_Ignorable_Code_Point (UAX #44).
_INVISIBLE = (
    ("\u034f", "\u034f"),  # combining grapheme joiner
    ("\u115f", "\u1160"),  # Hangul fillers
    ("\u17b4", "\u17b5"),  # Khmer inherent vowels
    ("\u180b", "\u180f"),  # Mongolian variation selectors
    ("\u3164", "\u3164"),  # Hangul filler
    ("\ufe00", "\ufe0f"),  # variation selectors
    ("\uffa0", "\uffa0"),  # halfwidth Hangul filler
    ("\U000e0000", "\U000e0fff"),  # tags, more variation selectors, and room for others
)


def _can_join(shown: list[str]) -> bool:
    """Return whether a joiner has something on its left to join: a letter, mark, digit, symbol or emoji."""
    last = shown[-1][-1:] if shown else ""
    return bool(last) and (_is_mark(last) or unicodedata.category(last)[0] in "LNS")


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


@lru_cache(maxsize=4096)  # bounded: a stranger chooses what goes in
def _shown(char: str) -> str:
    if char == "\t":
        return TAB
    if char < " ":
        return chr(0x2400 + ord(char))
    if char == "\x7f":
        return "\u2421"
    return _code_point(char) if _is_unseen(char) else char


def _is_unseen(char: str) -> bool:
    if char in _DIRECTION_MARKS or char in _SEEN_FORMATS:
        return False
    return unicodedata.category(char) in _UNSEEN_CATEGORIES or _is_never_assigned(ord(char))


def _is_never_assigned(code: int) -> bool:
    """Return whether `code` is a noncharacter, or one of the unassigned places that Unicode sets aside for invisible
    characters.
    """
    if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return True
    return code == 0x2065 or 0xFFF0 <= code <= 0xFFF8 or 0xE0000 <= code <= 0xE0FFF


def _code_point(char: str) -> str:
    return f"<U+{ord(char):04X}>"
