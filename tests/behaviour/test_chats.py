"""A chat of two: a request, yes, what the two say to one another alone, /quit. Between any two doors."""

from __future__ import annotations

import pytest

from tests.behaviour.house import GUEST_DOORS, House
from tests.behaviour.people import Person, start_chat

PAIRS = [
    *(("native", guest) for guest in GUEST_DOORS),
    *((guest, "native") for guest in GUEST_DOORS),
    ("plain_lines", "nickname_lines"),
    ("nickname_lines", "desktop_lines"),
    ("desktop_lines", "rooms_json"),
    ("rooms_json", "plain_lines"),
    ("native", "simplechat"),
    ("simplechat", "native"),
    ("simplechat", "plain_lines"),
    ("rooms_json", "simplechat"),
]
"""Who asks, and who is asked."""


async def meet(house: House, asking: str, asked: str) -> tuple[Person, Person, Person]:
    """The two, and somebody who hears nothing of what they say."""
    asker, target, bystander = await house.gathers(asking, asked, "native:bob")
    return asker, target, bystander


@pytest.mark.parametrize(("asking", "asked"), PAIRS)
async def test_request_yes_text_and_quit(house: House, asking: str, asked: str) -> None:
    asker, target, bystander = await meet(house, asking, asked)
    await start_chat(asker, target)
    for count in range(3):
        await asker.says(f"question {count}")
        await target.heard_partner(asker, f"question {count}")
        await target.says(f"answer {count}")
        await asker.heard_partner(target, f"answer {count}")
    await bystander.heard_nothing()
    await target.quits_chat(asker)
    await asker.chat_is_over(target)
    await target.says_to_all("we are back")
    await bystander.heard(target, "we are back")
    await asker.heard(target, "we are back")


@pytest.mark.parametrize(("asking", "asked"), PAIRS)
async def test_no(house: House, asking: str, asked: str) -> None:
    asker, target, bystander = await meet(house, asking, asked)
    await asker.asks(target)
    await target.is_asked_by(asker)
    await target.declines()
    await asker.was_declined_by(target)
    for person in (asker, target, bystander):
        await person.heard_nothing()


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_the_asker_quits(house: House, door: str) -> None:
    asker, target, _ = await meet(house, door, "native")
    await start_chat(asker, target)
    await asker.quits_chat(target)
    await target.chat_is_over(asker)


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_both_hear_the_lobby_meanwhile(house: House, door: str) -> None:
    asker, target, bystander = await meet(house, door, "native")
    await start_chat(asker, target)
    await bystander.says_to_all("nice weather")
    await asker.heard(bystander, "nice weather")
    await target.heard(bystander, "nice weather")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_request_without_an_answer(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await guest.asks(alice)
    await alice.is_asked_by(guest)
    house.stage.passes(121)
    await guest.is_told("alice didn't answer.")
    await alice.sees(f"chat_request_ended {guest.nickname} expired")
    await alice.asks(guest)
    await guest.is_asked_by(alice)
    house.stage.passes(121)
    await guest.is_told("alice stopped waiting for your answer.")
    await alice.sees(f"{guest.nickname} didn't answer")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_request_is_withdrawn(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await guest.asks(alice)
    await alice.is_asked_by(guest)
    await guest.types("/cancel")
    await guest.is_told("You withdrew your request to alice.")
    await alice.sees(f"chat_request_ended {guest.nickname} cancelled")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_who_asks_is_said_where_two_do(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    bob = await house.joins_lobby(house.person("native", "bob"), alice, guest)
    await alice.asks(guest)
    await guest.is_asked_by(alice)
    await bob.asks(guest)
    await guest.is_told(
        f"bob wants to chat with you. Type {guest.before}/accept bob or {guest.before}/decline bob.",
    )
    await guest.types("yes")
    await guest.is_told(f"{guest.before}/accept NAME says which is meant: alice, bob.")
    await guest.types("/accept bob")
    await guest.is_in_chat_with(bob)
    await bob.is_in_chat_with(guest)
    await alice.sees(f"{guest.nickname} is not available")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_yes_and_no_are_words_where_nobody_asks(house: House, door: str) -> None:
    alice, guest = await house.gathers("native", door)
    for word in ("yes", "no"):
        await guest.says_to_all(word)
        await alice.heard(guest, word)


@pytest.mark.parametrize("door", GUEST_DOORS)
@pytest.mark.parametrize(("name", "answer"), [("nobody", "nobody doesn't exist."), ("dave", "dave is offline.")])
async def test_who_cannot_be_asked(house: House, door: str, name: str, answer: str) -> None:
    guest = house.guest(door)
    await guest.comes_in()
    await guest.types(f"/chat {name}")
    await guest.is_told(answer)


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_the_line_that_was_being_typed_when_the_chat_ended_goes_to_nobody(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await start_chat(alice, guest)
    await alice.quits_chat(guest)
    await guest.says("only for you")
    await guest.chat_is_over(alice)
    await guest.is_told("The chat with alice has ended, so nobody got that. What you type goes to everyone in #lobby.")
    await alice.heard_nothing()


async def test_a_chat_in_the_private_window_of_a_desktop(house: House) -> None:
    alice = await house.alice()
    dora = house.guest("desktop_lines")
    await house.joins_lobby(dora, alice)
    await alice.asks(dora)
    await dora.is_asked_by(alice)
    await dora.writes_privately(alice, "yes")
    await dora.is_in_chat_with(alice)
    await alice.is_in_chat_with(dora)
    await dora.writes_privately(alice, "here we are")
    await alice.heard_partner(dora, "here we are")
    await dora.writes_privately(alice, "/quit")
    await alice.chat_is_over(dora)
