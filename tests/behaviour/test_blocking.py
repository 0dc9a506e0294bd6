"""A block looks like no answer (docs/protocol.md, 13.6), whoever blocks and by whichever door the other has come."""

from __future__ import annotations

import pytest

from duologue.core.room_rules import HIDDEN_TOPIC
from tests.behaviour.guests import Guest
from tests.behaviour.house import SOCIABLE_DOORS, House
from tests.behaviour.people import Person, start_chat
from tests.behaviour.sociable import Sociable
from tests.behaviour.web import Web


async def is_blocked(house: House, door: str, *, by_bob: bool) -> tuple[Sociable, Sociable, Person]:
    """Who has blocked, who is blocked, and somebody else in the lobby."""
    bob, other = await house.bob_and(door)
    dave = await house.joins_lobby(house.person("native", "dave"), bob, other)
    blocker, blocked = (bob, other) if by_bob else (other, bob)
    await blocker.blocks(blocked)
    return blocker, blocked, dave


by_either = pytest.mark.parametrize("by_bob", [False, True], ids=["blocks", "is_blocked"])
at_each_door = pytest.mark.parametrize("door", SOCIABLE_DOORS)


@at_each_door
@by_either
async def test_nothing_that_is_said_reaches_who_blocks(house: House, door: str, by_bob: bool) -> None:
    blocker, blocked, dave = await is_blocked(house, door, by_bob=by_bob)
    await blocked.says_to_all("hello all")
    await dave.heard(blocked, "hello all")
    await blocked.writes_privately(blocker, "hello?")
    if isinstance(blocked, Guest):
        await house.has_read(blocked)  # two lines within a moment may be one
    if blocked.hears_itself:
        await blocked.heard(blocked, "hello all")
    await blocked.heard_nothing()
    await blocker.heard_nothing()
    await blocker.says_to_all("you hear me")
    await blocked.heard(blocker, "you hear me")


@at_each_door
async def test_nor_does_what_is_said_otherwise(house: House, door: str) -> None:
    """In a topic, or of oneself."""
    blocker, blocked, dave = await is_blocked(house, door, by_bob=False)
    await blocked.goes_away("buy")
    await blocker.sees_how(blocked, "away")
    await blocked.types("/topic #lobby :buy")
    assert await dave.next_text() == "buy"
    await blocker.heard_nothing()
    await blocker.types("/topic #lobby")
    assert HIDDEN_TOPIC in await asked(blocker)


async def asked(who: Sociable) -> str:
    """What the topic is, as it is shown."""
    if isinstance(who, Web):
        return str((await who.tab.skips_to("room_topic"))["topic"])
    return await who.next_text()


@at_each_door
@by_either
async def test_a_request_is_not_answered(house: House, door: str, by_bob: bool) -> None:
    blocker, blocked, _ = await is_blocked(house, door, by_bob=by_bob)
    await house.asks_in_vain(blocked, blocker)


@at_each_door
@by_either
async def test_a_chat_is_over_as_by_quit(house: House, door: str, by_bob: bool) -> None:
    bob, other = await house.bob_and(door)
    blocker, blocked = (bob, other) if by_bob else (other, bob)
    await start_chat(bob, other)
    await blocker.blocks_partner(blocked)
    await blocked.chat_is_over(blocker)
    await blocked.says_to_all("where are you?")
    await blocker.heard_nothing()


@at_each_door
async def test_a_request_that_waits_is_forgotten(house: House, door: str) -> None:
    """The yes that was being typed is no answer any more."""
    bob, other = await house.bob_and(door)
    await bob.asks(other)
    await other.is_asked_by(bob)
    await other.blocks(bob)
    await other.types("/accept bob")
    assert "bob has not asked you for a chat." in await other.next_text()
    house.stage.passes(121)
    await bob.was_not_answered_by(other)


@at_each_door
async def test_a_block_is_taken_back(house: House, door: str) -> None:
    blocker, blocked, dave = await is_blocked(house, door, by_bob=False)
    await blocker.has_blocked(blocked)
    await blocker.blocks(dave)
    await blocker.has_blocked(blocked, dave)
    await blocker.unblocks(blocked)
    await blocker.has_blocked(dave)
    await blocked.says_to_all("hello again")
    await blocker.heard(blocked, "hello again")


@at_each_door
async def test_who_has_blocked_somebody_does_not_turn_to_them(house: House, door: str) -> None:
    blocker, blocked, _ = await is_blocked(house, door, by_bob=False)
    await blocker.writes_privately(blocked, "hello")
    assert "You have blocked bob. /unblock bob first." in await blocker.next_text()
    await blocked.heard_nothing()


@at_each_door
async def test_how_long_a_block_lasts(house: House, door: str) -> None:
    """That of a guest as long as the guest is here: who comes under this name later may be somebody else (13.9)."""
    blocker, blocked, dave = await is_blocked(house, door, by_bob=False)
    await blocker.leaves()
    await dave.saw_going(blocker)
    await blocked.saw_going(blocker)
    await house.is_gone(blocker)
    again = await house.joins_lobby(house.person(door), dave, blocked)
    await blocked.says_to_all("hello again")
    if isinstance(again, Guest):
        await again.heard(blocked, "hello again")
    else:
        await dave.heard(blocked, "hello again")
        await again.heard_nothing()
