"""A private message reaches the one whom it is meant for, from any door to any other, and nobody else."""

from __future__ import annotations

import pytest

from tests.behaviour.house import DOORS, GUEST_DOORS, House


async def test_from_every_door_to_every_other(house: House) -> None:
    people = await house.gathers(*DOORS)
    for writer in people:
        for reader in people:
            if reader is not writer:
                await writer.writes_privately(reader, f"only for {reader.name}")
                await reader.got_privately(writer, f"only for {reader.name}")
    for person in people:
        await person.heard_nothing()


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_to_somebody_who_is_not_here(house: House, door: str) -> None:
    alice = await house.alice()
    writer = house.guest(door)
    await house.joins_lobby(writer, alice)
    await writer.types("/msg nobody psst")
    await writer.is_told("Your message to nobody was not kept. nobody doesn't exist.")
    await alice.heard_nothing()


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_to_an_account_that_is_away(house: House, door: str) -> None:
    writer = house.guest(door)
    await house.joins_lobby(writer)
    await writer.types("/msg dave call me")
    await writer.is_told("Kept for dave, who is away.")
    dave = await house.lets_in("native", "dave")
    await dave.got_privately(writer, "call me")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_guest_has_no_mailbox(house: House, door: str) -> None:
    alice = await house.alice()
    guest = await house.joins_lobby(house.person(door), alice)
    await guest.leaves()
    await alice.saw_going(guest)
    await alice.writes_privately(guest, "too late")
    await alice.sees_like(rf"not_kept {guest.nickname} \S+ 1 unknown .*")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_to_oneself(house: House, door: str) -> None:
    guest = house.guest(door)
    await house.joins_lobby(guest)
    await guest.types(f"/msg {guest.name} note")
    await guest.is_told(f"Your message to {guest.name} was not kept. That is you. Write to somebody else.")


async def test_a_note_with_a_colon_is_no_private_message(house: House) -> None:
    """`MSG note: milk` is private only if somebody of exactly that name is online (seeds.md, 001)."""
    alice = await house.alice()
    rosa = await house.joins_lobby(house.person("rooms_json"), alice)
    for text in ("note: milk", "Alice: hello", " alice : hello", "https://example.org"):
        await rosa.says_to_all(text)
        await alice.heard(rosa, text.strip())


async def test_a_private_message_to_nobody_of_a_desktop_is_heard_by_nobody(house: House) -> None:
    alice = await house.alice()
    dora = house.guest("desktop_lines")
    await house.joins_lobby(dora, alice)
    await dora.sends(b"[PRIVATE MESSAGE] nobody: psst")
    await dora.is_told("Your message to nobody was not kept. nobody doesn't exist.")
    await alice.heard_nothing()
