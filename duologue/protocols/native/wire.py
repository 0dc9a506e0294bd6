"""Common parts of both directions of the native wire (docs/protocol.md): messages, numbers, long texts.

The lines themselves are in `commands` (sent by a client) and `signals` (sent by a server). Server and client share
these files, so neither can drift.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from duologue.core.errors import FatalPeerError, PeerError
from duologue.protocols.lines import LINE_LIMIT, text_of

VERSION = "duologue/1"
MESSAGE = ord(":")
LINE_BREAK = "\v"
"""A line break inside a message: the character that word processors use for a new line in the same paragraph."""

ROOM_FOR_TEXT = LINE_LIMIT - 256
"""Bytes of a text that fit into a line beside its other words."""

_SHOWN_CHARACTERS = 40


def encode_message(text: str) -> bytes:
    """Return one message as its line. Raises PeerError when it does not fit into a line."""
    return one_line(f":{on_one_line(text)}")


def parse_message(line: bytes) -> str:
    """Return the text of a message line, with LF for line breaks."""
    return in_lines(text_of(line)[1:])


def on_one_line(text: str) -> str:
    return text.replace("\n", LINE_BREAK).replace("\0", "\N{SYMBOL FOR NULL}")


def in_lines(text: str) -> str:
    return text.replace(LINE_BREAK, "\n")


def one_line(text: str) -> bytes:
    """Return `text` as one line. Raises PeerError where it would be more, or too long."""
    if "\n" in text or "\0" in text:
        raise PeerError("bad_command", "A line break or NUL cannot be part of this.")
    line = f"{text}\n".encode(errors="replace")
    if len(line) > LINE_LIMIT:
        raise PeerError(
            "line_too_long", f"That is {len(line)} bytes, and a line may have {LINE_LIMIT}; send it in parts."
        )
    return line


def line_after(word: str, after: str | None) -> bytes:
    """Return a command that asks for a page of a list."""
    return one_line(word if after is None else f"{word} {after}")


def parts_of(text: str) -> list[str]:
    """Split a text into pieces that each fit into a line beside its other words; an empty text
    gives one empty piece.
    """
    # A character takes 4 bytes at most, so a quarter of the bytes is always short enough.
    most = ROOM_FOR_TEXT if text.isascii() else ROOM_FOR_TEXT // 4
    return [text[start : start + most] for start in range(0, len(text), most)] or [""]


def encode_list(word: str, about: Sequence[str], names: Iterable[str], more: int) -> str:
    """Encode a page of a list (`core/pages.py`) with the words `about` in front: the last page, or one with `more`
    after it.
    """
    head = (f"{word}_part", *about, str(more)) if more else (word, *about)
    return f"{' '.join((*head, *names))}\n"


def with_text(head: str, text: str) -> str:
    """Encode a line that ends with a text; a text that does not fit comes in parts before it."""
    *before, last = parts_of(on_one_line(text))
    return "".join(f"text_part :{part}\n" for part in before) + f"{head} :{last}\n"


def page_of(rest: str, *, is_part: bool) -> tuple[tuple[str, ...], int]:
    """Return the names of such a page, and how many follow. Raises ValueError where a part does not say so."""
    names = rest.split()
    more = count(words_of(rest, 1)[0]) if is_part else 0
    return tuple(names[1:] if is_part else names), more


def words_of(rest: str, wanted: int) -> list[str]:
    """Return the first words of a signal; further words may be added some day, and are ignored (docs/protocol.md 5.4).

    Raises ValueError where there are fewer.
    """
    words = rest.split(" ")[:wanted]
    if len(words) < wanted or not all(words):
        raise ValueError(rest)
    return words


def head_and_text(rest: str, words: int) -> tuple[list[str], str]:
    """Return the words before a text, and the text. Raises ValueError where there are fewer."""
    head, colon, text = rest.partition(" :")
    return words_of(head if colon else "", words), in_lines(text)


def count(word: str) -> int:
    """Parse a number of the check socket or of a signal. Raises FatalPeerError for anything else."""
    if is_count(word):
        return int(word)
    raise FatalPeerError("bad_check_line", "A count is digits only, and not more than 18 of them.")


def is_count(word: str) -> bool:
    # 18 digits: more messages than anyone sends, and no time lost on turning a line of digits into a number.
    return word.isascii() and word.isdigit() and len(word) <= 18
