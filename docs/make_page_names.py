"""Makes duologue/page/name_rules.js: the rules of names of core/names.py, for the page. `make docs`.

A browser folds no case as names want it: its `toLowerCase` leaves "ς" beside "σ" and "ß" beside "ss", which are one
letter in a name. What differs is listed, character by character, from the tables of this Python.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from duologue.core.names import GUEST_MARK, NICKNAME_BYTES, NICKNAME_LENGTH, PUNCTUATION
from duologue.core.room_rules import ROOM_MARK
from duologue.core.text import is_invisible

MODULE = Path(__file__).parents[1] / "duologue" / "page" / "name_rules.js"

PAIRS = 10
"""On one line."""

HEAD = """\
// Made by docs/make_page_names.py from duologue/core/names.py: change that, then `make docs`.
"""


def module() -> str:
    """The module, as it has to be now."""
    constants = {
        "GUEST_MARK": GUEST_MARK,
        "ROOM_MARK": ROOM_MARK,
        "PUNCTUATION": PUNCTUATION,
        "MOST_CHARACTERS": NICKNAME_LENGTH,
        "MOST_BYTES": NICKNAME_BYTES,
    }
    values = "".join(f"export const {name} = {json.dumps(value)};\n" for name, value in constants.items())
    ranges = "".join(f"\\u{{{first:x}}}-\\u{{{last:x}}}" for first, last in _invisible())
    return f"{HEAD}\n{values}export const INVISIBLE = /[{ranges}]/u;\n\n{_folded()}"


def _invisible() -> Iterator[tuple[int, int]]:
    """Return the ranges of letters and marks that draw nothing."""
    first = None
    for code in range(sys.maxunicode + 2):
        is_one = code <= sys.maxunicode and is_invisible(chr(code))
        if is_one and first is None:
            first = code
        elif not is_one and first is not None:
            yield first, code - 1
            first = None


def _folded() -> str:
    """Return the characters that do not fold to their lower case."""
    letters = [char for char in map(chr, range(sys.maxunicode + 1)) if char.casefold() != char.lower()]
    pairs = [f"[{json.dumps(char)}, {json.dumps(char.casefold())}]" for char in letters]
    lines = "".join(f"\t{', '.join(pairs[at : at + PAIRS])},\n" for at in range(0, len(pairs), PAIRS))
    return f"export const FOLDED = new Map([\n{lines}]);\n"


def main() -> None:
    MODULE.write_text(module(), encoding="utf-8")


if __name__ == "__main__":
    main()
