"""The rooms that a client is in, over its sessions. Never written down: there are passwords among it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Stay:
    """In one room. `since` is when we asked to come in, in seconds since 1970; `seen` is the number of the newest
    message that we know of, 0 where none has come yet. `is_in` where the server has let us in, in this session.
    """

    room: str
    password: str | None = field(repr=False)
    since: float
    seen: int = 0
    is_in: bool = False


class Stays:
    """Iterate: the longest untouched first. The last is the current one, where what a person types goes.

    A room is among them from the moment that we ask to come in, so that nothing that is typed after that goes to
    another one.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._stays: dict[str, Stay] = {}

    def __iter__(self) -> Iterator[Stay]:
        return iter([*self._stays.values()])

    @property
    def rooms(self) -> tuple[str, ...]:
        return tuple(self._stays)

    def get(self, room: str) -> Stay | None:
        return self._stays.get(room)

    def begin(self, room: str, password: str | None = None, since: float | None = None) -> None:
        """We ask to come in, perhaps once more; `since` is now unless given."""
        stay = self._stays.pop(room, None) or Stay(room, password, self._clock() if since is None else since)
        stay.password = password or stay.password
        self._stays[room] = stay

    def turn_to(self, room: str) -> None:
        """Make one of them the current one. Harmless where we are not in it."""
        if room in self._stays:
            self._stays[room] = self._stays.pop(room)

    def end(self, room: str) -> None:
        """Harmless where we are not in it."""
        self._stays.pop(room, None)
