"""What an original client sends may come glued or split: wherever that can be told, the result is the same."""

from __future__ import annotations

import json

import pytest

from tests.behaviour.guests import Guest
from tests.behaviour.house import House
from tests.behaviour.native import Native


async def knocks(house: House, door: str) -> tuple[Native, Guest]:
    alice = await house.alice()
    guest = house.guest(door)
    await guest.connects()
    return alice, guest


async def test_nickname_and_first_text_in_one(house: House) -> None:
    """003: `bobbob: hi`."""
    alice, nils = await knocks(house, "nickname_lines")
    await nils.sees("NICKNAME")
    await nils.sends(b"NilsNils: hi")
    await nils.is_in()
    await alice.saw_coming(nils)
    await alice.heard(nils, "hi")


async def test_a_nickname_that_is_taken_and_the_first_text_in_one(house: House) -> None:
    alice, nils = await knocks(house, "nickname_lines")
    await nils.sees("NICKNAME")
    await nils.sends(b"alicealice: hi")
    await nils.is_refused("Somebody has the nickname alice.*")
    await alice.heard_nothing()


async def test_nickname_and_commands_in_one(house: House) -> None:
    """001: everything that its client sends, at once."""
    alice, rosa = await knocks(house, "rooms_json")
    join, say = ({"command": "JOIN", "content": "lobby"}, {"command": "MSG", "content": "a } { b"})
    await rosa.sends(b"Rosa" + json.dumps(join).encode() + json.dumps(say).encode())
    await rosa.sees("NICK_REQUEST Enter your nickname")
    await rosa.is_in()
    await rosa.sees("ROOM_JOINED You are in the room: lobby")
    await alice.saw_coming(rosa)
    await alice.heard(rosa, "a } { b")


async def test_json_in_pieces(house: House) -> None:
    alice = await house.alice()
    rosa = house.rosa()
    await house.joins_lobby(rosa, alice)
    command = json.dumps({"command": "MSG", "content": 'é "quoted" \\ }'}, ensure_ascii=False).encode()
    for size in (1, 2, 5):
        for start in range(0, len(command), size):
            await rosa.sends(command[start : start + size])
            await house.has_read(rosa)
        await alice.heard(rosa, 'é "quoted" \\ }')


async def test_a_private_message_behind_a_text_to_all(house: House) -> None:
    """004: what is meant for one must not reach everyone."""
    alice = await house.alice()
    dora = house.guest("desktop_lines")
    await house.joins_lobby(dora, alice)
    bob = await house.joins_lobby(house.person("native", "bob"), alice, dora)
    await dora.sends(b"hello all[PRIVATE MESSAGE] bob: psst[PRIVATE MESSAGE] alice: and you")
    await alice.heard(dora, "hello all")
    await alice.got_privately(dora, "and you")
    await bob.heard(dora, "hello all")
    await bob.got_privately(dora, "psst")
    for person in (alice, bob):
        await person.heard_nothing()


@pytest.mark.parametrize("door", ["plain_lines", "nickname_lines", "desktop_lines"])
async def test_a_read_that_ends_within_a_character(house: House, door: str) -> None:
    alice, guest = await house.gathers("native", door)
    assert isinstance(guest, Guest)
    before = b"Nils: " if door == "nickname_lines" else b""
    for cut in (1, 2, 3):
        data = before + "so \N{THUMBS UP SIGN}".encode()
        await guest.sends(data[: -4 + cut])
        await house.has_read(guest)
        await guest.sends(data[-4 + cut :])
        await alice.heard(guest, "so \N{THUMBS UP SIGN}")


async def test_native_lines_in_pieces_and_together(house: House) -> None:
    alice, paul = await house.gathers("native", "plain_lines")
    assert isinstance(alice, Native)
    lines = b"/msg #lobby abcdefghijk1 1 :one\n/msg #lobby abcdefghijk2 1 :two\xc3\xa9\n"
    await alice.actor.chat.sends(lines)
    await paul.heard(alice, "one")
    await paul.heard(alice, "twoé")
    for byte in lines.replace(b"jk", b"xy"):
        await alice.actor.chat.sends(bytes([byte]))
    await paul.heard(alice, "one")
    await paul.heard(alice, "twoé")


@pytest.mark.parametrize("door", ["plain_lines", "nickname_lines", "desktop_lines", "rooms_json"])
async def test_bytes_that_are_no_text(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await guest.sends(b'{"\xff\xfe"}' if door == "rooms_json" else b"\xff\xfe")
    await guest.sees_like(".*(That was no UTF-8, so nobody got it|A command is).*")
    await guest.says_to_all("that was my cat")
    await alice.heard(guest, "that was my cat")
