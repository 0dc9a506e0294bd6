"""The order on a chat socket: the rest of a chat that is over comes before what is said in the next one."""

from __future__ import annotations

from collections.abc import Callable

from duologue.server.session import Session


class Rests:
    """Who is still owed the rest of a chat, and what waits for that."""

    def __init__(self) -> None:
        self._owed: dict[Session, list[Callable[[], None]]] = {}

    def rest_begins(self, session: Session) -> None:
        """Note that `session` is to be handed the rest of a chat that is over."""
        self._owed.setdefault(session, [])

    def rest_ends(self, session: Session) -> None:
        """Note that it has been; what has waited goes on."""
        for go_on in self._owed.pop(session, ()):
            go_on()

    def has_to_wait(self, session: Session, go_on: Callable[[], None]) -> bool:
        """Return whether `session` is owed a rest; then `go_on` is called once, when it has that."""
        waiting = self._owed.get(session)
        if waiting is None:
            return False
        if go_on not in waiting:
            waiting.append(go_on)
        return True

    def forget(self, session: Session) -> None:
        """Forget `session`, which is gone."""
        self._owed.pop(session, None)
