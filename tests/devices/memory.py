"""What a device said, and what is known of everybody in a play."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Place = tuple[str, str, int]
"""Whose stream, its name, and the position of a message in it: the two directions of a chat have the same names."""


@dataclass(slots=True)
class Spoken:
    """What a device said in one stream; the first `stored` are safe."""

    texts: list[str] = field(default_factory=list)
    stored: int = 0

    def unstored(self) -> Iterator[tuple[int, str]]:
        yield from enumerate(self.texts[self.stored :], self.stored + 1)


@dataclass(slots=True)
class Log:
    """What everybody said, and what was told that cannot be."""

    said: dict[Place, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    unknown_chats: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def counts_one(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
