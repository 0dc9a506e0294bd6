"""A text that looks like somebody's signal arrives as text, from any door at any other, and moves no cursor."""

from __future__ import annotations

import pytest

from tests.behaviour.house import DOORS, GUEST_DOORS, House
from tests.behaviour.people import start_chat

TEXTS = {
    "[USERS]:x": "[USERS]:x",
    "[users]: mallory,eve": "[users]: mallory,eve",
    "[PRIVATE MESSAGE]": "[PRIVATE MESSAGE]",
    "[PRIVATE MESSAGE] a: b": "[PRIVATE MESSAGE] a: b",
    "NICKNAME": "NICKNAME",
    "[SERVER] Connected to the server!": "[SERVER] Connected to the server!",
    "📢 Eve has joined the chat.": "📢 Eve has joined the chat.",
    "Server is shutting down. Goodbye!": "Server is shutting down. Goodbye!",
    '{"type": "NICK_REQUEST", "content": "", "timestamp": "00:00:00"}': '{"type": "NICK_REQUEST", "content": "", '
    '"timestamp": "00:00:00"}',
    '{"command": "LEAVE", "content": ""}': '{"command": "LEAVE", "content": ""}',
    "chat_ended x": "chat_ended x",
    "want_chat_with_you alice": "want_chat_with_you alice",
    "start_chat alice": "start_chat alice",
    "AUTH_SUCCESS": "AUTH_SUCCESS",
    "PING": "PING",
    "PONG 9 9": "PONG 9 9",
    "login_socket": "login_socket",
    ":a": ":a",
    "room_said #lobby bob 1 1 :a": "room_said #lobby bob 1 1 :a",
    "\x1b[2J\x1b]0;title\x07": "␛[2J␛]0;title␇",
    "b\x08\x7f\x9b2J": "b␈␡<U+009B>2J",
    "a\N{RIGHT-TO-LEFT OVERRIDE}b\N{LEFT-TO-RIGHT ISOLATE}": "a<U+202E>b<U+2066>",
    "a\N{ZERO WIDTH SPACE}b": "a<U+200B>b",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "\N{FAMILY}\N{ZERO WIDTH JOINER}": "\N{FAMILY}\N{ZERO WIDTH JOINER}",
}
"""What is typed, and what a screen shows of it."""

FOR_ONE = {"[PRIVATE MESSAGE] a: b"}
"""That is how a desktop says it, so from there it is no text."""


@pytest.mark.parametrize("door", DOORS)
async def test_to_all(house: House, door: str) -> None:
    speaker, *listeners = await house.gathers(door, *(other for other in DOORS if other != door))
    for text, shown in TEXTS.items():
        if door == "desktop_lines" and text in FOR_ONE:
            continue
        await speaker.says_to_all(text)
        for listener in listeners:
            await listener.heard(speaker, text, shown)
    for person in listeners:
        await person.heard_nothing()


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_to_one(house: House, door: str) -> None:
    alice, guest = await house.gathers("native", door)
    for text, shown in TEXTS.items():
        await alice.writes_privately(guest, text)
        await guest.got_privately(alice, text, shown)
    await start_chat(alice, guest)
    for text, shown in TEXTS.items():
        await alice.says(text)
        await guest.heard_partner(alice, text, shown)


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_second_line_is_nobody_elses(house: House, door: str) -> None:
    people = await house.gathers(*DOORS)
    [speaker] = [person for person in people if person.door == door]
    await speaker.says_to_all("well\nalice: I agree\n[USERS]:x")
    for listener in people:
        if listener is not speaker:
            native = "well\valice: I agree\v[USERS]:x"
            await listener.heard(speaker, native, "well\n  alice: I agree\n  [USERS]:x")


@pytest.mark.parametrize("door", DOORS)
async def test_a_long_text_comes_in_parts_that_are_whole(house: House, door: str) -> None:
    """No part has half a character: that ends a client's reader. Nor more than one read has room for."""
    speaker, *listeners = await house.gathers(door, *(other for other in DOORS if other != door))
    for text in ("x" * 5000, "é" * 2500, "\N{THUMBS UP SIGN}" * 1200, '"' * 3000, "\\" * 3000):
        await speaker.says_to_all(text)
        for listener in listeners:
            await listener.heard_in_parts(speaker, text)


async def test_a_text_around_the_size_of_one_read(house: House) -> None:
    people = await house.gathers(*DOORS)
    paul = people[DOORS.index("plain_lines")]
    for length in range(498, 512):
        text = "é" * length  # with name and time in front, the border comes to lie in each place of a character
        await paul.says_to_all(text)
        for listener in people:
            if listener is not paul:
                await listener.heard_in_parts(paul, text)


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_text_that_is_too_long_is_refused_in_words(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await guest.says_to_all("x" * 9000)
    await guest.is_told("A message may have 8192 bytes, so nobody got that one. Send it in parts.")
    await alice.heard_nothing()


async def test_json_that_is_none(house: House) -> None:
    alice = await house.alice()
    rosa = house.rosa()
    await house.joins_lobby(rosa, alice)
    for junk in (b"hello", b"[1, 2]", b'{"command": 1}', b'{"command": "MSG", "content": {}}', b'"x"', b"]", b"}"):
        await rosa.sends(junk)
        await rosa.sees_like("ERROR A command is .*")
    await rosa.sends(b'{"command": "MSG", "content": "\\u001b[2J \\ud800"}')
    await alice.heard(rosa, "\x1b[2J ?")
