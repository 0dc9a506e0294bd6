"""A guest who is lost does not come back, so a chat with one ends at once; somebody with an account is waited for."""

from __future__ import annotations

import pytest

from tests.behaviour.house import GUEST_DOORS, House
from tests.behaviour.people import start_chat


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_lost_guest_ends_the_chat_at_once(house: House, door: str) -> None:
    alice, guest = await house.gathers("native", door)
    await start_chat(alice, guest)
    guest.breaks()
    await alice.chat_is_over(guest, lost=True)
    await alice.saw_going(guest)
    again = await house.joins_lobby(house.person(door), alice)
    await start_chat(alice, again)


async def test_between_two_guests(house: House) -> None:
    somebody, *others = await house.gathers(*GUEST_DOORS)
    while others:
        lost = others.pop()
        await start_chat(somebody, lost)
        lost.breaks()
        await somebody.chat_is_over(lost, lost=True)
        for person in (somebody, *others):
            await person.saw_going(lost)


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_guest_waits_for_somebody_with_an_account(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await start_chat(guest, alice)
    alice.breaks()
    await guest.is_told("alice lost the connection and has 60 s to return. You can go on writing.")
    await guest.saw_going(alice)
    await guest.says("are you there")
    await alice.comes_in()
    chat = (await alice.sees_like(rf"chat_waits {guest.nickname} (\S+) 60"))[1]
    await alice.types(f"/resume {chat}")
    await alice.sees_like(rf"chat_resumed {guest.nickname} {chat} 0 \S+ 0")
    await alice.sees_like(rf"stream_begins {guest.nickname} \S+ 1")
    await guest.is_told("alice is back.")
    await alice.heard_partner(guest, "are you there")
    await alice.says("I am")
    await guest.heard_partner(alice, "I am")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_nobody_waits_for_ever(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await start_chat(guest, alice)
    alice.breaks()
    await guest.is_told("alice lost the connection and has 60 s to return. You can go on writing.")
    await guest.saw_going(alice)
    house.stage.passes(61)
    await guest.chat_is_over(alice, lost=True)
