"""Rooms of the JSON clients (001), of our own and of everyone else are the same rooms."""

from __future__ import annotations

import pytest

from tests.behaviour.guests import Guest
from tests.behaviour.house import House
from tests.behaviour.native import Native
from tests.behaviour.original_clients import RoomsJson

PLAIN_DOORS = ["plain_lines", "nickname_lines", "desktop_lines"]


async def rosa_comes(house: House) -> RoomsJson:
    rosa = house.rosa()
    await rosa.comes_in()
    return rosa


async def alice_comes_into(house: House, room: str, password: str = "", name: str = "alice") -> Native:
    alice = Native(house.stage, name)
    await alice.comes_in()
    await alice.types(f"/join {room} {password}".rstrip())
    await alice.sees_like(rf"room_entered {room} \d+ :.*")
    return alice


async def comes_into(guest: Guest, room: str, others: str, where: str) -> None:
    await guest.types(f"/join {room}")
    await guest.is_told(f"You are in {room}, with {others}. What you type goes to everyone in {where}.")


async def test_both_are_in_one_room(house: House) -> None:
    alice = await alice_comes_into(house, "#tea")
    rosa = await rosa_comes(house)
    await rosa.comes_into("tea")
    await alice.sees("room_joined #tea ~Rosa")
    await rosa.says_to_all("hello")
    await alice.heard_in("#tea", rosa, "hello")
    await alice.says_in("#tea", "good morning")
    await rosa.heard(alice, "good morning")
    await alice.types("/part #tea")
    await rosa.saw_going(alice)


async def test_a_room_that_a_json_client_made(house: House) -> None:
    rosa = await rosa_comes(house)
    await rosa.comes_into("tea")
    alice = await alice_comes_into(house, "#tea")
    await rosa.saw_coming(alice)
    await alice.types("/names #tea")
    await alice.sees("room_members #tea alice ~Rosa")
    await rosa.commands("LEAVE")
    await rosa.sees("ROOM_LEFT You have left tea.")
    await alice.sees("room_left #tea ~Rosa")
    await alice.types("/part #tea")
    await alice.sees("room_exited #tea")
    await alice.types("/rooms")
    await alice.sees("room_listed #lobby 0 open :", "rooms_listed 1")


async def test_switching_leaves_the_other_room(house: House) -> None:
    alice = await alice_comes_into(house, "#tea")
    rosa = await rosa_comes(house)
    await rosa.comes_into("tea")
    await alice.sees("room_joined #tea ~Rosa")
    await rosa.comes_into("cake")
    await alice.sees("room_left #tea ~Rosa")
    await alice.says_in("#tea", "she has gone")
    await rosa.says_to_all("anybody here?")
    await rosa.heard_nothing()
    await alice.heard_nothing()


async def test_coming_back_into_the_room_that_one_is_in(house: House) -> None:
    rosa = await rosa_comes(house)
    for _ in range(2):
        await rosa.comes_into("tea")
    await rosa.heard_nothing()


async def test_nobody_talks_outside_of_a_room(house: House) -> None:
    rosa = await rosa_comes(house)
    await rosa.commands("MSG", "hello")
    await rosa.sees("ERROR You are in no room. JOIN ROOM comes into one.")
    await rosa.commands("LEAVE")
    await rosa.sees("ERROR You are in no room. JOIN <room> comes into one.")


async def test_a_password_of_ours_for_theirs(house: House) -> None:
    alice = await alice_comes_into(house, "#den", "open sesame")
    rosa = await rosa_comes(house)
    for content in ("den", "den close sesame"):
        await rosa.commands("JOIN", content)
        await rosa.sees_like("ERROR #den has a password.*")
    await rosa.commands("JOIN", "den open sesame")
    await rosa.sees("ROOM_JOINED You are in the room: den")
    await alice.sees("room_joined #den ~Rosa")
    await rosa.commands("LIST")
    await rosa.sees_like(r"LIST_RESPONSE .*#den \(2, with a password\).*")


async def test_a_password_of_theirs_for_ours(house: House) -> None:
    rosa = await rosa_comes(house)
    await rosa.commands("JOIN", "den sesame")
    await rosa.sees("ROOM_JOINED You are in the room: den")
    bob = await house.lets_in("native", "bob")
    await bob.types("/join #den")
    assert isinstance(bob, Native)
    await bob.sees_like("ERROR room_locked #den has a password.*")
    await bob.types("/join #den sesame")
    await bob.sees("room_entered #den 2 :")
    await rosa.saw_coming(bob)


async def test_the_topic(house: House) -> None:
    alice = await alice_comes_into(house, "#tea")
    await alice.types("/topic #tea :green or black")
    await alice.sees("room_topic #tea alice :green or black")
    rosa = await rosa_comes(house)
    await rosa.comes_into("tea")
    await rosa.sees("LIST_RESPONSE tea is about: green or black")
    await rosa.types("/topic black")
    await rosa.is_told("Rosa set the topic of #tea: black")
    await alice.sees("room_joined #tea ~Rosa", "room_topic #tea ~Rosa :black")


@pytest.mark.parametrize("door", PLAIN_DOORS)
async def test_other_guests_join_part_and_go_back_to_the_lobby(house: House, door: str) -> None:
    rosa = await rosa_comes(house)
    await rosa.comes_into("tea")
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await comes_into(guest, "#tea", "1 other person", "#tea")
    await rosa.saw_coming(guest)
    await guest.says_to_all("green, please")
    await rosa.heard(guest, "green, please")
    if guest.hears_itself:
        await guest.sees(guest.public(f"#tea {guest.name}", "green, please"))
    await rosa.says_to_all("here you are")
    await guest.sees(guest.public("#tea Rosa", "here you are"))
    await alice.says_to_all("hello")
    await guest.heard(alice, "hello")
    await guest.types("/part")
    await guest.is_told("You have left #tea. What you type goes to everyone in #lobby.")
    await rosa.saw_going(guest)
    await guest.says_to_all("back again")
    await alice.heard(guest, "back again")


@pytest.mark.parametrize("door", PLAIN_DOORS)
async def test_other_guests_switch_between_rooms_that_they_are_in(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await comes_into(guest, "#tea", "nobody else", "#tea")
    await comes_into(guest, "#lobby", "1 other person", "#lobby")
    await guest.says_to_all("hello")
    await alice.heard(guest, "hello")
    if guest.hears_itself:
        await guest.heard(guest, "hello")
    await guest.types("/rooms")
    await guest.is_told("Rooms:\n  #lobby (2)\n  #tea (1)")
    await guest.types("/names #lobby")
    await guest.is_told(f"In #lobby: alice, {guest.name}")
    await guest.types("/msg #tea a note")
    await alice.heard_nothing()


@pytest.mark.parametrize("door", PLAIN_DOORS)
async def test_what_others_do_in_a_room_that_is_not_the_lobby(house: House, door: str) -> None:
    alice = await alice_comes_into(house, "#tea")
    guest = house.guest(door)
    await guest.comes_in()
    await comes_into(guest, "#tea", "1 other person", "#tea")
    await alice.sees(f"room_joined #tea {guest.nickname}")
    bob = await alice_comes_into(house, "#tea", name="bob")
    await guest.is_told("bob has joined #tea.")
    await bob.types("/part #tea")
    await guest.is_told("bob has left #tea.")
