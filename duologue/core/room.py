"""One life of a room: from the first who comes in to the last who goes. Its rules are in `rooms`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False, weakref_slot=True)
class Room:
    """`key` is the name that people know, `id` names this life of it in the store.

    `members` are nicknames, the longest here first. Without any, the room waits for somebody to come back.
    `topic_by` is who has set the topic, empty where nobody has, or an older server did not note it.
    """

    key: str
    id: str
    password_hash: str | None = field(default=None, repr=False)
    topic: str = ""
    topic_by: str = ""
    members: dict[str, None] = field(default_factory=dict)
    comings: int = 0
    """How often somebody has come or gone: who remembers the members knows by it whether they are still the same."""

    @property
    def has_password(self) -> bool:
        return self.password_hash is not None
