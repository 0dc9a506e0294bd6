"""One talk, private or in a room, as its window shows it: its state, what can be done, and what became of the newest
message. Sans-I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from duologue.client.window.people import how
from duologue.client.window.scroll import Scroll
from duologue.core.events.chat import Recalled
from duologue.core.events.people import Presence, State
from duologue.core.room_rules import LOBBY, is_room
from duologue.core.text import visible


class TalkState(Enum):
    """The state of a private talk, or of a room."""

    ALONE = "no chat"
    ASKING = "we have asked"
    ASKED = "they have asked"
    ON = "the chat is on"
    PAUSED = "their connection is lost"
    ENDED = "it is over"
    ROOM = "a room that we are in"
    ENTERING = "a room that we are on our way into"
    OUTSIDE = "a room that we are not in"


class Act(Enum):
    """The action of a button; the value is its label."""

    ASK = "Ask for a chat"
    ASK_AGAIN = "Ask again"
    CANCEL = "Cancel"
    ACCEPT = "Accept"
    DECLINE = "Decline"
    BLOCK = "Block"
    LEAVE = "Leave"
    LEAVE_ROOM = "Leave the room"
    JOIN = "Join again"


ACTS: dict[TalkState, tuple[Act, ...]] = {
    TalkState.ALONE: (Act.ASK,),
    TalkState.ASKING: (Act.CANCEL,),
    TalkState.ASKED: (Act.ACCEPT, Act.DECLINE, Act.BLOCK),
    TalkState.ON: (Act.LEAVE,),
    TalkState.PAUSED: (Act.LEAVE,),
    TalkState.ENDED: (Act.ASK_AGAIN,),
    TalkState.ROOM: (Act.LEAVE_ROOM,),
    TalkState.ENTERING: (),
    TalkState.OUTSIDE: (Act.JOIN,),
}

IN_CHAT = frozenset({TalkState.ON, TalkState.PAUSED})

_WORDS = {
    TalkState.ASKING: "You have asked {name} for a chat. Waiting for the answer…",
    TalkState.ASKED: "{name} wants to chat with you.",
    TalkState.ON: "In a chat with {name}.",
    TalkState.ENTERING: "Joining {name}…",
    TalkState.OUTSIDE: "You are not in {name}.",
}


@dataclass(slots=True)
class Talk:
    """One talk. `place` is a nickname or a room's key. `words` say more about the state: why a chat is over, how long
    it waits. `stream` is that of the newest message if that is not in a chat. `members` are those of a room whose names
    are known, and `others` how many more there are. `has_password` if one was missing. `sought` is a message that
    somebody looks for in its history, and `pages` how many more of those may be asked for to find it. `spellings` are
    how nicknames are shown, where that differs.
    """

    place: str
    standing: TalkState = TalkState.ALONE
    words: str = ""
    mark: str = ""
    stream: str | None = None
    unread: int = 0
    members: set[str] = field(default_factory=set)
    others: int = 0
    topic: str = ""
    has_password: bool = False
    sought: Recalled | None = None
    pages: int = 0
    scroll: Scroll = field(default_factory=Scroll)
    spellings: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_room(self) -> bool:
        return is_room(self.place)

    @property
    def name(self) -> str:
        """The name, safe to show."""
        return self._read_as(self.place)

    @property
    def names(self) -> list[str]:
        """The names of the members, safe to show, in the order of their nicknames."""
        return [*map(self._read_as, sorted(self.members))]

    def _read_as(self, name: str) -> str:
        return visible(self.spellings.get(name, name))

    @property
    def acts(self) -> tuple[Act, ...]:
        is_lobby = self.place == LOBBY and self.standing is TalkState.ROOM  # everybody who is here is there
        return () if is_lobby else ACTS[self.standing]

    @property
    def can_write(self) -> bool:
        return self.standing not in (TalkState.ENTERING, TalkState.OUTSIDE)

    def move(self, standing: TalkState, words: str = "") -> None:
        self.standing, self.words = standing, words

    def status(self, presence: Presence) -> str:
        """Return one line about its state; `presence` is the state of the other person."""
        if self.words:
            return self.words
        if self.standing is TalkState.ALONE:
            return f"{self.name} is {how(presence.state, presence.text)}. {self._letter(presence.state)}"
        if self.standing is TalkState.ROOM:
            return self._room()
        return _WORDS[self.standing].format(name=self.name)

    def _letter(self, state: State) -> str:
        if state is State.OFFLINE:
            return "What you write waits until they are here."
        return "What you write arrives as a letter, without a chat."

    def _room(self) -> str:
        count = len(self.members) + self.others
        company = f"{self.name} · {f'{count:,} people here' if count != 1 else 'you are alone here'}"
        return f"{company} · {visible(self.topic)}" if self.topic else company

    def title(self) -> str:
        """Return the title of its window: the count comes first, where a task bar does not cut it off."""
        count = f"({self.unread}) " if self.unread else ""
        return f"{count}{self.name} - Duologue"
