"""Who is online: live in the window of system 004, on asking everywhere else."""

from __future__ import annotations

import asyncio

import pytest

from duologue.server.people import watchers
from tests.behaviour.house import DOORS, GUEST_DOORS, House
from tests.stage import until

ACCOUNTS = {"native": "bob", "simplechat": "carol", "web": "wendy"}
"""Who comes in at doors that need one."""


async def test_the_list_of_a_desktop_lives(house: House) -> None:
    dora = house.dora()
    await dora.comes_in()
    await dora.sees_users("Dora")
    here = ["Dora"]
    for door in DOORS:
        somebody = await house.lets_in(door, ACCOUNTS.get(door, f"Some-{door}"))
        here.append(somebody.name)
        await until(lambda: {*dora.users} == {*here})
    for somebody in [person for person in house.people if person is not dora]:
        await somebody.leaves()
        here.remove(somebody.name)
        await until(lambda: {*dora.users} == {*here})
    assert here == ["Dora"]


async def test_fifty_who_come_at_once_make_few_lists(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchers, "TELL_AFTER", 0.3)
    dora = house.dora()
    await dora.comes_in()
    before, began = len(dora.messages), asyncio.get_running_loop().time()
    guests = [house.guest("plain_lines", f"Visitor{number:02}") for number in range(50)]
    for guest in guests:
        await guest.connects()
        await guest.gives_name(guest.name)
    await until(lambda: len(dora.users) == 51)
    # One for each time that changes are joined for, however long the machine took to let everybody in.
    took = asyncio.get_running_loop().time() - began
    assert len(dora.messages) - before <= 2 + took / 0.3


async def test_a_long_list_is_cut_where_it_fits_no_message(house: House) -> None:
    """One read of that client is 1,024 bytes."""
    for number in range(60):
        guest = house.guest("plain_lines", f"Somebody-with-a-long-name-{number:05}")
        await guest.connects()
        await guest.gives_name(guest.name)
    await until(lambda: len(house.stage.present()) == 60)
    dora = house.dora()
    await dora.comes_in()
    await until(lambda: len(dora.users) > 20)
    assert dora.users[0] == "Dora"
    assert dora.users[-1].endswith(" more")


@pytest.mark.parametrize("door", [door for door in GUEST_DOORS if door != "rooms_json"])
async def test_who(house: House, door: str) -> None:
    await house.lets_in("native", "bob")
    guest = house.guest(door)
    await guest.comes_in()
    await guest.types("/who")
    await guest.is_told(f"Online: bob, {guest.name}")


async def test_list(house: House) -> None:
    """001: users and rooms."""
    alice = await house.alice()
    await alice.types("/join #tea")
    await alice.sees("room_entered #tea 1 :")
    rosa = house.rosa()
    await rosa.comes_in()
    await rosa.commands("LIST")
    await rosa.sees("LIST_RESPONSE Users: alice, Rosa\n  Rooms:\n  #lobby (1)\n  #tea (1)")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_native_user_sees_that_guests_are_guests(house: House, door: str) -> None:
    alice = await house.alice()
    guest = await house.joins_lobby(house.person(door), alice)
    await alice.types("/who")
    await alice.sees(f"online alice {guest.nickname}")
