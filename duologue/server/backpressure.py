"""Backpressure: a client that does not read is not read from, as its commands would bring more answers.

Nothing is dropped: what is not read stays in the sender's own queue, and memory here does not grow.
"""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.events.chat import Disconnected
from duologue.core.limits import Limits
from duologue.core.requests import ChatEnd
from duologue.server.goodbyes import STALLED
from duologue.server.session import Connection, Hold, Session


class Backpressure:
    """Send queues that are full. `end_stalled` ends the session of a client whose queue has not moved for `write_stall`
    seconds.

    `filled` is told of each socket whose queue is full now, `emptied` when it is not any more.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        time: Callable[[], float],
        end_stalled: Callable[[Session, ChatEnd, Disconnected], None],
        filled: Callable[[Connection], None],
        emptied: Callable[[Connection], None],
    ) -> None:
        self._limits = limits
        self._time = time
        self._end_stalled = end_stalled
        self._filled = filled
        self._emptied = emptied
        self._full: dict[Connection, tuple[float, int]] = {}

    def congested(self, connection: Connection) -> None:
        """Note that the send queue of `connection` is full. Whatever would bring more answers is not read, logged in or
        not.
        """
        self._full[connection] = (self._time(), connection.queued())
        for source in _answered_on(connection):
            source.hold(Hold.OWN_QUEUE)
        if connection.session:
            self._filled(connection)

    def drained(self, connection: Connection) -> None:
        self._full.pop(connection, None)
        session = connection.session
        if session is None:
            connection.release(Hold.OWN_QUEUE)
            return
        if not self.is_full(session):
            session.check_socket.release(Hold.OWN_QUEUE)
            if not self.is_full(session):  # what waited there may have filled it again
                session.chat_socket.release(Hold.OWN_QUEUE)
        if not self.is_queue_full(connection):
            self._emptied(connection)

    @property
    def some_are_full(self) -> bool:
        """Whether anybody's queue is full."""
        return bool(self._full)

    def is_queue_full(self, connection: Connection) -> bool:
        return connection in self._full

    def is_login_full(self, session: Session) -> bool:
        """Return whether there is no room for what is told to `session` beside its chat."""
        return session.login_socket in self._full

    def is_full(self, session: Session) -> bool:
        """Return whether any queue of `session` is full."""
        return bool(self._full) and any(connection in self._full for connection in session.sockets)

    def forget(self, connection: Connection) -> None:
        self._full.pop(connection, None)

    def sweep(self, now: float) -> None:
        """End the sessions whose queues are stalled. A queue that shrinks is only slow; one that
        does not is stalled.
        """
        for connection, (since, queued) in [*self._full.items()]:
            if connection.queued() < queued:
                self._full[connection] = (now, connection.queued())
            elif now - since >= self._limits.write_stall and connection.session:
                self._end_stalled(connection.session, ChatEnd.LOST, STALLED)


def _answered_on(connection: Connection) -> set[Connection]:
    """Return the sockets whose input is answered on `connection`."""
    session = connection.session
    if session is None:
        return {connection}
    return {session.chat_socket, connection} if connection is session.check_socket else {session.chat_socket}
