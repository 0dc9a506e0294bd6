"""Watchers of the list of all who are here, who get it whenever it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import islice

from duologue.core.events.chat import PeopleOnline
from duologue.server.session import Session

TELL_AFTER = 0.2
"""Seconds that a change waits for others to join it: a hundred people who come at once make one list."""

MOST_AT_ONCE = 100
"""Watchers that are told in one turn of the loop, some 2 ms of work."""
AGAIN_AFTER = 0.02
"""Seconds until the next of them are told: a crowd that comes to a crowd gets a part of the loop, and not all."""


class Watchers:
    """The watchers. `people_online` lists those who are here; `is_full` tells who does not read: those are told when
    they do.
    """

    def __init__(self, people_online: Callable[[], PeopleOnline], is_full: Callable[[Session], bool]) -> None:
        self._people_online = people_online
        self._is_full = is_full
        self._watching: dict[Session, None] = {}
        self._next: dict[Session, None] = {}  # who has still to be told, the longest waiting first
        self._due: set[Session] = set()
        self._has_news = False
        self._telling: asyncio.TimerHandle | None = None

    def arrived(self, session: Session) -> None:
        """Tell `session` at once who is here, if it watches; tell the other watchers soon."""
        self._changed()
        if session.login_socket.codec.watches:
            self._watching[session] = None
            session.tell(self._people_online())

    def left(self, session: Session) -> None:
        self._watching.pop(session, None)
        self._next.pop(session, None)
        self._due.discard(session)
        self._changed()

    def _changed(self) -> None:
        if self._watching:
            self._has_news = True
            self._tell_in(TELL_AFTER)

    def _tell_in(self, seconds: float) -> None:
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(seconds, self._tell)

    def _tell(self) -> None:
        self._telling = None
        if self._has_news:
            self._has_news = False
            self._next |= self._watching  # a watcher that waits already keeps the place
        people = self._people_online()
        for session in [*islice(self._next, MOST_AT_ONCE)]:
            del self._next[session]
            if self._is_full(session):
                self._due.add(session)
            else:
                session.tell(people)
        if self._next:
            self._tell_in(AGAIN_AFTER)

    def emptied(self, session: Session) -> None:
        """Note that there is room in the queue to `session`."""
        if session in self._due:
            self._due.discard(session)
            session.tell(self._people_online())
