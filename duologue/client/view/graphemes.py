"""What a person takes for one character: a letter with its marks, a flag, a family. Knows text, not keys or screens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from wcwidth import grapheme_boundary_before, iter_graphemes, wcstwidth

_BY_VARIABLE = {"VTE_VERSION": "vte", "XTERM_VERSION": "xterm", "KONSOLE_VERSION": "konsole"}
"""Terminals that all call themselves `xterm`, by what they set besides, as wcwidth calls them."""


def graphemes(text: str) -> list[str]:
    """The extended grapheme clusters of `text` (UAX #29), which together are `text`."""
    return [*iter_graphemes(text)]


def start_of_grapheme(text: str, position: int) -> int:
    """Where the one begins that ends at `position`, or has it in its middle."""
    return grapheme_boundary_before(text, position) if position > 0 else 0


def end_of_grapheme(text: str, position: int) -> int:
    """Where the one ends that begins at `position`, or has it in its middle."""
    if position >= len(text):
        return len(text)
    start = start_of_grapheme(text, position + 1)
    return start + len(next(iter_graphemes(text, start)))


def nearest_boundary(text: str, position: int, before: int) -> int:
    """Where a cursor stands that was moved from `before` to `position`: never inside of one, and never back."""
    if position in (0, len(text)) or start_of_grapheme(text, position + 1) == position:
        return position
    return start_of_grapheme(text, position) if position < before else end_of_grapheme(text, position)


def terminal_of(environ: Mapping[str, str]) -> str | None:
    """What wcwidth calls the terminal, where it cannot tell by itself."""
    if "TERM_PROGRAM" in environ or not environ.get("TERM", "").startswith("xterm"):
        return None  # a multiplexer measures by itself, and hands on the variables of the terminal that it runs in
    return next((name for variable, name in _BY_VARIABLE.items() if variable in environ), None)


@lru_cache(maxsize=4096)  # bounded: a stranger's text may be pasted
def columns_of(grapheme: str, terminal: str | None) -> int:
    """How wide `terminal` draws it: some draw a family as one, others one person after the other."""
    return max(0, wcstwidth(grapheme, term_program=terminal or True))
