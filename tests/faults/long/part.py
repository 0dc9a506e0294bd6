"""What a part of the long form is: it is played in pieces, and the figures of its pieces add up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any

from tests.faults.checker import Verdict
from tests.faults.long.workshop import Workshop

Figures = dict[str, Any]
"""What is kept, as JSON: one piece's, or the sum of some."""


class Part(ABC):
    """A part that is one piece, unless more is said of it."""

    @abstractmethod
    async def play(self, workshop: Workshop) -> Figures:
        """One piece of it."""

    def fits(self, figures: Figures) -> bool:
        """Whether a piece of today can be added: the same was played."""
        return True

    def add(self, figures: Figures, piece: Figures) -> Figures:
        raise NotImplementedError(f"{type(self).__name__} is played in one piece")

    def is_whole(self, figures: Figures) -> bool:
        return True

    def so_far(self, figures: Figures) -> str:
        """How much of it `figures` are, in words that follow the name of the part."""
        return "whole"

    def is_good(self, figures: Figures) -> bool:
        """Nothing was lost, doubled, moved, invented or broken."""
        verdict = Verdict(**figures.get("verdict", {}))
        return not figures.get("failed") and not verdict.faults and verdict.is_complete


def added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    """Two verdicts, as they are kept, in one."""
    return asdict(Verdict(**one) + Verdict(**other))
