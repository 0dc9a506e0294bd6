"""One life of a room: from the first join to the last leave. The rules are in `room_rules`."""

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
    """A room. `key` is the name that people know, `id` names this life of it in the store.

    `members` are nicknames, the longest here first, and `names` the same in alphabetical order. Without any, the room
    waits for somebody to come back. `topic_by` is who has set the topic, empty where nobody has, or an older server did
    not record it.
    """

    key: str
    id: str
    password_hash: str | None = field(default=None, repr=False)
    topic: str = ""
    topic_by: str = ""
    members: dict[str, None] = field(default_factory=dict)
    names: SortedNames = field(default_factory=_nobody, repr=False)
    left_by: str | None = None
    """The holder of the room while it waits: the last member, who was lost."""
    comings: int = 0
    """The number of joins and leaves: somebody who remembers the members can tell by it whether they are still the
    same.
    """

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
