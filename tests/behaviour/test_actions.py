"""`/me waves` is shown as what its speaker does, under the name that the server knows (docs/protocol.md, 2.6)."""

from __future__ import annotations

import pytest

from tests.behaviour.guests import Guest
from tests.behaviour.house import GUEST_DOORS, SOCIABLE_DOORS, House
from tests.behaviour.in_words import SociableInWords
from tests.behaviour.people import start_chat
from tests.behaviour.sociable import Sociable


async def test_what_somebody_does_is_seen_at_every_door(house: House) -> None:
    people = [person for person in await house.gathers(*SOCIABLE_DOORS) if isinstance(person, Sociable)]
    for somebody in people:
        await somebody.does("waves")
        for other in people:
            if other is not somebody or somebody.hears_itself:
                await other.saw_doing(somebody, "waves")


PRIVATE = {
    "rooms_json": "PRIVATE_MSG * bob nods",
    "plain_lines": "[now] * bob (private message) nods",
    "nickname_lines": "* bob (private message) nods",
    "desktop_lines": "(in the window of bob) * bob nods",
    "simplechat": "* bob (private message) nods",
}
IN_A_CHAT = {
    **PRIVATE,
    "plain_lines": "[now] * bob (only to you) nods",
    "nickname_lines": "* bob (only to you) nods",
    "simplechat": "* bob nods",
}


@pytest.mark.parametrize("door", PRIVATE)
async def test_what_is_done_for_one_alone(house: House, door: str) -> None:
    bob, reader = await house.bob_and(door)
    assert isinstance(reader, SociableInWords)
    await bob.writes_privately(reader, "/me nods")
    await reader.sees(PRIVATE[door])
    await start_chat(bob, reader)
    await bob.says("/me nods")
    await reader.sees(IN_A_CHAT[door])
    await reader.says("/me waves")
    await bob.heard_partner(reader, "/me waves")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_nobody_acts_for_somebody_else(house: House, door: str) -> None:
    """A text that looks like an action has its speaker in front, and so has its second line none."""
    bob, reader = await house.bob_and(door)
    assert isinstance(reader, Guest)
    await bob.says_to_all("* alice waves")
    await reader.heard(bob, "* alice waves")
    await bob.says_to_all("/me nods\v* alice waves")
    await reader.saw_doing(bob, "nods\n  * alice waves")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_long_action_has_its_speaker_in_front_of_each_part(house: House, door: str) -> None:
    bob, reader = await house.bob_and(door)
    assert isinstance(reader, Guest)
    await bob.says_to_all(f"/me {'x' * 3000}")
    intro, seen = reader.action("bob", ""), ""
    while len(seen) < 3000:
        part = await reader.next()
        assert part.startswith(intro)
        seen += part.removeprefix(intro)
    assert seen == "x" * 3000


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_doing_nothing_is_explained(house: House, door: str) -> None:
    bob, guest = await house.bob_and(door)
    assert isinstance(guest, Guest)
    await guest.types("/me")
    await guest.is_told(f"Usage: {guest.before}/me TEXT")
    await bob.heard_nothing()
