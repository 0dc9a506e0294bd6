"""The life of a chat request: its states, the causes that move it, and the table of transitions.

A missing entry in the table is a mistake of ours, and raises. `docs/protocol.md` draws its diagram from
this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from duologue.core.streams import Direction, Stream


class RequestState(Enum):
    """The state of a request. All but the first two are ends, and a request reaches exactly one of them."""

    ASKED = "asked"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    OFFLINE = "offline"
    BUSY = "busy"
    UNKNOWN = "unknown"
    TOO_SOON = "too soon"
    TOO_OFTEN = "too often"


class Cause(Enum):
    """An event that moves a request from one state to another."""

    TARGET_FREE = "the other is free"
    TARGET_UNKNOWN = "nobody has that name"
    TARGET_OFFLINE = "the other is not here"
    TARGET_IN_CHAT = "the other is in a chat"
    TARGET_UNDISTURBED = "the other is not to be disturbed"
    DECLINED_BEFORE = "the other declined a moment ago"
    ASKED_TOO_OFTEN = "the asker has just asked them several times"
    ACCEPT = "the other accepts, or asks back"
    DECLINE = "the other declines"
    CANCEL = "the asker withdraws it"
    ASKER_IN_CHAT = "the asker starts another chat"
    ASKER_LEFT = "the asker goes"
    TARGET_LEFT = "the other goes"
    TIME = "nobody answers in time"


TRANSITIONS: Mapping[RequestState, Mapping[Cause, RequestState]] = {
    RequestState.ASKED: {
        Cause.TARGET_FREE: RequestState.WAITING,
        Cause.TARGET_UNKNOWN: RequestState.UNKNOWN,
        Cause.TARGET_OFFLINE: RequestState.OFFLINE,
        Cause.TARGET_IN_CHAT: RequestState.BUSY,
        Cause.TARGET_UNDISTURBED: RequestState.BUSY,
        Cause.DECLINED_BEFORE: RequestState.TOO_SOON,
        Cause.ASKED_TOO_OFTEN: RequestState.TOO_OFTEN,
    },
    RequestState.WAITING: {
        Cause.ACCEPT: RequestState.ACCEPTED,
        Cause.DECLINE: RequestState.DECLINED,
        Cause.CANCEL: RequestState.CANCELLED,
        Cause.ASKER_IN_CHAT: RequestState.CANCELLED,
        Cause.ASKER_LEFT: RequestState.CANCELLED,
        Cause.TARGET_LEFT: RequestState.OFFLINE,
        Cause.TARGET_IN_CHAT: RequestState.BUSY,
        Cause.TIME: RequestState.EXPIRED,
    },
}
"""The transitions: for each state, the next one by cause. Ends have none."""


@dataclass(slots=True, eq=False)
class Request:
    """One `/chat`, from the asking to its end. `session` is the one of the asker's that asked last, by its number;
    `deadline` is in seconds of the server's monotonic clock.

    A request that is not `is_heard` never reaches its target, and otherwise ends like any that is not answered.
    """

    asker: str
    target: str
    session: int
    deadline: float
    state: RequestState = RequestState.ASKED
    is_heard: bool = True

    def move(self, cause: Cause) -> RequestState:
        """Go to the state that the table gives. Raises KeyError where it gives none."""
        self.state = TRANSITIONS[self.state][cause]
        return self.state


class ChatEnd(Enum):
    """The reason why a chat ended, as one of the two is told."""

    YOU_LEFT = "you_left"
    LEFT = "left"
    LOST = "lost"
    REMOVED = "removed"


@dataclass(slots=True, eq=False)
class Chat:
    """A chat of two people. `directions` holds, by nickname, what this person says.

    `holders` are the sessions through which the two take part, by their numbers. `away` are those who have none, as it
    was lost, with the time until which the chat waits for them, in seconds of the server's monotonic clock; `returning`
    are sessions of theirs that are about to take part again.
    """

    id: str
    asker: str
    target: str
    directions: dict[str, Direction] = field(default_factory=dict)
    away: dict[str, float] = field(default_factory=dict)
    holders: dict[str, int] = field(default_factory=dict)
    returning: dict[str, int] = field(default_factory=dict)
    is_pause_told: dict[str, None] = field(default_factory=dict)
    """Those who are away and whose partner has been told so: nobody of theirs is here."""

    def __post_init__(self) -> None:
        for sender, recipient in ((self.asker, self.target), (self.target, self.asker)):
            self.directions.setdefault(sender, Direction(sender, recipient, [Stream(self.id)]))

    def partner_of(self, nickname: str) -> str:
        return self.target if nickname == self.asker else self.asker

    def says(self, nickname: str) -> Direction:
        return self.directions[nickname]

    def hears(self, nickname: str) -> Direction:
        return self.directions[self.partner_of(nickname)]
