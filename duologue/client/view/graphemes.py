"""Graphemes, which people see as one character: a letter with its marks, a flag, a family. Knows text, not keys or
screens.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from wcwidth import grapheme_boundary_before, iter_graphemes, wcstwidth

_BY_VARIABLE = {"VTE_VERSION": "vte", "XTERM_VERSION": "xterm", "KONSOLE_VERSION": "konsole"}
"""Terminals that all call themselves `xterm`, as wcwidth calls them, by another variable that they set."""


def graphemes(text: str) -> list[str]:
    """Return the extended grapheme clusters of `text` (UAX #29), which together are `text`."""
    return [*iter_graphemes(text)]


def start_of_grapheme(text: str, position: int) -> int:
    """Return the start of the grapheme that ends at `position` or contains it."""
    return grapheme_boundary_before(text, position) if position > 0 else 0


def end_of_grapheme(text: str, position: int) -> int:
    """Return the end of the grapheme that begins at `position` or contains it."""
    if position >= len(text):
        return len(text)
    start = start_of_grapheme(text, position + 1)
    return start + len(next(iter_graphemes(text, start)))


def nearest_boundary(text: str, position: int, before: int) -> int:
    """Return where a cursor belongs that was moved from `before` to `position`: never inside a grapheme, and never
    back.
    """
    if position in (0, len(text)) or start_of_grapheme(text, position + 1) == position:
        return position
    return start_of_grapheme(text, position) if position < before else end_of_grapheme(text, position)


def terminal_of(environ: Mapping[str, str]) -> str | None:
    """Return wcwidth's name of the terminal where wcwidth cannot tell by itself."""
    if "TERM_PROGRAM" in environ or not environ.get("TERM", "").startswith("xterm"):
        return None  # a multiplexer does its own measuring, and passes on the variables of the terminal that it runs in
    return next((name for variable, name in _BY_VARIABLE.items() if variable in environ), None)


@lru_cache(maxsize=4096)  # bounded: a stranger's text may be pasted
def columns_of(grapheme: str, terminal: str | None) -> int:
    """Return the width at which `terminal` draws it: some draw a family as one, others one person after the other."""
    return max(0, wcstwidth(grapheme, term_program=terminal or True))
