"""Who is next, where many wait for something that takes time: everybody once, before anybody a second time."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Generic, TypeVar

Item = TypeVar("Item")

_KEYS_KEPT = 64
"""Keys that are remembered without a look at whether they still have to be."""


@dataclass(slots=True, eq=False)
class Place(Generic[Item]):
    """A place in the queue, until it is taken or left."""

    item: Item
    keys: tuple[Hashable, ...]
    round: int
    number: int
    is_left: bool = False

    def __lt__(self, other: Place[Item]) -> bool:
        return (self.round, self.number) < (other.round, other.number)


class FairQueue(Generic[Item]):
    """Goes round: in each round every key has one place at most, and whoever comes first goes first. Whoever comes
    waits for the next round, so that nobody is kept waiting by those who come after them, however many.

    An item may stand under several keys, an account and an address perhaps: it waits for the round in which none of
    them has a place yet. So it does not help to come again under another name, nor from elsewhere under the same one.
    """

    def __init__(self) -> None:
        self._places: list[Place[Item]] = []
        self._next_round: dict[Hashable, int] = {}
        self._round = 0
        self._number = 0
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    def put(self, item: Item, *keys: Hashable) -> Place[Item]:
        """Give `item` a place."""
        place = Place(item, keys, max(self._round + 1, *(self._next_round.get(key, 0) for key in keys)), self._number)
        self._number += 1
        self._waiting += 1
        for key in keys:
            self._next_round[key] = place.round + 1
        heappush(self._places, place)
        return place

    def take(self) -> Item:
        """The item whose turn it is. Raises IndexError when nobody waits."""
        while (place := heappop(self._places)).is_left:
            pass
        place.is_left = True
        self._round = place.round
        self._waiting -= 1
        self._forget_old_keys()
        return place.item

    def leave(self, place: Place[Item]) -> None:
        """`place` is given up; harmless when it has been taken. Its keys keep the round that it had."""
        if not place.is_left:
            place.is_left = True
            self._waiting -= 1
            if not self._waiting:
                self._places.clear()
                self._next_round.clear()

    def _forget_old_keys(self) -> None:
        if not self._waiting:
            self._places.clear()
            self._next_round.clear()
        elif len(self._next_round) > 2 * self._waiting + _KEYS_KEPT:
            self._next_round = {
                key: following for key, following in self._next_round.items() if following > self._round
            }
