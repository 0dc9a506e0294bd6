"""One life of a room: from the first who comes in to the last who goes. Its rules are in `rooms`."""

from __future__ import annotations

from dataclasses import dataclass, field

from duologue.core.names import bare
from duologue.core.pages import SortedNames


def _alphabetical(nickname: str) -> str:
    return f"{bare(nickname).casefold()}\0{nickname}"


def _nobody() -> SortedNames:
    return SortedNames(_alphabetical)


@dataclass(slots=True, eq=False, weakref_slot=True)
class Room:
    """`key` is the name that people know, `id` names this life of it in the store.

    `members` are nicknames, the longest here first, and `names` the same in the order of the alphabet. Without any, the
    room waits for somebody to come back. `topic_by` is who has set the topic, empty where nobody has, or an older
    server did not note it.
    """

    key: str
    id: str
    password_hash: str | None = field(default=None, repr=False)
    topic: str = ""
    topic_by: str = ""
    members: dict[str, None] = field(default_factory=dict)
    names: SortedNames = field(default_factory=_nobody, repr=False)
    left_by: str | None = None
    """Whose it still is while it waits: the last who was in it, and was lost."""
    comings: int = 0
    """How often somebody has come or gone: who remembers the members knows by it whether they are still the same."""

    def come_in(self, nickname: str) -> None:
        self.members[nickname] = None
        self.names.add(nickname)
        self.comings += 1

    def go(self, nickname: str) -> None:
        del self.members[nickname]
        self.names.remove(nickname)
        self.comings += 1

    @property
    def has_password(self) -> bool:
        return self.password_hash is not None
