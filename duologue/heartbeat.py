"""Liveness and acknowledgements: everything that goes over the check sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from duologue.core.chat import Stream
from duologue.core.commands import Ping
from duologue.core.errors import FatalPeerError
from duologue.core.events import Acknowledged, Probe
from duologue.link import Client
from duologue.settings import Settings
from duologue.storage.base import Store
from duologue.tables import Connections

ACKNOWLEDGE_WITHIN = 0.02
"""Seconds that a PONG may wait for others to join it (reliability.md: coalesced to 20 ms, so that it does not wait for
a heartbeat).
"""

SWEEP_EVERY = 1.0
"""Seconds between two sweeps at most: how late a dead client can be noticed beyond `dead_after`."""

_SWEEPS_PER_HEARTBEAT = 4


class Heartbeat:
    """Watches the clients whose rows stand in `connections`; `client_in` finds the client of a row, `reap` ends a dead
    one.

    `heard` collects the rows of sockets that something came in on: adding to a set is all that a message pays for it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        connections: Connections,
        store: Store,
        client_in: Callable[[int], Client],
        reap: Callable[[Client], None],
    ) -> None:
        self.heard: set[int] = set()
        self.sweep_every = min(SWEEP_EVERY, settings.heartbeat / _SWEEPS_PER_HEARTBEAT)
        self._connections = connections
        self._store = store
        self._heartbeat = settings.heartbeat
        self._dead_after = settings.dead_after
        self._client_in = client_in
        self._reap = reap
        self._owed: set[Client] = set()

    def greet(self, client: Client) -> None:
        """The first PONG: all three sockets are attached. At once, because the client waits for it."""
        client.check_socket.tell(self._state_of(client))

    def check_for_inactive_clients(self, now: float) -> None:
        """One sweep over all clients at once: the quiet are asked, the dead are reaped."""
        self.heard.discard(-1)
        self._connections.seen(self.heard, now)
        self.heard.clear()
        for row in self._connections.inactive(now, self._dead_after):
            self._reap(self._client_in(row))
        quiet = self._connections.quiet(now, self._heartbeat)
        for row in quiet:
            self._client_in(row).check_socket.tell(Probe())
        self._connections.pinged(quiet, now)

    def check_from_client(self, client: Client, ping: Ping) -> None:
        """A client's PING: it lives, and has received so many. Raises FatalPeerError for a count that cannot be."""
        if client.chat and ping.received is not None and ping.chat in (None, client.chat.id):
            self._note_received(client.chat.streams[client.chat.partner_of(client.nickname)], ping.received)
            assert client.partner
            self.owe(client.partner)
        self.owe(client)

    def _note_received(self, stream: Stream, received: int) -> None:
        if not stream.received <= received <= stream.sent:
            raise FatalPeerError("bad_count", f"PING {received} cannot be: you had {stream.received} of {stream.sent}.")
        stream.received = received

    def owe(self, client: Client) -> None:
        """`client` gets a PONG within `ACKNOWLEDGE_WITHIN`, one for all that happens until then."""
        if not self._owed:
            asyncio.get_running_loop().call_later(ACKNOWLEDGE_WITHIN, self._acknowledge)
        self._owed.add(client)

    def _acknowledge(self) -> None:
        owed, self._owed = self._owed, set()
        for client in owed:
            client.check_socket.tell(self._state_of(client))
            client.chat_socket.delay_acks()

    def forget(self, client: Client) -> None:
        """`client` is gone, and is owed nothing."""
        self._owed.discard(client)

    def _state_of(self, client: Client) -> Acknowledged:
        if client.chat is None:
            return Acknowledged()
        stream = client.chat.streams[client.nickname]
        return Acknowledged(self._store.stored(stream), stream.received, client.chat.id)
