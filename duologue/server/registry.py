"""Makes a session of a login that is complete, and takes out of all tables what it had there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from math import inf

from duologue.core.commands.chat import SocketKind
from duologue.core.names import is_guest
from duologue.server.auth.login import Login
from duologue.server.metering import Metering
from duologue.server.people.directory import Directory
from duologue.server.session import Session
from duologue.server.tables import Connections


class SessionRegistry:
    """The sessions of a server, by number and by their rows in the table of `connections`. `time` is a monotonic clock
    in seconds.
    """

    def __init__(
        self, connections: Connections, directory: Directory, metering: Metering, *, time: Callable[[], float]
    ) -> None:
        self._connections = connections
        self._directory = directory
        self._metering = metering
        self._time = time
        self._ids = count(1)
        self._in_row: dict[int, Session] = {}

    def add(self, login: Login) -> Session:
        """Return the session of somebody who is in from now on."""
        connections = login.login_socket, login.attached[SocketKind.CHAT], login.attached[SocketKind.CHECK]
        now = self._time()
        has_heartbeat = not is_guest(login.nickname)
        fds = [connection.descriptor for connection in connections]
        seen = now if has_heartbeat else inf
        row = self._connections.add(login.login_socket.peer, login.nickname, fds[0], fds[1], fds[2], seen)
        password_hash = login.account.password_hash if login.account else None
        session = Session(
            next(self._ids), login.nickname, login.device, *connections, row=row, password_hash=password_hash, used=now
        )
        bucket = self._metering.of_client(login.nickname, login.login_socket)
        for connection in connections:
            connection.bucket, connection.session, connection.row = bucket, session, row if has_heartbeat else -1
        self._directory.enter(session)
        self._in_row[row] = session
        return session

    def remove(self, session: Session) -> None:
        """Forget a session that has ended."""
        self._directory.leave(session)
        self._connections.remove(session.row)
        del self._in_row[session.row]

    def in_row(self, row: int) -> Session:
        return self._in_row[row]
