"""`/reply` answers whoever has written last, and nobody who has written only while it was typed. A word of the doors
that keep nothing for their users; our own client knows it itself.
"""

from __future__ import annotations

import pytest

from tests.behaviour.house import SOCIABLE, House
from tests.behaviour.in_words import SociableInWords
from tests.behaviour.native import Native

at_each_door = pytest.mark.parametrize(
    "door", [door for door in SOCIABLE if issubclass(SOCIABLE[door], SociableInWords)]
)


async def gather(house: House, door: str) -> tuple[Native, Native, SociableInWords]:
    bob, other = await house.bob_and(door)
    assert isinstance(other, SociableInWords)
    return await house.alice(bob, other), bob, other


@at_each_door
async def test_to_who_has_written_last(house: House, door: str) -> None:
    alice, bob, other = await gather(house, door)
    await bob.writes_privately(other, "hello")
    await other.got_privately(bob, "hello")
    for _ in range(2):
        await other.types("/reply hello yourself")
        await bob.got_privately(other, "hello yourself")
    await alice.heard_nothing()


@at_each_door
async def test_not_to_who_wrote_while_it_was_typed(house: House, door: str) -> None:
    alice, bob, other = await gather(house, door)
    for writer in (bob, alice):
        await writer.writes_privately(other, "hello")
        await other.got_privately(writer, "hello")
    await other.types("/reply only for bob")
    words = f"{other.before}/reply once more for alice, or {other.before}/msg bob TEXT."
    await other.is_told(f"alice has written since. {words}")
    for writer in (bob, alice):
        await writer.heard_nothing()
    await other.types("/reply for alice")
    await alice.got_privately(other, "for alice")
    await bob.heard_nothing()


@at_each_door
async def test_to_nobody(house: House, door: str) -> None:
    _, bob, other = await gather(house, door)
    await other.types("/reply hello")
    await other.is_told(f"Nobody has written to you. {other.before}/msg NAME TEXT writes to somebody.")
    await bob.heard_nothing()
