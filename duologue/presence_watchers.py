"""Who is told how everybody is, whenever that changes: one line for each who has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from duologue.core.people_events import Presence
from duologue.link import Client, Hearers

TELL_AFTER = 0.2
"""Seconds that a change waits for others to join it: who goes away and comes back in that time is told of once."""


class PresenceWatchers:
    """`presence_of` tells how somebody is now, `is_full` who does not read: those are told when they do.

    Who is among the `blockers_of` somebody is not told their text.
    """

    def __init__(
        self,
        presence_of: Callable[[str], Presence],
        is_full: Callable[[Client], bool],
        blockers_of: Callable[[str], AbstractSet[str]],
    ) -> None:
        self._presence_of = presence_of
        self._is_full = is_full
        self._blockers_of = blockers_of
        self._watching: dict[Client, dict[str, None]] = {}  # and of whom each has still to be told
        self._changed: dict[str, None] = {}
        self._new: dict[Client, dict[str, Presence]] = {}  # and what they know of those who have changed
        self._telling: asyncio.TimerHandle | None = None

    def watch(self, client: Client, everybody: Iterable[str]) -> None:
        """`client` wants to know from now on; of `everybody` it is told at once."""
        self._watching[client] = dict.fromkeys(everybody)
        self._new[client] = {nickname: self._presence_of(nickname) for nickname in self._changed}
        self.emptied(client)

    def forget(self, client: Client) -> None:
        """It wants to know no more, or is gone. Harmless when repeated."""
        self._watching.pop(client, None)
        self._new.pop(client, None)

    def changed(self, nickname: str) -> None:
        if not self._watching:
            return
        self._changed[nickname] = None
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(TELL_AFTER, self._tell)

    def _tell(self) -> None:
        changed, self._changed, self._telling = self._changed, {}, None
        new, self._new = self._new, {}
        presences = [self._presence_of(nickname) for nickname in changed]
        blockers = frozenset[str]().union(*(self._blockers_of(how.nickname) for how in presences if how.text))
        hearers: Hearers = {}
        for client, due in self._watching.items():
            if client in new:
                due.update(dict.fromkeys(how.nickname for how in presences if new[client].get(how.nickname) != how))
                self.emptied(client)
            elif due or self._is_full(client):
                due.update(changed)
            elif client.nickname in blockers:
                due.update(changed)
                self.emptied(client)
            else:
                hearers.setdefault(client.login_socket.tell_all, []).append(client.login_socket)
        for tell_all, links in hearers.items():
            for presence in presences:
                tell_all(links, presence)

    def emptied(self, client: Client) -> None:
        """There is room in the queue to `client`."""
        due = self._watching.get(client, {})
        while due and not self._is_full(client):
            nickname = next(iter(due))
            del due[nickname]
            presence = self._presence_of(nickname)
            is_blocked = client.nickname in self._blockers_of(nickname)
            client.login_socket.tell(presence.without_text() if is_blocked else presence)
