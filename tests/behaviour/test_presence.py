"""Presence: set at every door and seen at every other; nobody can ask a person who is not to be disturbed."""

from __future__ import annotations

import pytest

from tests.behaviour.house import SOCIABLE_DOORS, House
from tests.behaviour.people import start_chat


@pytest.mark.parametrize("door", SOCIABLE_DOORS)
async def test_who_is_away_can_be_asked_and_says_why(house: House, door: str) -> None:
    for away, other in [people := await house.bob_and(door), people[::-1]]:
        await away.goes_away("back at two")
        await other.sees_how(away, "away", "back at two")
        await other.asks(away)
        await other.reads_of_absence(away, "back at two")
        await away.is_asked_by(other)
        await away.declines()
        await other.was_declined_by(away)
        await away.comes_back()
        await other.sees_how(away, "online")


@pytest.mark.parametrize("door", SOCIABLE_DOORS)
async def test_who_writes_reads_of_it_too_and_once(house: House, door: str) -> None:
    bob, writer = await house.bob_and(door)
    await bob.goes_away("lunch")
    await writer.writes_privately(bob, "are you there?")
    await bob.got_privately(writer, "are you there?")
    await writer.reads_of_absence(bob, "lunch")
    await writer.writes_privately(bob, "well")
    await bob.got_privately(writer, "well")
    await writer.heard_nothing()


@pytest.mark.parametrize("door", SOCIABLE_DOORS)
async def test_who_is_not_to_be_disturbed(house: House, door: str) -> None:
    for busy, other in [people := await house.bob_and(door), people[::-1]]:
        await busy.is_not_to_be_disturbed()
        await other.sees_how(busy, "dnd")
        await other.tries_to_ask(busy)
        await other.was_not_available(busy)
        await other.writes_privately(busy, "when you have time")
        await busy.got_privately(other, "when you have time")
        await busy.comes_back()
        await busy.heard_nothing()


@pytest.mark.parametrize("door", SOCIABLE_DOORS)
async def test_who_is_in_a_chat(house: House, door: str) -> None:
    bob, other = await house.bob_and(door)
    dave = await house.joins_lobby(house.person("native", "dave"), bob, other)
    await start_chat(dave, bob)
    await other.sees_how(bob, "in_chat")
    await other.sees_how(other, "online")


@pytest.mark.parametrize("door", SOCIABLE_DOORS)
async def test_nobody_there_is_anyhow(house: House, door: str) -> None:
    bob, other = await house.bob_and(door)
    await other.types("/whois nobody")
    assert "nobody doesn't exist." in await other.next_text()
    await bob.heard_nothing()


@pytest.mark.parametrize("door", SOCIABLE_DOORS)
async def test_what_somebody_leaves_to_read_moves_no_cursor(house: House, door: str) -> None:
    bob, other = await house.bob_and(door)
    await bob.types("/away \x1b[2Jgone")
    answer = await bob.next_text()
    await other.types("/whois bob")
    for text in (answer, await other.next_text()):
        assert "\x1b" not in text
