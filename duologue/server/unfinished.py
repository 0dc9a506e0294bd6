"""Messages of which only a part has come, at doors where nothing asks whether a client lives: they do not stay so."""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.errors import FatalPeerError
from duologue.server.session import Link


class Unfinished:
    """The rest of a message may take `patience` seconds; `cast_out` ends a connection where it has not come by then."""

    def __init__(
        self, patience: float, *, time: Callable[[], float], cast_out: Callable[[Link, FatalPeerError], None]
    ) -> None:
        self._patience = patience
        self._time = time
        self._cast_out = cast_out
        self._begun: dict[Link, tuple[int, float]] = {}

    def note(self, link: Link, which: int) -> None:
        """The message of this number has begun on `link`, and not ended; 0: nothing is unfinished there."""
        if not which:
            self.forget(link)
        elif self._begun.get(link, (0, 0.0))[0] != which:
            self._begun[link] = which, self._time() + self._patience

    def forget(self, link: Link) -> None:
        self._begun.pop(link, None)

    def sweep(self, now: float) -> None:
        for link, (_, deadline) in [*self._begun.items()]:
            if deadline <= now:
                self.forget(link)
                text = f"The rest of your message has not come within {self._patience:g} s."
                self._cast_out(link, FatalPeerError("too_slow", text))
