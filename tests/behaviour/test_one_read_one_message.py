"""Original clients take each read for one message: twenty quick messages are twenty reads (seeds.md, on the wire)."""

from __future__ import annotations

import pytest

from tests.behaviour.house import GUEST_DOORS, House
from tests.behaviour.people import start_chat

pytestmark = pytest.mark.unhurried

MANY = 20


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_of_a_room(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    before = len(guest.messages)
    lines = [f"/msg #lobby stream{number:06} 1 :message {number}" for number in range(MANY)]
    await alice.actor.says(*lines)
    for number in range(MANY):
        await guest.heard(alice, f"message {number}")
    assert len(guest.messages) - before >= MANY
    await guest.heard_nothing()


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_of_a_chat(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await start_chat(alice, guest)
    await alice.actor.says(*(f":message {number}" for number in range(MANY)))
    for number in range(MANY):
        await guest.heard_partner(alice, f"message {number}")
    await guest.heard_nothing()


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_of_many_people_at_once(house: House, door: str) -> None:
    """Notices and texts of several people do not run together either (a fault of 002's own server)."""
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    crowd = [house.guest("plain_lines", f"Visitor{number}") for number in range(MANY)]
    for visitor in crowd:
        await visitor.connects()
        await visitor.gives_name(visitor.name)
    for visitor in crowd:
        await guest.saw_coming(visitor)
    for visitor in crowd:
        visitor.breaks()
    for visitor in crowd:
        await guest.saw_going(visitor)
