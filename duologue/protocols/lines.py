"""Bytes to whole lines: a chunk of any number of lines stays one chunk. Knows nothing of what a line says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from duologue.core.errors import FatalPeerError

TRIES = 3
"""Refusals on one connection before it is closed, where a person types the name: enough for typing errors."""

LINE_LIMIT = 8192
"""Bytes of a line with its LF (docs/protocol.md section 2). The longest chat text that anyone types fits 20 times."""


class LineTooLong(FatalPeerError):
    """A line is too long. `before` are the lines that came whole before it: they count, however they were split."""

    def __init__(self, before: bytes) -> None:
        super().__init__(
            "line_too_long", f"A line may have at most {LINE_LIMIT} bytes; send a long text as several messages."
        )
        self.before = before


class LineBuffer:
    """Input up to the next whole line. `rest` is the beginning of a line whose end has not come: less than `LINE_LIMIT`
    bytes, whatever is sent.
    """

    __slots__ = ("rest",)

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """Take bytes as they came; return all lines that are whole now, each with its LF, or b"" if there is none yet.

        Raises LineTooLong for a line of more than `LINE_LIMIT` bytes.
        """
        if self.rest or not data.endswith(b"\n"):
            end = data.rfind(b"\n") + 1
            if not end:
                self.rest += data
                data = b""
            else:  # one copy, of what can be 256 KiB
                data, self.rest = b"".join((self.rest, memoryview(data)[:end])), data[end:]
        if len(data) > LINE_LIMIT or len(self.rest) >= LINE_LIMIT:
            self._check_lengths(data)
        return data

    def _check_lengths(self, chunk: bytes) -> None:
        # One step per 8 KiB, not per line: from the end of a line, some LF must stand within the next LINE_LIMIT bytes.
        start = whole = 0
        while len(chunk) - start > LINE_LIMIT:
            start = chunk.rfind(b"\n", start, start + LINE_LIMIT) + 1
            if start == 0:
                self._refuse(chunk[:whole])
            whole = start
        if len(self.rest) >= LINE_LIMIT:
            self._refuse(chunk)

    def _refuse(self, before: bytes) -> NoReturn:
        self.rest = b""
        raise LineTooLong(before)


def lines_of(chunk: bytes) -> Iterator[bytes]:
    """Yield each of whole lines, without its LF. One by one: a chunk can hold 87,000, whose sender is made to wait."""
    start = 0
    while end := chunk.find(b"\n", start) + 1:
        yield chunk[start : end - 1]
        start = end


def is_text(chunk: bytes) -> bool:
    """Return whether this is valid UTF-8 without NUL. Looks at a whole chunk at the speed of C."""
    if 0 in chunk:
        return False
    if chunk.isascii():
        return True
    try:
        chunk.decode()
    except UnicodeDecodeError:
        return False
    return True


def text_of(line: bytes) -> str:
    """Decode one line. Raises FatalPeerError for bytes that are no text."""
    if not is_text(line):
        raise FatalPeerError(
            "not_text", "Lines are UTF-8 without NUL; this one is not. Send text, or check the client's encoding."
        )
    return line.decode()
