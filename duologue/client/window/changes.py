"""What the windows have to do after something has happened, one frozen dataclass each. The desk decides."""

from __future__ import annotations

from dataclasses import dataclass

from duologue.client.window.scroll import Block
from duologue.core.commands.people import ListBlocked
from duologue.core.commands.rooms import ListMembers, ListRooms
from duologue.core.events.rooms import RoomListed


@dataclass(frozen=True, slots=True)
class Added:
    """These stand at the end of the history of `place` now."""

    place: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The whole history of `place` is to be painted anew."""

    place: str


@dataclass(frozen=True, slots=True)
class Restated:
    """Standing, mark, title or members of `place` are different."""

    place: str


@dataclass(frozen=True, slots=True)
class Opened:
    """`place` needs a window. It takes no keyboard from whoever writes, and otherwise only where it `goes_on`: where
    one talked before.
    """

    place: str
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Revealed:
    """Somebody looks for what stands in that line of the history of `place`, from 1."""

    place: str
    line: int


@dataclass(frozen=True, slots=True)
class Written:
    """Somebody has written privately, and nobody reads it just now."""

    nickname: str


@dataclass(frozen=True, slots=True)
class Closed:
    """We are out of the room `place` by our own will; its window goes."""

    place: str


@dataclass(frozen=True, slots=True)
class HistoryWanted:
    """The newest messages of `place`, or those before `before`."""

    place: str
    before: int | None = None


@dataclass(frozen=True, slots=True)
class PageWanted:
    """A page of a list is to be asked for; what is refused is said in `place`."""

    command: ListMembers | ListRooms | ListBlocked
    place: str


@dataclass(frozen=True, slots=True)
class RequestCame:
    """`nickname` waits for an answer."""

    nickname: str


@dataclass(frozen=True, slots=True)
class RequestGone:
    """The request of `nickname` needs no answer any more."""

    nickname: str


@dataclass(frozen=True, slots=True)
class PeopleChanged:
    """The list of people, or the count in the title."""


@dataclass(frozen=True, slots=True)
class BarChanged:
    """Whether there is a connection."""


@dataclass(frozen=True, slots=True)
class MeChanged:
    """How others find us."""


@dataclass(frozen=True, slots=True)
class BlockedCame:
    nicknames: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoomsCame:
    """So many of the `count` rooms that there are."""

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
