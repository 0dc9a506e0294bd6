"""What commands cost the server, in units of work: one is what a message may cost, some 100 microseconds.

Listings cost by their rows, and what somebody does before others costs by how many are told of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from duologue.core.commands import Command, ListOnline, ListRequests
from duologue.core.pages import PAGE, ROOMS_PAGE
from duologue.core.people_commands import ListBlocked, ListPeople
from duologue.core.room_commands import ListMembers, ListRooms

# Measured at 10,000 people and 10,000 rooms: a page of rooms is 50 lines and takes 0.9 ms, one of people with their
# states 0.2 ms, one of names alone less than 0.1 ms. A line to one more hearer takes 5 to 10 microseconds.
ROWS_PER_UNIT: Mapping[type[Command], int] = {
    ListRooms: 5,
    ListPeople: 50,
    ListOnline: 100,
    ListMembers: 100,
    ListBlocked: 100,
    ListRequests: 100,
}
"""How many rows of each listing are one unit."""

TOLD_PER_UNIT = 10
"""How many people are told of something for one unit."""

ROOM_MADE = 5
"""Units of a room that begins: it is compared with all that might look alike, and stored, and its end is too."""


def listing(kind: type[Command], there: int) -> int:
    """Units of a page of such a list, where so many are `there`."""
    most = ROOMS_PAGE if kind is ListRooms else PAGE
    return 1 + min(there, most) // ROWS_PER_UNIT[kind]


def people_told(count: int) -> int:
    """Units of what `count` people are told.

    In a room: of who comes, goes, speaks, or says what it is about. Those who watch: of who is otherwise than before.
    """
    return 1 + count // TOLD_PER_UNIT
