"""Long lists in pages: one command costs no more than a page, however many there are."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable

PAGE = 100
"""Names of a page: the longest still fit into one line of the native wire, and more than that nobody reads."""
ROOMS_PAGE = 50
"""Rooms of a page: each is a line of its own, with a topic, and all of them take the server about a millisecond."""


class SortedNames:
    """Names in the order of `key`, which stay sorted while some come and others go: a page of them costs no look at the
    rest. No two have the same key.
    """

    def __init__(self, key: Callable[[str], str] = str) -> None:
        self._key = key
        self._names: list[str] = []

    def __len__(self) -> int:
        return len(self._names)

    def add(self, name: str) -> None:
        insort(self._names, name, key=self._key)

    def remove(self, name: str) -> None:
        """Raises ValueError where it is not there."""
        place = bisect_left(self._names, self._key(name), key=self._key)
        if self._names[place : place + 1] != [name]:
            raise ValueError(name)
        del self._names[place]

    def page(self, after: str | None, most: int = PAGE) -> tuple[list[str], int]:
        """The first, or those that follow `after`, which need not be among them; and how many more come then."""
        first = 0 if after is None else bisect_right(self._names, self._key(after), key=self._key)
        names = self._names[first : first + most]
        return names, len(self._names) - first - len(names)
