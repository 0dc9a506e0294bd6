"""Makes duologue/core/lookalikes.py: which characters of names look alike, from the data of the Unicode consortium (UTS
#39). `make docs`.

The data is 900 KB of JSON with the names of all characters; read by every server, it would be 40 ms of a start and
11 MiB.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from confusable_homoglyphs.confusables import confusables_data

from duologue.core.names import can_be_in_name

MODULE = Path(__file__).parents[1] / "duologue" / "core" / "lookalikes.py"

WIDTH = 110
"""Columns of a line."""

HEAD = '''\
"""Which characters of names look alike. Made by docs/make_lookalikes.py: change that, then `make docs`."""

LOOKALIKES = """\\
'''
TAIL = '''"""
"""Words of a look, "=" and the characters that have it, where it is not their lower case."""
'''


def module() -> str:
    """The module, as it has to be now."""
    return HEAD + "".join(f"{line}\n" for line in _lines(_words())) + TAIL


def characters() -> Iterator[str]:
    """Return all that a name is made of when it is decomposed; its compatibility characters have gone before that."""
    for char in map(chr, range(sys.maxunicode + 1)):
        if can_be_in_name(char) and _decomposed(char) == char == unicodedata.normalize("NFKC", char):
            yield char


@cache
def look_of(char: str) -> str:
    """Return the one spelling that stands for all characters which look like `char`; it may be longer (m is rn)."""
    looks = _decomposed(_prototypes().get(char, char).casefold())
    return char if looks == char else "".join(map(look_of, looks))


def _words() -> Iterator[str]:
    alike: dict[str, list[str]] = {}
    for char in characters():
        if look_of(char) not in (char, _look_of_lower_case(char)):
            alike.setdefault(look_of(char), []).append(char)
    for look, chars in alike.items():
        yield f"{_written(look)}={_written(chars)}"


def _look_of_lower_case(char: str) -> str:
    lower = _decomposed(char.casefold())
    return "" if lower == char else "".join(map(look_of, lower))


def _written(chars: Iterable[str]) -> str:
    """Return the characters as a source has them: escaped where a reader would not see them, or not in this order."""
    return "".join(char if _stands_alone(char) else ascii(char)[1:-1] for char in chars)


def _stands_alone(char: str) -> bool:
    return char.isprintable() and unicodedata.category(char)[0] != "M" and unicodedata.bidirectional(char) == "L"


def _lines(words: Iterable[str]) -> Iterator[str]:
    line: list[str] = []
    width = 0
    for word in words:
        size = 1 + sum(1 + (unicodedata.east_asian_width(char) in "WFA") for char in word)
        if line and width + size > WIDTH:
            yield " ".join(line)
            line, width = [], 0
        line.append(word)
        width += size
    yield " ".join(line)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@cache
def _prototypes() -> dict[str, str]:
    """Return the look-alike of each character."""
    # The data puts right-to-left characters between two left-to-right marks.
    alike = {
        word.replace("\u200e", ""): [other["c"].replace("\u200e", "") for other in others]
        for word, others in confusables_data.items()
    }
    return {word: others[0] for word, others in alike.items() if len(word) == 1 and _is_pointer(word, others, alike)}


def _is_pointer(word: str, others: list[str], alike: dict[str, list[str]]) -> bool:
    """Return whether `word` points to the one that stands for its class, rather than being that one.

    The data lists both directions. A word with several look-alikes stands for them all; in a pair the longer does, and
    of two characters the earlier.
    """
    if len(others) > 1:
        return False
    other = others[0]
    return len(alike[other]) > 1 or len(other) > 1 or other < word


def main() -> None:
    MODULE.write_text(module(), encoding="utf-8")


if __name__ == "__main__":
    main()
