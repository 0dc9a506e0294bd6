"""What a client can ask about people: how they are, and how they find oneself. Names are as somebody typed them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class MayAsk(Enum):
    """Who may ask somebody for a chat. Known is with whom they have had one, or to whom they have written."""

    EVERYONE = "everyone"
    KNOWN = "known"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class GoAway:
    """I am away from here; `text` says why, or until when, and may be empty."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class DoNotDisturb:
    """Nobody is to ask me for a chat."""


@dataclass(frozen=True, slots=True)
class ComeBack:
    """I am neither away nor to be left alone any more."""


@dataclass(frozen=True, slots=True)
class WhoIs:
    """How is `nickname`, and since when?"""

    nickname: str


@dataclass(frozen=True, slots=True)
class ListPeople:
    """Who is here, and how are they? A page of them: the first, or what follows the nickname `after`."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class WatchPeople:
    """Tell me of everybody, now and whenever that changes; or do not any more."""

    is_on: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Nothing that `nickname` says or asks is to reach me."""

    nickname: str


@dataclass(frozen=True, slots=True)
class Unblock:
    nickname: str


@dataclass(frozen=True, slots=True)
class ListBlocked:
    """Whom have I blocked? A page of them, as in ListPeople."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class AllowAsking:
    """Only they may ask me for a chat; None asks who may."""

    who: MayAsk | None = None


PeopleCommand = (
    GoAway | DoNotDisturb | ComeBack | WhoIs | ListPeople | WatchPeople | Block | Unblock | ListBlocked | AllowAsking
)
