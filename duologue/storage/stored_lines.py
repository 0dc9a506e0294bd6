"""Message lines as the store keeps them: the wire's own lines, whole, many to a chunk.

The native protocol reads such lines too, with all its other words; the store may not import it
(tests/test_architecture.py) and needs no more of it than this: drop the first byte, and VT stands for a line break
(docs/decisions/0020).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from zlib import crc32


class DamagedLinesError(sqlite3.DatabaseError):
    """What the disk gives is not what was written there; SQLite itself has not noticed."""


def is_whole(lines: object, crc: int | None) -> bool:
    """Are these the lines that were written with this checksum? None: they were written before there were any."""
    return isinstance(lines, bytes) and (crc is None or crc32(lines) == crc)


def whole(lines: bytes, crc: int | None) -> bytes:
    """The lines. What was damaged must not be read out as if somebody had said it: raises DamagedLinesError."""
    if not is_whole(lines, crc):
        raise DamagedLinesError("messages are not as they were written")
    return lines


def texts(lines: bytes) -> list[str]:
    """The text of every line, with LF for its line breaks. Half a character becomes U+FFFD: reading never fails."""
    return [line[1:].replace("\v", "\n") for line in lines.decode(errors="replace").split("\n")[:-1]]


def in_parts(lines: bytes, limit: int) -> Iterator[bytes]:
    """The same lines in parts of at most `limit` bytes each. A longer line is a part of its own."""
    start = 0
    while len(lines) - start > limit:
        end = lines.rfind(b"\n", start, start + limit) + 1 or lines.find(b"\n", start) + 1
        yield lines[start:end]
        start = end
    if start < len(lines):
        yield lines[start:]


def cut(lines: bytes, passed: int, limit: int, most: int) -> tuple[bytes, int]:
    """The lines after the first `passed`, at most `most` of them and `limit` bytes or one line; and their count."""
    rest = lines.split(b"\n", passed)[passed] if passed else lines
    part = next(in_parts(rest, limit))
    count = part.count(b"\n")
    if count <= most:
        return part, count
    after = part.split(b"\n", most)[most]
    return part[: len(part) - len(after)], most
