"""A fair queue for what takes time: everybody gets one turn before anybody gets a second."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(slots=True, eq=False)
class QueueEntry(Generic[Item]):
    """A place in the queue, until it is taken or left."""

    item: Item
    keys: tuple[Hashable, ...]
    round: int
    number: int
    is_left: bool = False

    def __lt__(self, other: QueueEntry[Item]) -> bool:
        return (self.round, self.number) < (other.round, other.number)


class FairQueue(Generic[Item]):
    """A queue in rounds: every key has at most one place in a round, and first come is first served. Newcomers wait for
    the next round, so nobody is kept waiting by those who come later, however many.

    An item may stand under several keys, an account and an address perhaps: it waits for the round in which none of
    them has a place yet. So it does not help to come again under another name, nor from elsewhere under the same one. A
    place that is left is free again: nobody is delayed by those who came under their name and left.
    """

    def __init__(self) -> None:
        self._places: list[QueueEntry[Item]] = []
        self._rounds: dict[Hashable, set[int]] = {}  # in which a key has a place
        self._round = 0
        self._number = 0
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    def put(self, item: Item, *keys: Hashable) -> QueueEntry[Item]:
        """Give `item` a place."""
        taken = [self._rounds.setdefault(key, set()) for key in keys]
        free = next(number for number in count(self._round + 1) if not any(number in rounds for rounds in taken))
        place = QueueEntry(item, keys, free, self._number)
        self._number += 1
        self._waiting += 1
        for rounds in taken:
            rounds.add(free)
        heappush(self._places, place)
        return place

    def take(self) -> Item:
        """Return the item whose turn it is. Raises IndexError when nobody waits."""
        while (place := heappop(self._places)).is_left:
            pass
        self._round = place.round
        self._give_back(place)
        return place.item

    def leave(self, place: QueueEntry[Item]) -> None:
        """Give up `place`; harmless when it has been taken."""
        if not place.is_left:
            self._give_back(place)

    def _give_back(self, place: QueueEntry[Item]) -> None:
        place.is_left = True
        self._waiting -= 1
        for key in set(place.keys):
            rounds = self._rounds[key]
            rounds.discard(place.round)
            if not rounds:
                del self._rounds[key]
        if not self._waiting:
            self._places.clear()  # of those that were left
