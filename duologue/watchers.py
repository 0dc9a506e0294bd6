"""Who is told of all who are here, whenever that changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from duologue.core.events import PeopleOnline
from duologue.link import Client

TELL_AFTER = 0.2
"""Seconds that a change waits for others to join it: a hundred people who come at once make one list."""


class Watchers:
    """`people_online` lists them; `is_full` tells who does not read: those are told when they do."""

    def __init__(self, people_online: Callable[[], PeopleOnline], is_full: Callable[[Client], bool]) -> None:
        self._people_online = people_online
        self._is_full = is_full
        self._watching: dict[Client, None] = {}
        self._due: set[Client] = set()
        self._telling: asyncio.TimerHandle | None = None

    def arrived(self, client: Client) -> None:
        """`client` is here, and is told at once who else is, if it watches."""
        self._changed()
        if client.login_socket.door.watches:
            self._watching[client] = None
            client.login_socket.tell(self._people_online())

    def left(self, client: Client) -> None:
        self._watching.pop(client, None)
        self._due.discard(client)
        self._changed()

    def _changed(self) -> None:
        if self._watching and self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(TELL_AFTER, self._tell)

    def _tell(self) -> None:
        self._telling = None
        people = self._people_online()
        for client in self._watching:
            if self._is_full(client):
                self._due.add(client)
            else:
                client.login_socket.tell(people)

    def emptied(self, client: Client) -> None:
        """There is room in the queue to `client`."""
        if client in self._due:
            self._due.discard(client)
            client.login_socket.tell(self._people_online())
