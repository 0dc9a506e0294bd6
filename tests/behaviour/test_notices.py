"""Who comes and who goes is said in the words of each door."""

from __future__ import annotations

import pytest

from tests.behaviour.house import DOORS, GUEST_DOORS, House


@pytest.mark.parametrize("door", DOORS)
async def test_coming_and_leaving(house: House, door: str) -> None:
    others = await house.gathers(*(other for other in DOORS if other != door))
    somebody = await house.joins_lobby(house.person(door), *others)
    await somebody.leaves()
    for other in others:
        await other.saw_going(somebody)
    for other in others:
        await other.heard_nothing()


@pytest.mark.parametrize("door", DOORS)
async def test_a_lost_connection(house: House, door: str) -> None:
    somebody, *others = await house.gathers(door, *(other for other in DOORS if other != door))
    somebody.breaks()
    for other in others:
        await other.saw_going(somebody)


@pytest.mark.parametrize("word", ["exit", "EXIT", " Exit "])
async def test_a_plain_lines_user_types_exit(house: House, word: str) -> None:
    alice, paul = await house.gathers("native", "plain_lines")
    await paul.types(word)
    await alice.saw_going(paul)


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_somebody_who_came_and_went_at_once_is_there_again(house: House, door: str) -> None:
    """A server of the kind that these clients had hung at the first departure (seeds.md, 002)."""
    (alice,) = await house.gathers("native")
    for _ in range(3):
        somebody = await house.joins_lobby(house.person(door), alice)
        await somebody.leaves()
        await alice.saw_going(somebody)
