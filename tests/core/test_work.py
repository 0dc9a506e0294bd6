"""What commands cost: no more than a page, however much there is, and more the more people are told."""

from __future__ import annotations

from typing import get_args

import pytest

from duologue.core.commands import WORDS, Command, Takes, Word
from duologue.core.pages import ROOMS_PAGE
from duologue.core.room_commands import ListRooms
from duologue.core.work import ROWS_PER_UNIT, listing, people_told


@pytest.mark.parametrize("kind", ROWS_PER_UNIT)
def test_a_short_list_costs_what_a_message_does_and_a_long_one_no_more_than_a_page(kind: type[Command]) -> None:
    assert listing(kind, 0) == listing(kind, 1) == 1
    assert listing(kind, 1_000) == listing(kind, 1_000_000) <= 11


def test_rooms_cost_the_most() -> None:
    assert listing(ListRooms, 10_000) == 1 + ROOMS_PAGE // 5


@pytest.mark.parametrize(
    "row", [row for row in WORDS if row.takes in (Takes.AFTER, Takes.MEMBERS)], ids=lambda row: row.word
)
def test_whatever_is_listed_in_pages_has_a_cost(row: Word) -> None:
    assert row.command in ROWS_PER_UNIT


def test_every_kind_is_a_command() -> None:
    assert set(ROWS_PER_UNIT) <= set(get_args(Command))


def test_the_more_are_told_the_more_it_costs() -> None:
    assert [people_told(count) for count in (0, 1, 9, 10, 10_000)] == [1, 1, 1, 2, 1_001]
