"""Presence (docs/protocol.md, section 13): how everybody is, who is asked, and who hears of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from time import time

import pytest

from duologue.core.names import Account
from tests.scenes.conftest import exits, hears_pong
from tests.stage import Actor, Stage, opened

STREAM = "AbCd-_123456"


@pytest.fixture(params=[True, False], ids=["history", "no_history"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=request.param) as stage:
        yield stage


async def goes_away(actor: Actor, text: str) -> None:
    await actor.says(f"/away {text}")
    await actor.hears(f"you_are away :{text}")


async def is_told(actor: Actor, nickname: str, state: str, text: str = "") -> None:
    """The answer to /whois."""
    await actor.says(f"/whois {nickname}")
    found = await actor.hears_like(rf"whois {nickname} {state} (\d+) account{text and f' :{text}'}")
    assert abs(int(found[1]) - time()) < 60


async def test_alice_asks_bob_who_is_at_lunch(stage: Stage) -> None:
    """13.1, 13.3: he can be asked, and she reads his text once."""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await goes_away(bob, "back at two")
    await alice.says("/chat bob")
    await alice.hears("chat_requested bob 120", "presence bob away :back at two")
    await bob.hears("want_chat_with_you alice 120")
    await alice.says("/cancel")
    await alice.hears("bob is no longer asked")
    await bob.hears("chat_request_ended alice cancelled")
    await alice.says("/chat bob")
    await alice.hears("chat_requested bob 120")
    await alice.heard_nothing()


async def test_alice_writes_to_bob_who_is_at_lunch_and_who_goes_again(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await goes_away(bob, "lunch")
    await alice.says(f"/msg bob {STREAM} 1 :hello")
    await bob.hears_like(rf"message_from alice \d+ {STREAM} 1 :hello")
    await alice.hears("presence bob away :lunch")
    await bob.says("/back")
    await bob.hears("you_are online")
    await goes_away(bob, "in a meeting")
    await alice.says("/msg bob zzzzzzzzzzz2 1 :and now?")
    await bob.hears_like(r"message_from alice \d+ zzzzzzzzzzz2 1 :and now\?")
    await alice.hears("presence bob away :in a meeting")
    await alice.says("/msg bob zzzzzzzzzzz3 1 :well")
    await bob.hears_like(r"message_from alice \d+ zzzzzzzzzzz3 1 :well")
    await alice.heard_nothing()


async def test_bob_is_not_to_be_disturbed(stage: Stage) -> None:
    """13.2: the source system's own words. Letters and rooms go on."""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await bob.says("/dnd")
    await bob.hears("you_are dnd")
    await alice.says("/chat bob")
    await alice.hears("bob is not available")
    await alice.says(f"/msg bob {STREAM} 1 :when you have time")
    await bob.hears_like(rf"message_from alice \d+ {STREAM} 1 :when you have time")
    for actor in (alice, bob):
        await actor.says("/join #tea")
        await actor.hears_like("room_entered #tea .*")
    await alice.hears("room_joined #tea bob")
    await alice.says("/msg #tea zzzzzzzzzzz2 1 :hello all")
    await bob.hears_like(r"room_said #tea alice \d+ \d+ :hello all")
    await bob.says("/back", "/chat alice")
    await bob.hears("you_are online", "chat_requested alice 120")
    await alice.hears("want_chat_with_you bob 120")


async def test_whois(stage: Stage) -> None:
    """13.4"""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await is_told(alice, "bob", "online")
    await goes_away(bob, "lunch")
    await is_told(alice, "bob", "away", "lunch")
    await bob.says("/dnd")
    await bob.hears("you_are dnd")
    await is_told(alice, "bob", "dnd")
    await bob.says("/back")
    await bob.hears("you_are online")
    carol, _, _ = await stage.start_chat(await stage.enters("carol"), bob)
    await is_told(alice, "bob", "in_chat")
    await is_told(alice, "carol", "in_chat")
    await carol.says("/quit")
    await carol.hears("chat_ended bob you_left")
    await is_told(alice, "carol", "online")
    await exits(carol)
    await is_told(alice, "carol", "offline")


async def test_whois_of_somebody_who_was_never_here(stage: Stage) -> None:
    alice = await stage.enters("alice")
    await alice.says("/whois dave", "/whois nobody", "/whois /")
    await alice.hears("whois dave offline 0 account", "ERROR unknown nobody doesn't exist.")
    await alice.hears_like("ERROR bad_nickname .*")


async def test_a_presence_ends_with_its_session(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await goes_away(bob, "lunch")
    bob.check.breaks()
    bob = await stage.enters("bob")
    await is_told(alice, "bob", "online")


async def test_everybody_in_one_list(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await goes_away(bob, "lunch")
    await alice.says("/people", "/who")
    await alice.hears("people alice online bob away", "online alice bob")


async def test_a_watcher_hears_of_everybody_and_of_each_change_once(stage: Stage) -> None:
    """13.5"""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await alice.says("/watch on")
    await alice.hears("presence alice online", "presence bob online")
    await goes_away(bob, "lunch")
    await alice.hears("presence bob away :lunch")
    carol = await stage.enters("carol")
    await alice.hears("presence carol online")
    await bob.says("/back", "/away", "/back")
    await bob.hears("you_are online", "you_are away", "you_are online")
    await alice.hears("presence bob online")
    await stage.start_chat(carol, bob)
    heard = {await alice.login.line(), await alice.login.line()}
    assert heard == {"presence carol in_chat", "presence bob in_chat"}
    await carol.says("/quit")
    heard = {await alice.login.line(), await alice.login.line()}
    assert heard == {"presence carol online", "presence bob online"}
    await exits(carol)
    await alice.hears("presence carol offline")
    await alice.says("/watch off")
    await alice.heard_nothing()
    await exits(bob)
    await alice.heard_nothing()


async def test_a_text_commands_no_terminal_and_fills_none(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await bob.says("/away \x1b[2J \u202e:evil")
    await bob.hears("you_are away :␛[2J <U+202E>:evil")
    await bob.says(f"/away {'x' * 201}")
    await bob.hears_like("ERROR away_too_long That has 201 characters.*")
    await alice.says(f"/msg bob {STREAM} 1 :hi")
    await alice.hears("presence bob away :␛[2J <U+202E>:evil")
    await hears_pong(alice, rf"PONG \d 0 {STREAM}")


@pytest.mark.parametrize("line", ["/dnd now", "/back home", "/whois", "/watch", "/watch maybe", "/people all of them"])
async def test_what_is_typed_wrong_is_answered(stage: Stage, line: str) -> None:
    alice = await stage.enters("alice")
    await alice.says(line)
    await alice.hears_like(f"ERROR bad_command Usage: {line.split(maxsplit=1)[0]}.*")


async def test_who_wants_spellings_is_told_each_once_before_it_is_needed(stage: Stage) -> None:
    """13.11"""
    await stage.registers(
        Account("alice", spelling="Alice"), Account("bob"), Account("carol"), Account("νίκοσ", spelling="νίκος")
    )
    login, token = await stage.knocks("bob")
    chat = await stage.connects(f"duologue/1 chat_socket {token} spellings")
    check = await stage.connects(f"duologue/1 check_socket {token}")
    await check.hears("PONG 0 0")
    bob = Actor("bob", login, chat, check)
    carol, alice, _ = await stage.enters("carol"), await stage.enters("alice"), await stage.enters("νίκοσ")
    await bob.says("/who")
    await bob.hears("name_spelled alice Alice", "name_spelled νίκοσ νίκος", "online alice bob carol νίκοσ")
    await alice.says("/join tea")
    await alice.hears_like("room_entered .*")
    await carol.says("/join tea")
    await carol.hears_like("room_entered .*")
    await bob.says("/who", "/join tea")
    await bob.hears("online alice bob carol νίκοσ")
    await bob.hears_like("room_entered .*")
    await carol.hears("room_joined #tea bob")
    await stage.registers(Account("alice", spelling="ALICE"), Account("bob"), Account("carol"), Account("νίκοσ"))
    await alice.says("/part #tea")
    await bob.hears("name_spelled alice ALICE", "room_left #tea alice")
    await carol.hears("room_left #tea alice")


async def test_a_list_goes_on_after_a_name_in_any_spelling(stage: Stage) -> None:
    """5.1, 13.11: people read the name as its account spells it, and the list is in the order of keys."""
    await stage.enters("alice")
    bob, _ = await stage.enters("bob"), await stage.enters("carol")
    await bob.says("/who Bob", "/people BOB", "/join tea", "/names #tea Alice", "/names #tea ＢＯＢ")
    await bob.hears("online carol", "people carol online")
    await bob.hears_like("room_entered .*")
    await bob.hears("room_members #tea bob", "room_members #tea")
    await bob.says("/block alice", "/blocked Alice", "/who ~Guest")
    await bob.hears_like("blocked alice")
    await bob.hears("blocked_list", "online")
