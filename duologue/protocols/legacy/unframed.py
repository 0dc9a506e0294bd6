"""Texts without frames, as the source systems send them: one read is one text, in both directions.

Bytes and characters only; knows nothing of what a text means.
"""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache

from duologue.core.commands.chat import Command
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.text import visible
from duologue.protocols.lines import LINE_LIMIT

# The original clients read with recv(1024), and what a second read gives is another message to them.
MESSAGE_LIMIT = 1023
# Several lines sent at once must not contain one that seems to be somebody else's.
NEXT_LINE = "\n  "
CUT = "…"


class TextReader:
    """A decoder of reads into texts. It holds at most `LINE_LIMIT` bytes, and only of a read that ends within a
    character: such a read was cut on its way.
    """

    __slots__ = ("_count", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._count = 1

    @property
    def unfinished(self) -> int:
        """The number of the text that ends within a character so far; 0 where there is none."""
        return self._count if self._rest else 0

    def feed(self, data: bytes) -> str | None:
        """Return the text of a read, without the line end that other clients may add; None: wait for the rest.

        Raises PeerError for what is too long or no text. It is dropped, and the next read is a text of its own.
        """
        data = self._rest + data
        if not self._rest:
            self._count += 1
        self._rest = b""
        if len(data) > LINE_LIMIT:
            raise too_long()
        try:
            text, decoded = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError as error:
            raise PeerError("not_text", "That was no UTF-8, so nobody got it. Check your client's encoding.") from error
        if decoded < len(data):
            self._rest = data
            return None
        return as_typed(text)


def too_long() -> PeerError:
    return PeerError(
        "line_too_long", f"A message may have {LINE_LIMIT} bytes, so nobody got that one. Send it in parts."
    )


def as_typed(text: str) -> str:
    """Return `text` with LF for line breaks and none at its end, and with nothing that cannot be sent on."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").replace("\0", "\N{SYMBOL FOR NULL}")
    return text.encode(errors="replace").decode()


def or_error(commands: Iterator[Command]) -> Iterator[Command | PeerError]:
    """Yield the commands, up to one that is a mistake: that comes as the error to send."""
    try:
        yield from commands
    except FatalPeerError:
        raise
    except PeerError as error:
        yield error


def neutral(text: str) -> str:
    """Return a stranger's text without control characters; its second line cannot pass for a message of its own."""
    return visible(text, keep="\n").replace("\n", NEXT_LINE)


@lru_cache(maxsize=16)  # a message in a room goes to many, and is encoded once
def messages(before: str, text: str, limit: int = MESSAGE_LIMIT) -> tuple[bytes, ...]:
    """Return `before` and `text`, neutralised, as messages of at most `limit` bytes, each with `before` in front."""
    room = limit - len(before.encode())
    return tuple(f"{before}{piece}".encode() for piece in pieces(neutral(text), room))


def utf8_length(text: str) -> int:
    return len(text.encode())


def pieces(text: str, room: int, cost: Callable[[str], int] = utf8_length) -> list[str]:
    """Split `text` into pieces that cost at most `room` each, at blanks if possible, always between characters.

    Blanks at the end of a piece are left out; there is one piece at least.
    """
    found: list[str] = []
    while text:
        piece = text[: _fitting(text, room, cost)]
        text = text[len(piece) :]
        found.append(piece.rstrip())
    return [piece for piece in found if piece] or [""]


def cut(text: str, room: int, cost: Callable[[str], int] = utf8_length) -> str:
    """Return as much of `text` as costs at most `room`, with a sign where that is not all."""
    if cost(text) <= room:
        return text
    return text[: _fitting(text, room - cost(CUT), cost)].rstrip() + CUT


def _fitting(text: str, room: int, cost: Callable[[str], int]) -> int:
    """Return how many characters from the beginning of `text` make a good piece."""
    # Every character costs one at least, so no more than `room` of them can fit.
    most = bisect_right(range(1, min(len(text), room) + 1), room, key=lambda length: cost(text[:length]))
    if most == len(text):
        return most
    # A blank at the end is left out, so it may be the one that does not fit.
    blank = max(text.rfind(" ", most // 2, most + 1), text.rfind("\n", most // 2, most + 1))
    return blank + 1 or most
