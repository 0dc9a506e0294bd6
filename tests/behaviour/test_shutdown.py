"""A server that stops says so at every door, and closes."""

from __future__ import annotations

from tests.behaviour.house import DOORS, GUEST_DOORS, House
from tests.behaviour.people import start_chat


async def test_goodbye_to_all(house: House) -> None:
    people = await house.gathers(*DOORS)
    await house.stage.server.stop()
    for person in people:
        await person.heard_goodbye()


async def test_goodbye_in_the_middle_of_chats(house: House) -> None:
    rosa, paul, nils, dora = await house.gathers(*GUEST_DOORS)
    await start_chat(rosa, paul)
    await start_chat(nils, dora)
    await rosa.says("last words")
    await paul.heard_partner(rosa, "last words")
    await house.stage.server.stop()
    for person in (rosa, paul, nils, dora):
        await person.heard_goodbye()


async def test_what_waits_is_sent_before_the_goodbye(house: House) -> None:
    alice = await house.alice()
    rosa, paul, nils, dora = guests = await house.gathers(*GUEST_DOORS)
    for guest in guests:
        await alice.saw_coming(guest)
    for number in range(5):
        await alice.says_to_all(f"message {number}")
    await alice.heard_nothing()
    await house.stage.server.stop()
    for guest in (rosa, paul, nils, dora):
        for number in range(5):
            await guest.heard(alice, f"message {number}")
        await guest.heard_goodbye()
