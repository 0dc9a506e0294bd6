"""Message lines held in memory, by number, until they are released. Knows nobody's name."""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter

from duologue.server.storage.replay import Part
from duologue.server.storage.stored_lines import cut

_last = itemgetter(0)


class HeldLines:
    """The messages of a stream that are held; those after `before` follow each other up to `last`."""

    __slots__ = ("_pieces", "last")

    def __init__(self, before: int = 0) -> None:
        self.last = before
        self._pieces: list[tuple[int, int, float, bytes]] = []  # last message, count, when, lines

    def append(self, lines: bytes, count: int, at: float) -> None:
        self.last += count
        self._pieces.append((self.last, count, at, lines))

    def let_go(self, upto: int) -> list[bytes]:
        """Release pieces that hold no message after `upto`, and return them."""
        end = bisect_right(self._pieces, upto, key=_last)
        gone = [lines for _, _, _, lines in self._pieces[:end]]
        del self._pieces[:end]
        return gone

    def cut_off(self, last: int) -> None:
        """Take back what comes after message `last`."""
        end = bisect_right(self._pieces, last, key=_last)
        beyond = self._pieces[end:]
        del self._pieces[end:]
        if beyond:
            piece_last, count, at, lines = beyond[0]
            first = piece_last - count + 1
            if first <= last:
                kept, count = cut(lines, 0, len(lines), last - first + 1)
                self._pieces.append((last, count, at, kept))
        self.last = min(self.last, last)

    def part(self, after: int, limit: int, most: int) -> Part | None:
        """Return what follows message `after`: of one piece, about `limit` bytes and `most` lines at most."""
        place = bisect_right(self._pieces, after, key=_last)
        if place == len(self._pieces):
            return None
        last, count, at, lines = self._pieces[place]
        passed = max(0, after - (last - count))
        part, taken = cut(lines, passed, limit, most)
        return Part(last - count + 1 + passed, taken, at, part)
