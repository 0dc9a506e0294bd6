"""Changes for the windows to carry out, one frozen dataclass each. The presenter decides on them."""

from __future__ import annotations

from dataclasses import dataclass

from duologue.client.window.scroll import Block
from duologue.core.commands.people import ListBlocked
from duologue.core.commands.rooms import ListMembers, ListRooms
from duologue.core.events.rooms import RoomListed


@dataclass(frozen=True, slots=True)
class Added:
    """These blocks now end the history of `place`."""

    place: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The whole history of `place` has to be painted again."""

    place: str


@dataclass(frozen=True, slots=True)
class Restated:
    """The state, mark, title or members of `place` have changed."""

    place: str


@dataclass(frozen=True, slots=True)
class Opened:
    """`place` needs a window. It takes the keyboard only if nobody is writing and it `goes_on`: people were talking
    there before.
    """

    place: str
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Revealed:
    """Somebody is looking for what is on that line of the history of `place`, counted from 1."""

    place: str
    line: int


@dataclass(frozen=True, slots=True)
class Written:
    """Somebody has written privately, and nobody is reading it at the moment."""

    nickname: str


@dataclass(frozen=True, slots=True)
class Closed:
    """We have left the room `place` by choice; its window closes."""

    place: str


@dataclass(frozen=True, slots=True)
class HistoryWanted:
    """The newest messages of `place` are wanted, or those before `before`."""

    place: str
    before: int | None = None


@dataclass(frozen=True, slots=True)
class PageWanted:
    """A page of a list is wanted; a refusal is reported in `place`."""

    command: ListMembers | ListRooms | ListBlocked
    place: str


@dataclass(frozen=True, slots=True)
class RequestCame:
    """`nickname` is waiting for an answer."""

    nickname: str


@dataclass(frozen=True, slots=True)
class RequestGone:
    """The request of `nickname` no longer needs an answer."""

    nickname: str


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """The list of people has changed, or the count in the title."""


@dataclass(frozen=True, slots=True)
class BarChanged:
    """The connection has come or gone."""


@dataclass(frozen=True, slots=True)
class MeChanged:
    """Our own state, as others see it, has changed."""


@dataclass(frozen=True, slots=True)
class BlockedCame:
    nicknames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoomsCame:
    """Some of the `count` rooms that exist."""

    rooms: tuple[RoomListed, ...]
    count: int


Change = (
    Added
    | Rewritten
    | Restated
    | Opened
    | Revealed
    | Written
    | Closed
    | HistoryWanted
    | PageWanted
    | RequestCame
    | RequestGone
    | PeopleChanged
    | BarChanged
    | MeChanged
    | BlockedCame
    | RoomsCame
)
