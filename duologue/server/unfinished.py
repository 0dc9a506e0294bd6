"""Deadlines for messages of which only a part has come, at front doors that do not check whether a client lives."""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.errors import FatalPeerError
from duologue.server.session import Connection


class Unfinished:
    """The rest of a message may take `patience` seconds; `cast_out` ends a connection where it has not come by then."""

    def __init__(
        self, patience: float, *, time: Callable[[], float], cast_out: Callable[[Connection, FatalPeerError], None]
    ) -> None:
        self._patience = patience
        self._time = time
        self._cast_out = cast_out
        self._begun: dict[Connection, tuple[int, float]] = {}

    def note(self, connection: Connection, which: int) -> None:
        """Note that the message of this number has begun on `connection`, and not ended; 0: nothing is unfinished
        there.
        """
        if not which:
            self.forget(connection)
        elif self._begun.get(connection, (0, 0.0))[0] != which:
            self._begun[connection] = which, self._time() + self._patience

    def forget(self, connection: Connection) -> None:
        self._begun.pop(connection, None)

    def sweep(self, now: float) -> None:
        for connection, (_, deadline) in [*self._begun.items()]:
            if deadline <= now:
                self.forget(connection)
                text = f"The rest of your message has not come within {self._patience:g} s."
                self._cast_out(connection, FatalPeerError("too_slow", text))
