"""Heartbeat: quiet clients are asked, and dead ones are found, in one sweep over all clients."""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.events.chat import Probe
from duologue.server.session import Session
from duologue.server.tables import Connections
from duologue.settings import Settings

SWEEP_EVERY = 1.0
"""Seconds between two sweeps at most: how late a dead client can be noticed beyond `dead_after`."""

_SWEEPS_PER_HEARTBEAT = 4


class Heartbeat:
    """Watches the clients whose rows are in `connections`; `session_of` finds a row's client, `reap` ends a dead one.

    `heard` collects the rows of sockets on which something came in: adding to a set is all that a message pays for it.
    """

    def __init__(
        self,
        settings: Settings,
        connections: Connections,
        *,
        session_of: Callable[[int], Session],
        reap: Callable[[Session], None],
    ) -> None:
        self.heard: set[int] = set()
        self.reaped = 0
        """The number of clients ended so far."""
        self.sweep_every = min(SWEEP_EVERY, settings.heartbeat / _SWEEPS_PER_HEARTBEAT)
        self._connections = connections
        self._heartbeat = settings.heartbeat
        self._dead_after = settings.dead_after
        self._client_in = session_of
        self._reap = reap

    def check_for_inactive_clients(self, now: float) -> None:
        """Sweep once: a client silent for `heartbeat` seconds gets a PING, one silent for `dead_after` is
        reaped.
        """
        self.heard.discard(-1)
        self._connections.seen(self.heard, now)
        self.heard.clear()
        for row in self._connections.inactive(now, self._dead_after):
            self.reaped += 1
            self._reap(self._client_in(row))
        quiet = self._connections.quiet(now, self._heartbeat)
        for row in quiet:
            session = self._client_in(row)
            if all(connection.is_held for connection in session.sockets):
                # Its answer would not be read: the silence is ours. TCP finds out whether it is there (net/binding.py).
                self.heard.add(row)
            session.tell(Probe())
        self._connections.pinged(quiet, now)
