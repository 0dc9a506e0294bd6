"""What the server tells about people: how they are, and how they find oneself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from duologue.core.commands.people import MayAsk


class State(Enum):
    """How somebody is. What they say themselves counts more than that they are in a chat."""

    ONLINE = "online"
    AWAY = "away"
    DO_NOT_DISTURB = "dnd"
    IN_CHAT = "in_chat"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Presence:
    """How `nickname` is now. `text` is what somebody who is away has left to say. `spelling` is how the account spells
    itself, empty where that is the nickname; the native protocol has no place for it.
    """

    nickname: str
    state: State
    text: str = ""
    spelling: str = ""

    def without_text(self) -> Presence:
        """As those are told who have blocked them."""
        return replace(self, text="")


@dataclass(frozen=True, slots=True)
class YouAre:
    """The answer to who has said how they are: others see it now."""

    state: State
    text: str = ""


@dataclass(frozen=True, slots=True)
class PersonDescribed:
    """How `nickname` is, `since` when, in seconds since 1970; None where the server does not know."""

    nickname: str
    state: State
    since: int | None
    is_guest: bool
    text: str = ""
    spelling: str = ""


@dataclass(frozen=True, slots=True)
class PeopleListed:
    """A page of all who are here and how they are, in the order of the alphabet. `more` come after the last."""

    people: tuple[tuple[str, State], ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class PersonBlocked:
    """Nothing that `nickname` says or asks reaches you."""

    nickname: str


@dataclass(frozen=True, slots=True)
class PersonUnblocked:
    nickname: str


@dataclass(frozen=True, slots=True)
class BlockedListed:
    """A page of all whom you have blocked, in the order of the alphabet. `more` come after the last of these."""

    nicknames: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class AskingAllowed:
    """These may ask you for a chat."""

    who: MayAsk


@dataclass(frozen=True, slots=True)
class Spelled:
    """People read `nickname` as `spelling`, from here on. Only the native protocol needs it: the others say so where
    they name somebody.
    """

    nickname: str
    spelling: str


PeopleEvent = (
    Presence
    | YouAre
    | PersonDescribed
    | PeopleListed
    | PersonBlocked
    | PersonUnblocked
    | BlockedListed
    | AskingAllowed
    | Spelled
)
