"""Who is written to faster than an original client can be, or does not read at all, costs the server no memory, slows
nobody, and is told what has passed by.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.server.people import watchers
from tests.behaviour.guests import Guest
from tests.behaviour.house import GUEST_DOORS, UNHURRIED, House, opened_house
from tests.behaviour.original_clients import DesktopLines
from tests.behaviour.people import Person, start_chat
from tests.stage import until

QUEUE = 8 * 1024
LONG = "x" * 800


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """With a short queue, so that it is full soon."""
    async with opened_house(tmp_path, limits={**UNHURRIED, "send_queue": QUEUE}) as house:
        yield house


async def stops_reading(house: House, door: str, speaker: Person, other: Person) -> Guest:
    """Somebody who came into the lobby, and whose queue is full."""
    stopped = house.guest(door)
    await stopped.connects(buffer=4096)
    await stopped.gives_name(stopped.name)
    await stopped.is_in()
    await stopped.comes_into_lobby()
    for person in (speaker, other):
        await person.saw_coming(stopped)
    stopped.stops_reading()
    client = house.stage.server.hub.directory.sessions_of(stopped.nickname)[0]
    while not house.stage.server.hub.backpressure.is_full(client):
        await speaker.says_to_all(LONG)
        await other.heard(speaker, LONG)
    return stopped


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_flood_passes_by_and_is_counted(house: House, door: str) -> None:
    alice = await house.alice()
    bob = await house.joins_lobby(house.person("native", "bob"), alice)
    guest = house.guest(door)
    await house.joins_lobby(guest, alice, bob)
    most = 0
    for number in range(200):
        await alice.says_to_all(f"{LONG} {number}")
        await bob.heard(alice, f"{LONG} {number}")
        most = max(most, house.stage.queued())
    assert most < 4 * QUEUE
    heard = passed = 0
    while heard + passed < 200:
        text = await guest.next()
        heard += text.startswith(guest.public("alice", LONG))
        notice = re.search(r"You missed (\d+) messages? in #lobby; /history #lobby shows (?:it|them)\.", text)
        passed += int(notice[1]) if notice else 0
    assert passed
    await alice.says_to_all("slowly now")
    await bob.heard(alice, "slowly now")
    await guest.heard(alice, "slowly now")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_flood_in_a_chat_is_heard_to_the_end(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await start_chat(alice, guest)
    for tens in range(3):
        await alice.actor.says(*(f":{LONG} {tens}{ones}" for ones in range(10)))
        await alice.heard_nothing()
        assert house.stage.queued() < 4 * QUEUE
    for number in range(30):
        await guest.heard_partner(alice, f"{LONG} {number:02}")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_member_that_stops_reading_is_not_noticed_by_the_others(house: House, door: str) -> None:
    alice = await house.alice()
    bob = await house.joins_lobby(house.person("native", "bob"), alice)
    stopped = await stops_reading(house, door, alice, bob)
    for _ in range(50):
        await alice.says_to_all(LONG)
        await bob.heard(alice, LONG)
    assert house.stage.queued() < 4 * QUEUE
    house.stage.passes(11)
    for other in (alice, bob):
        await other.saw_going(stopped)


async def test_a_native_member_that_stops_reading_is_not_noticed_by_guests(house: House) -> None:
    people = await house.gathers(*GUEST_DOORS)
    carol = await house.stage.enters("carol", buffer=4096)
    await carol.says("/join #lobby")
    for person in people:
        await person.saw_coming(house.person("native", "carol"))
    paul = people[1]
    for number in range(40):
        await paul.says_to_all(f"{LONG} {number}")
        for person in people:
            if person is not paul:
                await person.heard(paul, f"{LONG} {number}")
    assert house.stage.queued() < 4 * QUEUE


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_private_messages_to_who_does_not_read_do_not_pile_up(house: House, door: str) -> None:
    alice = await house.alice()
    bob = await house.joins_lobby(house.person("native", "bob"), alice)
    stopped = await stops_reading(house, door, alice, bob)
    for _ in range(100):
        await alice.writes_privately(stopped, LONG)
    await alice.types("/who")
    while not (await alice.actor.login.line()).startswith("online "):  # it may be told that they were not kept
        pass
    assert house.stage.queued() < 2 * QUEUE


async def test_lists_for_who_does_not_read_do_not_pile_up(house: House) -> None:
    alice = await house.alice()
    bob = await house.joins_lobby(house.person("native", "bob"), alice)
    stopped = await stops_reading(house, "desktop_lines", alice, bob)
    for number in range(60):
        somebody = house.guest("rooms_json", f"Visitor-with-a-long-name-{number:03}")
        await somebody.comes_in()
    for _ in range(20):
        somebody = house.guest("plain_lines", "Somebody")
        await somebody.comes_in()
        somebody.breaks()
        await until(lambda: "~Somebody" not in house.stage.present())
        await asyncio.sleep(watchers.TELL_AFTER)  # for the list of that
    assert house.stage.queued() < 2 * QUEUE
    assert isinstance(stopped, DesktopLines)
    stopped.reads_on()
    await until(lambda: len(stopped.users) > 20)
