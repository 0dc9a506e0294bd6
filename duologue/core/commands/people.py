"""Commands about people: presence, and who may reach one. Names are as somebody typed them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class MayAsk(Enum):
    """Those who may ask somebody for a chat. KNOWN: those with whom they have chatted or to whom they have written."""

    EVERYONE = "everyone"
    KNOWN = "known"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class GoAway:
    """Be away; `text` says why, or until when, and may be empty."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class DoNotDisturb:
    """Take no requests for a chat."""


@dataclass(frozen=True, slots=True)
class ComeBack:
    """Be neither away nor undisturbed any more."""


@dataclass(frozen=True, slots=True)
class WhoIs:
    """Ask for the presence of `nickname`, and since when."""

    nickname: str


@dataclass(frozen=True, slots=True)
class ListPeople:
    """List who is here with their presence, a page at a time: the first, or what follows the nickname `after`."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class WatchPeople:
    """Watch everybody's presence, now and whenever it changes; or stop."""

    is_on: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Let nothing that `nickname` says or asks reach me."""

    nickname: str


@dataclass(frozen=True, slots=True)
class Unblock:
    nickname: str


@dataclass(frozen=True, slots=True)
class ListBlocked:
    """List whom one has blocked, a page at a time as in ListPeople."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class AllowAsking:
    """Set who may ask for a chat; None asks for the setting."""

    who: MayAsk | None = None


PeopleCommand = (
    GoAway | DoNotDisturb | ComeBack | WhoIs | ListPeople | WatchPeople | Block | Unblock | ListBlocked | AllowAsking
)
