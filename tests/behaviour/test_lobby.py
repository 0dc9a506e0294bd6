"""The lobby is the room that everyone may be in: who talks there is heard at every door."""

from __future__ import annotations

from tests.behaviour.house import DOORS, GUEST_DOORS, House
from tests.behaviour.people import Person


async def test_everyone_is_heard_by_everyone(house: House) -> None:
    people = await house.gathers(*DOORS)
    for speaker in people:
        await speaker.says_to_all(f"hello from {speaker.name}")
        for listener in people:
            if listener is not speaker or speaker.hears_itself:
                await listener.heard(speaker, f"hello from {speaker.name}")
    for person in people:
        await person.heard_nothing()


async def test_all_hear_the_same_in_the_same_order(house: House) -> None:
    speakers = await house.gathers(*DOORS)
    listeners = await house.gathers("native:bob", *(f"{door}:Other-{door}" for door in GUEST_DOORS))
    heard: dict[Person, list[str]] = {listener: [] for listener in listeners}
    for count in range(4):
        for speaker in speakers:
            await speaker.says_to_all(f"{speaker.name}-{count}")
        for listener in listeners:
            heard[listener] += [await listener.next_text() for _ in speakers]
    first = heard[listeners[0]]
    assert len({*first}) == 4 * len(speakers)
    for listener in listeners:
        assert heard[listener] == first


async def test_who_has_left_it_hears_nothing_any_more(house: House) -> None:
    alice = await house.alice()
    rosa, paul, nils = await house.gathers("rooms_json", "plain_lines", "nickname_lines")
    for guest in (rosa, paul, nils):
        await alice.saw_coming(guest)
    await alice.types("/part #lobby")
    for guest in (rosa, paul, nils):
        await guest.saw_going(alice)
    await paul.says_to_all("she is gone")
    for guest in (rosa, nils):
        await guest.heard(paul, "she is gone")
    await alice.sees("room_exited #lobby")
    await alice.heard_nothing()
