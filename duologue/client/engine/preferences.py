"""Our own status and subscriptions, which the server forgets with each session. Sans-I/O."""

from __future__ import annotations

from collections.abc import Iterator

from duologue.core.commands.chat import Command
from duologue.core.commands.people import ComeBack, DoNotDisturb, GoAway, WatchPeople


class Preferences:
    """Preferences of a client. Iterate: what to say again in a new session."""

    def __init__(self) -> None:
        self._presence: GoAway | DoNotDisturb | None = None
        self._watch: WatchPeople | None = None

    def __iter__(self) -> Iterator[Command]:
        return iter([wish for wish in (self._presence, self._watch) if wish])

    def note(self, command: Command) -> None:
        """Note that we have said so. Commands of other kinds are ignored."""
        match command:
            case GoAway() | DoNotDisturb():
                self._presence = command
            case ComeBack():
                self._presence = None
            case WatchPeople(is_on):
                self._watch = command if is_on else None
