"""Connections that are kept after an answer, for the next request of the same browser."""

from __future__ import annotations

from collections.abc import Callable

from duologue.server.session import Connection

PATIENCE = 5.0
"""Seconds for the next request, as in Apache: the files of a page follow each other at once, and a connection that
waits has a place that somebody else may need.
"""
LIFE = 10.0
"""Seconds after which a connection is not kept any more: with the patience, still within the time for a login."""


class KeptConnections:
    """The next request on a connection has to have come whole within `PATIENCE`, or it is closed without a word."""

    def __init__(self, *, time: Callable[[], float]) -> None:
        self._time = time
        self._waiting: dict[Connection, tuple[int, float]] = {}

    def note(self, connection: Connection, which: int) -> None:
        """Note that the request of this number is awaited on `connection`."""
        if self._waiting.get(connection, (0, 0.0))[0] != which:
            self._waiting[connection] = which, self._time() + PATIENCE

    def forget(self, connection: Connection) -> bool:
        """Note that the request has come, or that the connection is gone. Return whether one was awaited."""
        return self._waiting.pop(connection, None) is not None

    def sweep(self, now: float) -> None:
        for connection, (_, deadline) in [*self._waiting.items()]:
            if deadline <= now:
                self.forget(connection)
                connection.close()
