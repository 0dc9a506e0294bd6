"""Blocking, and who may ask (docs/protocol.md, section 13): nobody can tell it from no answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenes.conftest import exits, hears_pong, says_and_is_heard
from tests.stage import Actor, Stage, opened

STREAM = "AbCd-_123456"
OTHER = "zzzzzzzzzzz2"


@pytest.fixture(params=[True, False], ids=["history", "no_history"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=request.param) as stage:
        yield stage


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=True) as stage:
        yield stage


@pytest.fixture
async def impatient(tmp_path: Path) -> AsyncIterator[Stage]:
    """Where a request expires before its asker would be taken for dead."""
    async with opened(tmp_path, limits={"request_expiry": 30.0}) as stage:
        yield stage


async def blocks(actor: Actor, nickname: str) -> None:
    await actor.says(f"/block {nickname}")
    await actor.hears(f"blocked {nickname}")


async def blocked_pair(stage: Stage) -> tuple[Actor, Actor]:
    """Bob has blocked alice."""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await blocks(bob, "alice")
    return alice, bob


# Requests


async def test_alice_asks_bob_who_has_blocked_her(impatient: Stage) -> None:
    """13.6: it waits, and expires."""
    alice, bob = await blocked_pair(impatient)
    await alice.says("/chat bob")
    await alice.hears("chat_requested bob 30")
    await bob.says("/requests", "yes")
    await bob.hears("requests", "ERROR no_request Nobody has asked you for a chat.")
    impatient.passes(30)
    await alice.hears("bob didn't answer")
    await bob.heard_nothing()


async def test_alice_hears_what_anybody_hears(stage: Stage) -> None:
    alice, bob = await blocked_pair(stage)
    await bob.says("/away lunch")
    await bob.hears("you_are away :lunch")
    await alice.says("/chat bob", "/whois bob")
    await alice.hears("chat_requested bob 120", "presence bob away :lunch")
    await alice.hears_like(r"whois bob away \d+ account :lunch")
    await bob.says("/dnd", "/back")
    await bob.hears("you_are dnd", "you_are online")
    carol, bob, _ = await stage.start_chat(await stage.enters("carol"), bob)
    await alice.hears("bob is not available")
    await alice.says("/chat bob")
    await alice.hears("bob is not available")
    await exits(bob)
    await carol.hears("chat_ended bob left")
    await alice.says("/chat bob")
    await alice.hears("bob is offline")


async def test_a_block_ends_the_chat_as_quit_would(stage: Stage) -> None:
    """13.7"""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "hello", "are you there")
    await bob.says("/block alice")
    await bob.hears("chat_ended alice you_left", "blocked alice")
    await alice.hears("chat_ended bob left")
    await alice.says(":hello?")
    await alice.hears_like("ERROR no_chat .*")
    await bob.heard_nothing()


async def test_a_block_withdraws_what_waits_between_the_two(impatient: Stage) -> None:
    alice, bob = await impatient.enters("alice"), await impatient.enters("bob")
    await alice.says("/chat bob")
    await bob.hears("want_chat_with_you alice 30")
    await alice.hears("chat_requested bob 30")
    await blocks(bob, "alice")
    await bob.says("/accept alice")
    await bob.hears_like("ERROR no_request .*")
    await alice.heard_nothing()
    impatient.passes(30)
    await alice.hears("bob didn't answer")


async def test_who_has_blocked_somebody_does_not_turn_to_them(stage: Stage) -> None:
    """13.8"""
    alice, bob = await blocked_pair(stage)
    await bob.says("/chat alice", f"/msg alice {STREAM} 1 :hi")
    await bob.hears(
        "ERROR blocked You have blocked alice. /unblock alice first.",
        f"not_kept alice {STREAM} 1 blocked You have blocked alice. /unblock alice first.",
    )
    await alice.heard_nothing()
    await bob.says("/unblock alice", "/chat alice")
    await bob.hears("unblocked alice", "chat_requested alice 120")
    await alice.hears("want_chat_with_you bob 120")


async def test_whom_one_has_blocked(stage: Stage) -> None:
    bob = await stage.enters("bob")
    await blocks(bob, "dave")
    await blocks(bob, "alice")
    await bob.says("/blocked", "/unblock dave", "/unblock carol", "/block nobody", "/block bob", "/blocked")
    await bob.hears("blocked_list alice dave", "unblocked dave")
    await bob.hears_like("ERROR not_blocked You have not blocked carol.*")
    await bob.hears("ERROR unknown nobody doesn't exist.")
    await bob.hears_like("ERROR yourself .*")
    await bob.hears("blocked_list alice")


async def test_there_is_a_limit_with_words(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"blocks": 2}) as stage:
        alice = await stage.enters("alice")
        await blocks(alice, "bob")
        await blocks(alice, "carol")
        await alice.says("/block dave")
        await alice.hears("ERROR too_many_blocks You have blocked 2 people, and can block no more. "
                          "/unblock NICK makes room.")  # fmt: skip


# Letters


async def test_a_letter_of_somebody_blocked_looks_kept_and_goes_nowhere(stage: Stage) -> None:
    """13.6: told as any letter to somebody who does not read."""
    alice, bob = await blocked_pair(stage)
    stored = int(stage.settings.history)
    await alice.says(f"/msg bob {STREAM} 1 :hello")
    await hears_pong(alice, f"PONG {stored} 0 {STREAM}")
    await bob.heard_nothing()
    await exits(bob)
    await alice.says(f"/msg bob {STREAM} 1 :hello", f"/msg bob {OTHER} 1 :where are you")
    await alice.hears(f"kept_for bob {STREAM} 1", f"kept_for bob {OTHER} 1")
    for stream in (STREAM, OTHER):
        await hears_pong(alice, f"PONG {stored} 0 {stream}")
    for stream in (STREAM, OTHER):
        await alice.check.says(f"PING 0 {stream}")
        await hears_pong(alice, f"PONG {stored} 0 {stream}")
    bob = await stage.enters("bob")
    await bob.heard_nothing()
    await bob.says("/unblock alice")
    await bob.hears("unblocked alice")
    await bob.heard_nothing()
    await alice.says("/msg bob zzzzzzzzzzz3 1 :at last")
    await bob.hears_like(r"message_from alice \d+ zzzzzzzzzzz3 1 :at last")


async def test_they_do_not_fill_the_mailbox(tmp_path: Path) -> None:
    async with opened(tmp_path, history=True, limits={"mailbox": 2}) as stage:
        alice, bob = await blocked_pair(stage)
        carol = await stage.enters("carol")
        await exits(bob)
        for number in range(5):
            await alice.says(f"/msg bob spam{number} 1 :buy")
            await alice.hears(f"kept_for bob spam{number} 1")
        for number in range(2):
            await carol.says(f"/msg bob letter{number} 1 :hi")
            await carol.hears(f"kept_for bob letter{number} 1")
        await alice.says("/msg bob spam 1 :buy")
        await alice.hears_like("not_kept bob spam 1 mailbox_full .*")
        bob = await stage.enters("bob")
        for number in range(2):
            await bob.hears_like(rf"message_from carol \d+ letter{number} 1 :hi")
        await bob.heard_nothing()


async def test_they_are_in_the_history_of_their_sender_alone(keeping: Stage) -> None:
    alice, bob = await blocked_pair(keeping)
    await alice.says(f"/msg bob {STREAM} 1 :secret tea")
    await hears_pong(alice, f"PONG 1 0 {STREAM}")
    for question in ("/history bob 9", "/search tea"):
        await alice.says(question)
        await alice.hears_like(r"recalled \d+ \d+ alice bob :secret tea")
        await alice.hears("recall_ended 1")
    for question in ("/history alice 9", "/search tea"):
        await bob.says(question)
        await bob.hears("recall_ended 0")


async def test_what_is_left_of_a_chat_goes_nowhere_too(stage: Stage) -> None:
    """11.2: alice has said more than the server got before bob blocked her."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "hello")
    await bob.check.says(f"PING 1 {chat}")
    await hears_pong(alice, f"PONG 1 1 {chat}")
    await bob.says("/block alice")
    await bob.hears("chat_ended alice you_left", "blocked alice")
    await alice.hears("chat_ended bob left")
    stored = int(stage.settings.history)
    await alice.says(f"/msg bob {chat} 2 :are", f"/msg bob {chat} 3 :you")
    await hears_pong(alice, f"PONG {1 + stored} 1 {chat}")
    await hears_pong(alice, f"PONG {1 + 2 * stored} 1 {chat}")
    await alice.heard_nothing()
    await bob.heard_nothing()
    await exits(bob)
    bob = await stage.enters("bob")
    await bob.heard_nothing()


# Rooms


async def joins(actor: Actor, room: str, *others: Actor) -> None:
    await actor.says(f"/join {room}")
    await actor.hears_like(f"room_entered {room} .*")
    for other in others:
        await other.hears(f"room_joined {room} {actor.nickname}")


async def test_in_a_room_bob_hears_all_but_alice(stage: Stage) -> None:
    """13.6: she comes, speaks and goes, and carol hears it."""
    alice, bob = await blocked_pair(stage)
    carol = await stage.enters("carol")
    await joins(bob, "#tea")
    await joins(carol, "#tea", bob)
    await joins(alice, "#tea", carol)
    await alice.says(f"/msg #tea {STREAM} 1 :hello all")
    await carol.hears_like(r"room_said #tea alice \d+ \d+ :hello all")
    await hears_pong(alice, f"PONG 1 1 {STREAM}")
    await carol.says(f"/msg #tea {OTHER} 1 :hello alice")
    for actor in (alice, bob):
        await actor.hears_like(r"room_said #tea carol \d+ \d+ :hello alice")
    await bob.says("/msg #tea zzzzzzzzzzz3 1 :hello carol")
    for actor in (alice, carol):
        await actor.hears_like(r"room_said #tea bob \d+ \d+ :hello carol")
    await alice.says("/topic #tea :tea", "/part #tea")
    await carol.hears_like("room_topic .*")
    await carol.hears("room_left #tea alice")
    await bob.heard_nothing()


async def test_nor_does_bob_read_in_the_history_of_the_room_what_she_said(keeping: Stage) -> None:
    alice, bob = await blocked_pair(keeping)
    await joins(bob, "#tea")
    await alice.says("/join #tea", f"/msg #tea {STREAM} 1 :hello tea")
    await hears_pong(alice, f"PONG 1 1 {STREAM}")
    await bob.says(f"/msg #tea {OTHER} 1 :tea is ready")
    await hears_pong(bob, f"PONG 1 1 {OTHER}")
    for question in ("/history #tea 9", "/search tea"):
        await bob.says(question)
        await bob.hears_like(r"recalled \d+ \d+ bob #tea :tea is ready")
        await bob.hears("recall_ended 1")


async def test_a_guest_is_blocked_as_long_as_the_guest_is_here(tmp_path: Path) -> None:
    """13.9: also where the guest has come in by another door."""
    async with opened(tmp_path, protocols=("native", "plain_lines")) as stage:
        bob, carol = await stage.enters("bob"), await stage.enters("carol")
        await joins(bob, "#lobby")
        await joins(carol, "#lobby", bob)
        eve = await comes_as_a_guest(stage, "Eve")
        for actor in (bob, carol):
            await actor.hears("room_joined #lobby ~Eve")
        await bob.says("/block eve")
        await bob.hears("blocked ~Eve")
        eve.write(b"buy")
        await carol.hears_like(r"room_said #lobby ~Eve \d+ \d+ :buy")
        eve.close()
        await carol.hears("room_left #lobby ~Eve")
        await bob.heard_nothing()
        await bob.says("/blocked")
        await bob.hears("blocked_list")
        eve = await comes_as_a_guest(stage, "Eve")
        await bob.hears("room_joined #lobby ~Eve")
        eve.close()


async def comes_as_a_guest(stage: Stage, name: str) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection(stage.settings.host, stage.ports["plain_lines"])
    writer.write(name.encode())
    return writer


# As long as the account


async def test_a_block_outlives_the_server(tmp_path: Path) -> None:
    async with opened(tmp_path, history=True) as stage:
        _, bob = await blocked_pair(stage)
        await blocks(bob, "carol")
        await bob.says("/unblock carol", "/allow nobody")
        await bob.hears("unblocked carol", "may_ask nobody")
    async with opened(tmp_path, history=True) as stage:
        carol, bob = await stage.enters("carol"), await stage.enters("bob")
        await bob.says("/blocked", "/allow")
        await bob.hears("blocked_list alice", "may_ask nobody")
        await carol.says("/chat bob")
        await carol.hears("chat_requested bob 120")
        await bob.heard_nothing()


# Who may ask


async def asks_in_vain(asker: Actor, target: Actor) -> None:
    await asker.says(f"/chat {target.nickname}")
    await asker.hears(f"chat_requested {target.nickname} 120")
    await target.heard_nothing()
    await asker.says("/cancel")
    await asker.hears(f"{target.nickname} is no longer asked")
    await target.heard_nothing()


async def asks_and_is_heard(asker: Actor, target: Actor) -> None:
    await asker.says(f"/chat {target.nickname}")
    await asker.hears(f"chat_requested {target.nickname} 120")
    await target.hears(f"want_chat_with_you {asker.nickname} 120")
    await asker.says("/cancel")
    await asker.hears(f"{target.nickname} is no longer asked")
    await target.hears(f"chat_request_ended {asker.nickname} cancelled")


async def test_nobody_may_ask_bob(stage: Stage) -> None:
    """13.10"""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await bob.says("/allow nobody")
    await bob.hears("may_ask nobody")
    await asks_in_vain(alice, bob)
    await alice.says(f"/msg bob {STREAM} 1 :may I")
    await bob.hears_like(rf"message_from alice \d+ {STREAM} 1 :may I")
    await bob.says("/allow everyone")
    await bob.hears("may_ask everyone")
    await asks_and_is_heard(alice, bob)


async def test_two_who_both_ask_are_in_a_chat_whoever_may(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await bob.says("/allow nobody")
    await bob.hears("may_ask nobody")
    await alice.says("/chat bob")
    await alice.hears("chat_requested bob 120")
    await bob.says("/chat alice")
    await bob.hears_like("start_chat alice .*")
    await alice.hears_like("start_chat bob .*")


async def test_only_those_may_ask_whom_bob_knows(stage: Stage) -> None:
    alice, bob, carol = [await stage.enters(nickname) for nickname in ("alice", "bob", "carol")]
    await stage.start_chat(alice, bob)
    await alice.says("/quit")
    await alice.hears("chat_ended bob you_left")
    await bob.hears("chat_ended alice left")
    await bob.says("/allow known")
    await bob.hears("may_ask known")
    await asks_and_is_heard(alice, bob)
    await asks_in_vain(carol, bob)
    await carol.says(f"/msg bob {STREAM} 1 :it is me")
    await bob.hears_like(rf"message_from carol \d+ {STREAM} 1 :it is me")
    await asks_in_vain(carol, bob)
    await bob.says(f"/msg carol {OTHER} 1 :welcome")
    await carol.hears_like(rf"message_from bob \d+ {OTHER} 1 :welcome")
    await asks_and_is_heard(carol, bob)


async def test_who_goes_while_the_store_is_asked_asks_nobody(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await bob.says("/allow known")
    await bob.hears("may_ask known")
    await alice.says("/chat bob", "/exit")
    alice.login.breaks()
    await bob.heard_nothing()
    await (await stage.enters("alice")).heard_nothing()


async def test_a_mistake_is_told_there_too(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await bob.says("/allow known")
    await bob.hears("may_ask known")
    await blocks(alice, "bob")
    await alice.says("/chat bob")
    await alice.hears("ERROR blocked You have blocked bob. /unblock bob first.")
