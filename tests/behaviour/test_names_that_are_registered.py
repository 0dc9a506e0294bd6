"""An account may be made of a name that a guest has: the guest has to go, and the name is its owner's."""

from __future__ import annotations

import pytest

from duologue.core.names import Account
from tests.behaviour.house import ACCOUNTS, DOORS, GUEST_DOORS, House
from tests.behaviour.people import start_chat
from tests.stage import CAST

TOLD = "Your name belongs to an account now. Come in under another."


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_the_guest_goes(house: House, door: str) -> None:
    others = await house.gathers(*(f"{other}:Other-{other}" for other in GUEST_DOORS))
    guest = house.guest(door, "Peter")
    await house.joins_lobby(guest, *others)
    await house.stage.registers(*map(Account, (*CAST, "peter")))
    await guest.is_told(TOLD)
    await guest.is_out()
    for other in others:
        await other.saw_going(guest)
    owner = await house.joins_lobby(house.person("native", "peter"), *others)
    await owner.says_to_all("this is me")
    for other in others:
        await other.heard(owner, "this is me")


async def test_the_look_alike_of_a_new_account_goes(house: House) -> None:
    guest = house.guest("plain_lines", "Dav1d")
    await guest.comes_in()
    await house.stage.registers(*map(Account, (*CAST, "davld")))
    await guest.is_told(TOLD)
    await guest.is_out()


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_chat_of_the_guest_ends(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door, "Peter")
    await house.joins_lobby(guest, alice)
    await start_chat(alice, guest)
    await house.stage.registers(*map(Account, (*CAST, "peter")))
    await alice.sees(f"chat_ended {guest.nickname} removed")
    await alice.saw_going(guest)


async def test_all_others_stay(house: House) -> None:
    people = await house.gathers(*DOORS)
    await house.stage.registers(*map(Account, (*ACCOUNTS, "peter")))
    for person in people:
        await person.heard_nothing()
