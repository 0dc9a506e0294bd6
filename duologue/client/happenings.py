"""What happens to a client besides what the server tells it: its connection goes and comes back."""

from __future__ import annotations

from dataclasses import dataclass

from duologue.core.events import Event


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """The session is over and a new one is being tried for. `partner` is whom the chat was with that ended by this.

    `unstored` messages of that chat had not been confirmed by the server.
    """

    reason: str
    partner: str | None
    unstored: int = 0


@dataclass(frozen=True, slots=True)
class Reconnected:
    """A new session is on, with no chat and no requests."""

    nickname: str


Happening = Event | ConnectionLost | Reconnected
