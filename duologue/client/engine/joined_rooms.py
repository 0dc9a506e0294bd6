"""The rooms that a client is in, over its sessions. Never written down: they include passwords."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class JoinedRoom:
    """One room. `since` is when we asked to enter, in seconds since 1970; `seen` is the number of the newest message
    that we know of, 0 if none has come yet. `is_in` says whether the server has let us in, in this session.
    """

    room: str
    password: str | None = field(repr=False)
    since: float
    seen: int = 0
    is_in: bool = False


class JoinedRooms:
    """The rooms that we are in. Iterate: the longest untouched first. The last is the current one, where typed text
    goes.

    A room is among them from the moment we ask to enter, so that nothing typed after that goes to another one.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._joined: dict[str, JoinedRoom] = {}

    def __iter__(self) -> Iterator[JoinedRoom]:
        return iter([*self._joined.values()])

    @property
    def rooms(self) -> tuple[str, ...]:
        return tuple(self._joined)

    def get(self, room: str) -> JoinedRoom | None:
        return self._joined.get(room)

    def begin(self, room: str, password: str | None = None, since: float | None = None) -> None:
        """We ask to come in, perhaps once more; `since` is now unless given."""
        joined = self._joined.pop(room, None)
        if joined is None:
            joined = JoinedRoom(room, password, self._clock() if since is None else since)
        joined.password = password or joined.password
        self._joined[room] = joined

    def turn_to(self, room: str) -> None:
        """Make one of them the current one. Does nothing if we are not in it."""
        if room in self._joined:
            self._joined[room] = self._joined.pop(room)

    def end(self, room: str) -> None:
        """Remove a room. Does nothing if we are not in it."""
        self._joined.pop(room, None)
