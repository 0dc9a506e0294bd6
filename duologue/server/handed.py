"""What live chats hand to one session, as ranges of streams: all else that is stored comes to it by the feed.

So each message comes by exactly one way, over the end of a chat and over a change of who holds it, too.
"""

from __future__ import annotations

from enum import Enum

from duologue.core.streams import Direction

MOST_STREAMS = 1000
"""Streams of chats that are over of which the ranges are remembered. What is told twice is dropped by the client."""


class Place(Enum):
    """The place of a message beside what chats hand over."""

    OUTSIDE = "no chat hands it over"
    HANDED = "it has been handed over"
    AHEAD = "it will be handed over, as soon as the client has read what comes before"


class HandedOver:
    """The ranges of one session."""

    __slots__ = ("_closed", "_direction", "_first", "_name", "is_live")

    def __init__(self) -> None:
        self._closed: dict[str, list[range]] = {}
        self._direction: Direction | None = None
        self._name = ""
        self._first = 0
        self.is_live = False
        """Whether messages of the partner go straight to the session."""

    def begins(self, direction: Direction) -> None:
        """Note that what `direction` has not handed over is handed to this session from now on."""
        self._direction = direction
        self._name, self._first = direction.at.name, direction.pushed + 1

    def next_stream(self, direction: Direction, last: int) -> None:
        """Note that the stream so far has been handed over up to `last`, and that `direction` is at the next one."""
        self._close(last)
        self.begins(direction)

    def ends(self) -> None:
        """Note that nothing more is handed over."""
        if self._direction:
            self._close(self._direction.pushed)
            self._direction = None

    def _close(self, last: int) -> None:
        if last < self._first:
            return
        self._closed.setdefault(self._name, []).append(range(self._first, last + 1))
        if len(self._closed) > MOST_STREAMS:
            del self._closed[next(iter(self._closed))]

    def place_of(self, stream: str, position: int) -> Place:
        if any(position in positions for positions in self._closed.get(stream, ())):
            return Place.HANDED
        direction = self._direction
        if direction is None:
            return Place.OUTSIDE
        if stream == self._name and position >= self._first:
            return Place.HANDED if self.is_live or position <= direction.pushed else Place.AHEAD
        return Place.AHEAD if direction.is_ahead(stream) else Place.OUTSIDE
