"""Watchers of everybody's presence, who get one line for each person that has changed."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from duologue.core.events.chat import PeopleOnline
from duologue.core.events.people import Presence
from duologue.core.pages import PAGE
from duologue.server.session import Session

TELL_AFTER = 0.2
"""Seconds that a change waits for others to join it: somebody who goes away and comes back in that time is told of
once.
"""

MOST_AT_ONCE = 500
"""Lines that are sent in one turn of the loop, some 3 ms of work."""
AGAIN_AFTER = 0.02
"""Seconds until those are told whom that left over: a crowd that watches a crowd gets a part of the loop, not all."""

_MOST_LOGGED = 1_000


@dataclass(slots=True)
class _Place:
    """The progress of one watcher: it has been told the changes up to `told` of the log, and, while it
    is told of all who are here, those up to the nickname `listed`.
    """

    told: int
    is_listing: bool = True
    listed: str | None = None


class PresenceWatchers:
    """The watchers. `presence_to` tells a reader the presence of somebody, `online` who is here, by pages.

    `is_full` tells who does not read: those are told when they do.
    """

    def __init__(
        self,
        presence_to: Callable[[str, str], Presence],
        online: Callable[[str | None], PeopleOnline],
        is_full: Callable[[Session], bool],
    ) -> None:
        self._presence_to = presence_to
        self._online = online
        self._is_full = is_full
        self._watching: dict[Session, _Place] = {}
        self._behind: dict[Session, None] = {}  # who has still to be told, and reads; in turn
        # Everybody who has changed, in the order of their last change: so no watcher needs a list of their own.
        self._log: list[str | None] = []
        self._last: dict[str, int] = {}
        self._compact_at = _MOST_LOGGED
        self._has_news = False
        self._telling: asyncio.TimerHandle | None = None

    @property
    def count(self) -> int:
        return len(self._watching)

    def watch(self, session: Session) -> None:
        """Let `session` watch from now on; it is told of everybody who is here at once, as far as one turn goes."""
        self._watching[session] = _Place(len(self._log))
        self.emptied(session)

    def forget(self, session: Session) -> None:
        """Let `session` watch no more. Harmless when repeated."""
        self._watching.pop(session, None)
        self._behind.pop(session, None)

    def changed(self, nickname: str) -> None:
        if not self._watching:
            return
        if nickname in self._last:
            self._log[self._last[nickname]] = None
        self._last[nickname] = len(self._log)
        self._log.append(nickname)
        if len(self._log) > self._compact_at:
            self._compact()
        self._has_news = True
        self._tell_in(TELL_AFTER)

    def _compact(self) -> None:
        """Keep of the log what somebody has still to be told."""
        first = min(place.told for place in self._watching.values())
        kept = [place for place in range(first, len(self._log)) if self._log[place] is not None]
        for place in self._watching.values():
            place.told = bisect_left(kept, place.told)
        self._log = [self._log[place] for place in kept]
        self._last = {nickname: place for place, nickname in enumerate(self._log) if nickname is not None}
        self._compact_at = 2 * len(self._log) + _MOST_LOGGED

    def _tell_in(self, seconds: float) -> None:
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(seconds, self._tell)

    def _tell(self) -> None:
        self._telling = None
        if self._has_news:
            self._has_news = False
            self._behind |= dict.fromkeys(self._watching)
        left = MOST_AT_ONCE
        while self._behind and left > 0:
            session = next(iter(self._behind))
            left -= 1 + self._catch_up(session, min(left, PAGE))
        if self._behind:
            self._tell_in(AGAIN_AFTER)

    def emptied(self, session: Session) -> None:
        """Note that there is room in the queue to `session`."""
        if session in self._watching:
            self._catch_up(session, PAGE)
        if self._behind:
            self._tell_in(AGAIN_AFTER)

    def _catch_up(self, session: Session, most: int) -> int:
        """Send at most `most` lines, and queue up again for the rest; return how many lines that were."""
        self._behind.pop(session, None)
        due = self._due_to(self._watching[session])
        told = 0
        while told < most and not self._is_full(session):
            nickname = next(due, None)
            if nickname is None:
                return told
            session.tell(self._presence_to(session.nickname, nickname))
            told += 1
        if told == most:
            self._behind[session] = None
        return told

    def _due_to(self, place: _Place) -> Iterator[str]:
        """Yield those of whom somebody has still to be told; they count as told."""
        while place.is_listing:
            page = self._online(place.listed)
            for nickname in page.nicknames:
                place.listed = nickname
                yield nickname
            place.is_listing = page.more > 0
        while place.told < len(self._log):
            last_change = self._log[place.told]
            place.told += 1
            if last_change is not None:
                yield last_change
