"""Long lists in pages, so that one command costs no more than a page, however long the list is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable

PAGE = 100
"""Names on a page: the longest still fit into one line of the native wire, and nobody reads more than that."""
ROOMS_PAGE = 50
"""Rooms on a page: each is a line of its own, with a topic, and all of them take the server about a millisecond."""


class SortedNames:
    """Names sorted by `key`, which stay sorted as names come and go, so that a page never has to look at the others. No
    two names may have the same key.
    """

    def __init__(self, key: Callable[[str], str] = str) -> None:
        self._key = key
        self._names: list[str] = []

    def __len__(self) -> int:
        return len(self._names)

    def add(self, name: str) -> None:
        insort(self._names, name, key=self._key)

    def remove(self, name: str) -> None:
        """Remove `name`. Raises ValueError if it is not there."""
        place = bisect_left(self._names, self._key(name), key=self._key)
        if self._names[place : place + 1] != [name]:
            raise ValueError(name)
        del self._names[place]

    def page(self, after: str | None, most: int = PAGE) -> tuple[list[str], int]:
        """Return the first names, or those after `after` (which need not be among them), and how many more follow."""
        first = 0 if after is None else bisect_right(self._names, self._key(after), key=self._key)
        names = self._names[first : first + most]
        return names, len(self._names) - first - len(names)
