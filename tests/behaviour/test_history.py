"""What guests say in a room is in its history, for all who are there; what they say to one person is in nobody's."""

from __future__ import annotations

import pytest

from tests.behaviour.house import GUEST_DOORS, House
from tests.behaviour.people import start_chat


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_of_a_room(keeping: House, door: str) -> None:
    house = keeping
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await guest.says_to_all("the kettle sings")
    await alice.heard(guest, "the kettle sings")
    await alice.says_to_all("let it")
    await alice.types("/history #lobby 5")
    await alice.sees_like(rf"recalled \d+ \d+ {guest.nickname} #lobby :the kettle sings")
    await alice.sees_like(r"recalled \d+ \d+ alice #lobby :let it")
    await alice.sees("recall_ended 2")
    await alice.types("/search kettle")
    await alice.sees_like(rf"recalled \d+ \d+ {guest.nickname} #lobby :the kettle sings")
    await alice.sees("recall_ended 1")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_guest_reads_what_was_said_before(keeping: House, door: str) -> None:
    house = keeping
    alice = await house.alice()
    paula = await house.joins_lobby(house.person("plain_lines", "Paula"), alice)
    await alice.says_to_all("one")
    await paula.heard(alice, "one")
    await paula.says_to_all("two")
    await alice.heard(paula, "two")
    guest = house.guest(door)
    await house.joins_lobby(guest, alice, paula)
    await guest.types("/history")
    await guest.sees(guest.before_now("alice", "one"), guest.before_now("Paula", "two"))
    await guest.types("/history 1")
    await guest.sees(guest.before_now("Paula", "two"))


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_guest_reads_nothing_private(keeping: House, door: str) -> None:
    house = keeping
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await alice.writes_privately(guest, "the secret word")
    await guest.got_privately(alice, "the secret word")
    await start_chat(alice, guest)
    await guest.says("a secret word")
    await alice.heard_partner(guest, "a secret word")
    await guest.quits_chat(alice)
    await alice.chat_is_over(guest)
    await guest.types("/history 20")
    await guest.is_told("Nothing was said here before.")
    await guest.types("/history alice")
    await guest.is_told(f"Usage: {guest.before}/history [COUNT]")
    guest.breaks()
    await alice.saw_going(guest)
    again = house.guest(door)
    await house.joins_lobby(again, alice)
    await again.types("/history 20")
    await again.is_told("Nothing was said here before.")
    await again.heard_nothing()


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_an_account_keeps_what_it_said_to_a_guest(keeping: House, door: str) -> None:
    house = keeping
    alice, guest = await house.alice(), house.guest(door)
    await house.joins_lobby(guest, alice)
    await alice.writes_privately(guest, "the secret word")
    await guest.got_privately(alice, "the secret word")
    for question in (f"/history {guest.nickname} 5", "/search secret"):
        await alice.types(question)
        await alice.sees_like(rf"recalled \d+ \d+ alice {guest.nickname} :the secret word")
        await alice.sees("recall_ended 1")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_none_without_a_store(house: House, door: str) -> None:
    guest = house.guest(door)
    await house.joins_lobby(guest)
    await guest.types("/history")
    await guest.sees_like(".*history.*")


async def test_another_room_has_its_own(keeping: House) -> None:
    house = keeping
    paul = house.guest("plain_lines")
    await paul.comes_in()
    await paul.says_to_all("in the lobby")
    await house.has_read(paul)
    await paul.types("/join tea")
    await paul.is_told("You are in #tea, with nobody else. What you type goes to everyone in #tea.")
    await paul.types("/history")
    await paul.is_told("Nothing was said here before.")
    await paul.says_to_all("over tea")
    await house.has_read(paul)
    await paul.types("/history")
    await paul.sees(paul.before_now("#tea Paul", "over tea"))
