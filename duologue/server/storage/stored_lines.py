"""Message lines as the store keeps them: the wire's own lines, whole, many to a chunk.

The native protocol reads such lines too, with all its other words; the store may not import it
(tests/test_architecture.py) and needs no more of it than this: drop the first byte, and VT stands for a line break
(docs/decisions/0020).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from zlib import crc32

# Lines of a chunk that are looked for one by one, at 0.2 ms each in one of 256 KiB; to take it apart at every line end
# is 4 ms, in which no other thread runs.
FEW_LINES = 16
_NARROW = 64  # bytes in which a few line ends are looked for one by one


class DamagedLinesError(sqlite3.DatabaseError):
    """The disk returns something else than was written there, which SQLite itself has not noticed."""


def is_whole(lines: object, crc: int | None) -> bool:
    """Return whether these lines were written with this checksum. None: they were written before there were any."""
    return isinstance(lines, bytes) and (crc is None or crc32(lines) == crc)


def whole(lines: bytes, crc: int | None) -> bytes:
    """Return the lines. Raises DamagedLinesError: damaged lines must not be shown as if somebody had written them."""
    if not is_whole(lines, crc):
        raise DamagedLinesError("messages are not as they were written")
    return lines


def texts(lines: bytes) -> list[str]:
    """Return the text of every line, with LF for its line breaks. Half a character becomes U+FFFD:
    reading never fails.
    """
    return [line[1:].replace("\v", "\n") for line in lines.decode(errors="replace").split("\n")[:-1]]


def in_parts(lines: bytes, limit: int) -> Iterator[bytes]:
    """Yield the same lines in parts of at most `limit` bytes each. A longer line is a part of its own."""
    start = 0
    while len(lines) - start > limit:
        end = lines.rfind(b"\n", start, start + limit) + 1 or lines.find(b"\n", start) + 1
        yield lines[start:end]
        start = end
    if start < len(lines):
        yield lines[start:]


def cut(lines: bytes, passed: int, limit: int, most: int) -> tuple[bytes, int]:
    """Return the lines after the first `passed`, at most `most` of them and `limit` bytes or one
    line; and their count.
    """
    start, end = offset(lines, passed), len(lines)
    if end - start > limit:
        end = lines.rfind(b"\n", start, start + limit) + 1 or lines.find(b"\n", start) + 1
    count = lines.count(b"\n", start, end)
    if count > most:
        count, end = most, offset(lines, most, start)
    return lines[start:end], count


def between(lines: bytes, first: int, last: int) -> bytes:
    """Return the lines from place `first` up to place `last`, counted from 0."""
    start = offset(lines, first)
    return lines[start : offset(lines, last - first, start)]


def texts_at(lines: bytes, places: Sequence[int]) -> list[str]:
    """Return the texts of the lines at these places, counted from 0."""
    if len(places) > FEW_LINES:
        apart = lines.split(b"\n")
        picked = [apart[place] for place in places]
    else:
        picked = [between(lines, place, place + 1)[:-1] for place in places]
    return [line[1:].decode(errors="replace").replace("\v", "\n") for line in picked]


def offset(lines: bytes, count: int, start: int = 0) -> int:
    """Return where the line begins that comes `count` lines after the one that begins at `start`.

    Found by halving and counting: no objects are made of the lines in between, of which there may be 100,000.
    """
    end = len(lines)
    while count and end - start > _NARROW:
        middle = (start + end) // 2
        passed = lines.count(b"\n", start, middle)
        if passed < count:
            start, count = middle, count - passed
        else:
            end = middle
    for _ in range(count):
        start = lines.find(b"\n", start) + 1
    return start
