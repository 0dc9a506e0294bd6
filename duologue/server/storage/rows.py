"""Rows and questions that the loop hands to the writer's thread, for one commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from duologue.server.storage.base import Stored

# A message's number is its chunk's, shifted, plus its place there: 256 KiB hold 2^17 of the shortest lines.
PLACE_BITS = 20


class ChatRow(NamedTuple):
    number: int
    id: str
    asker: str
    target: str
    started: float


class ChunkRow(NamedTuple):
    number: int
    stream: int
    previous: int
    first: int
    messages: int
    at: float
    lines: bytes


class StreamRow(NamedTuple):
    number: int
    chat: int
    sender: str
    stored: int
    received: int
    last: int
    name: str


class EndRow(NamedTuple):
    ended: float
    reason: str
    id: str


@dataclass(slots=True)
class NextNumbers:
    """The numbers of the rows to come."""

    chat: int = 1
    stream: int = 1
    chunk: int = 1

    @property
    def newest(self) -> int:
        """The number below that of the next message."""
        return (self.chunk << PLACE_BITS) - 1

    def set_aside(self, count: int) -> NextNumbers:
        """Return numbers for `count` more rows of each kind, to be used later."""
        aside = NextNumbers(self.chat, self.stream, self.chunk)
        self.chat += count
        self.stream += count
        self.chunk += count
        return aside


Question = Callable[[Any], object]
"""Asked by the loop, answered by the Mailroom inside the commit; the answer, or the PeerError it raises, counts after
COMMIT.
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """One commit, and what is reported when it is done. `numbers` are for the rows that `questions` add, chunks from
    `first_aside` on.
    """

    chats: list[ChatRow]
    streams: list[StreamRow]
    chunks: list[ChunkRow]
    ends: list[EndRow]
    questions: list[Question]
    numbers: NextNumbers
    stored: list[Stored]
    first_aside: int

    def newest_after(self, newest: int) -> int:
        """Return the number up to which all messages are stored, after those up to `newest`, when it has been written.

        What was set aside and not used does not count: a server that starts again gives these numbers to others.
        """
        if self.numbers.chunk > self.first_aside:
            return self.numbers.newest
        return (self.chunks[-1].number + 1 << PLACE_BITS) - 1 if self.chunks else newest
