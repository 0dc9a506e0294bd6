"""Who may ask somebody for a chat is theirs to say, and who may not hears what anybody does who is not answered."""

from __future__ import annotations

import pytest

from tests.behaviour.house import GUEST_DOORS, SOCIABLE_DOORS, House


@pytest.mark.parametrize("door", SOCIABLE_DOORS)
async def test_nobody_and_everyone(house: House, door: str) -> None:
    bob, other = await house.bob_and(door)
    await other.allows("nobody")
    await house.asks_in_vain(bob, other)
    await other.allows("everyone")
    await bob.asks(other)
    await other.is_asked_by(bob)


@pytest.mark.parametrize("door", SOCIABLE_DOORS)
async def test_nobody_may_ask_bob(house: House, door: str) -> None:
    bob, other = await house.bob_and(door)
    await bob.allows("nobody")
    await house.asks_in_vain(other, bob)


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_guest_knows_nobody(house: House, door: str) -> None:
    bob, guest = await house.bob_and(door)
    await guest.allows("known")
    await house.asks_in_vain(bob, guest)


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_another_word_is_explained(house: House, door: str) -> None:
    guest = house.guest(door)
    await guest.comes_in()
    await guest.types("/allow friends")
    await guest.is_told(f"Usage: {guest.before}/allow [everyone|known|nobody]")
