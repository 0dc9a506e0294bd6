"""Events about people: their presence, and who may reach them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from duologue.core.commands.people import MayAsk


class State(Enum):
    """The presence of somebody. What they have set themselves counts more than being in a chat."""

    ONLINE = "online"
    AWAY = "away"
    DO_NOT_DISTURB = "dnd"
    IN_CHAT = "in_chat"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Presence:
    """The presence of `nickname` now. `text` is the text that somebody who is away has left. `spelling` is how the
    account spells itself, empty where that is the nickname; the native protocol has no place for it.
    """

    nickname: str
    state: State
    text: str = ""
    spelling: str = ""

    def without_text(self) -> Presence:
        """Return it as it is told to somebody who has blocked them."""
        return replace(self, text="")


@dataclass(frozen=True, slots=True)
class YouAre:
    """The answer to somebody who has set their presence: others see it now."""

    state: State
    text: str = ""


@dataclass(frozen=True, slots=True)
class PersonDescribed:
    """The presence of `nickname`, `since` when, in seconds since 1970; None where the server does not know."""

    nickname: str
    state: State
    since: int | None
    is_guest: bool
    text: str = ""
    spelling: str = ""


@dataclass(frozen=True, slots=True)
class PeopleListed:
    """A page of all who are here and their presence, in alphabetical order. `more` follow the last."""

    people: tuple[tuple[str, State], ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class PersonBlocked:
    """The answer to a block: nothing that `nickname` says or asks reaches you."""

    nickname: str


@dataclass(frozen=True, slots=True)
class PersonUnblocked:
    nickname: str


@dataclass(frozen=True, slots=True)
class BlockedListed:
    """A page of all whom you have blocked, in alphabetical order. `more` follow the last of these."""

    nicknames: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class AskingAllowed:
    """The answer to /allow: these people may ask you for a chat."""

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
