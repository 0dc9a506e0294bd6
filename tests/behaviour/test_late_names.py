"""A name may be typed slowly: whoever has connected is waited for until the deadline of the login (seeds.md, 001)."""

from __future__ import annotations

import pytest

from tests.behaviour.house import GUEST_DOORS, House

DEADLINE = 20


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_name_that_comes_late(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await guest.connects()
    await house.is_connected(guest)
    house.stage.passes(DEADLINE - 1)
    await guest.gives_name(guest.name)
    await guest.is_in()
    house.stage.passes(DEADLINE)
    await guest.comes_into_lobby()
    await alice.saw_coming(guest)


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_no_name_at_all(house: House, door: str) -> None:
    guest = house.guest(door)
    await guest.connects()
    await house.is_connected(guest)
    house.stage.passes(DEADLINE)
    last = before = await guest.next()
    while last:
        before, last = last, await guest.next()
    assert "A login has to be complete within 20 s." in before
