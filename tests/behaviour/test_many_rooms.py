"""Whoever joins without end meets a limit, in words, and takes no room from anybody else."""

from __future__ import annotations

import pytest

from tests.behaviour.house import House

JOINS = 10_000
MOST = 20


async def test_ten_thousand_joins_of_one_client(house: House) -> None:
    alice = await house.alice()
    bob = await house.stage.enters("bob")
    rules = house.stage.server.hub.room_rules
    refusal = f"ERROR too_many_rooms You are in {MOST} rooms, and may be in no more. /part ROOM leaves one."
    for start in range(0, JOINS, 500):
        await bob.says(*(f"/join #r{number}" for number in range(start, start + 500)))
        for number in range(start, start + 500):
            await bob.hears(f"room_entered #r{number} 1 :" if number < MOST else refusal)
    assert len(rules.listed("alice")) == 1 + MOST + 1  # the lobby before them, and the count behind
    await alice.types("/join #mine")
    await alice.sees("room_entered #mine 1 :")


@pytest.mark.parametrize("door", ["plain_lines", "nickname_lines", "desktop_lines"])
async def test_joins_of_a_guest(house: House, door: str) -> None:
    guest = house.guest(door)
    await guest.comes_in()
    for number in range(MOST):
        await guest.types(f"/join room{number}")
        there = f"#room{number}"
        await guest.is_told(f"You are in {there}, with nobody else. What you type goes to everyone in {there}.")
    await guest.types("/join another")
    await guest.is_told(f"You are in {MOST} rooms, and may be in no more. /part ROOM leaves one.")


async def test_a_json_client_is_in_one_room(house: House) -> None:
    rosa = house.rosa()
    await rosa.comes_in()
    for number in range(MOST + 2):
        await rosa.comes_into(f"room{number}")
    await rosa.commands("LIST")
    await rosa.sees(f"LIST_RESPONSE Users: Rosa\n  Rooms:\n  #lobby (0)\n  #room{MOST + 1} (1)")
