"""Several devices of one account: each message by or to it stands on each of them once, in the order of the store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenes.conftest import acknowledges, hears_pong
from tests.stage import Actor, Stage, opened, until


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=True) as stage:
        yield stage


async def follows(stage: Stage, nickname: str, device: str) -> Actor:
    actor = await stage.enters(nickname, device=device)
    await actor.says("/follow")
    await actor.chat.hears_like(r"following \d+ anew")
    return actor


async def test_a_letter_is_on_all_devices_of_both_but_the_one_it_came_from(stage: Stage) -> None:
    desk, phone = await follows(stage, "alice", "desk"), await follows(stage, "alice", "phone")
    bob = await follows(stage, "bob", "b1")
    await desk.says("/msg bob AAAAAAAAAAAA 1 :hello")
    for who, conversation in ((phone, "bob"), (bob, "alice")):
        await who.chat.hears_like(rf"kept {conversation} \d+ \d+ alice AAAAAAAAAAAA 1 :hello")
    await bob.says("/msg alice BBBBBBBBBBBB 1 :to both")
    for who in (desk, phone):
        await who.chat.hears_like(r"kept bob \d+ \d+ bob BBBBBBBBBBBB 1 :to both")


async def test_a_chat_is_heard_by_the_devices_that_do_not_hold_it(stage: Stage) -> None:
    desk, phone = await follows(stage, "alice", "desk"), await follows(stage, "alice", "phone")
    bob = await follows(stage, "bob", "b1")
    await desk.says("/chat bob")
    await desk.hears("chat_requested bob 120")
    await bob.hears("want_chat_with_you alice 120")
    await bob.says("yes")
    for actor, other in ((desk, "bob"), (phone, "bob"), (bob, "alice")):
        await actor.hears(f"requests_ended {other}")
    chat = (await desk.hears_like(r"start_chat bob (\S+)"))[1]
    await bob.hears(f"start_chat alice {chat}")
    await phone.hears(f"chat_held bob {chat}")
    await desk.says(":one", ":two")
    await bob.hears(":one", ":two")
    for number, text in ((1, "one"), (2, "two")):
        await phone.chat.hears_like(rf"kept bob \d+ \d+ alice {chat} {number} :{text}")
    await bob.says(":three")
    await desk.hears(":three")
    await phone.chat.hears_like(rf"kept bob \d+ \d+ bob {chat} 1 :three")


async def test_a_device_that_takes_a_chat_is_handed_what_it_does_not_hold_though_another_has_it(stage: Stage) -> None:
    desk, bob = await follows(stage, "alice", "desk"), await follows(stage, "bob", "b1")
    _, _, chat = await stage.start_chat(desk, bob)
    phone = await follows(stage, "alice", "phone")
    await phone.hears(f"chat_held bob {chat}")
    await bob.says(":one")
    await phone.chat.hears_like(rf"kept bob \d+ \d+ bob {chat} 1 :one")
    await phone.vanishes()
    await until(lambda: len(stage.server.hub.directory.sessions_of("alice")) == 1)
    await bob.says(":two", ":three")
    await desk.hears(":one", ":two", ":three")
    await acknowledges(desk, 3, chat, bob, stored=3)
    desk.check.breaks()
    await until(lambda: not stage.server.hub.directory.sessions_of("alice"))
    phone = await stage.enters("alice", device="phone")
    await phone.says(f"/resume {chat} - 0 {chat} 1")
    await phone.hears(f"chat_resumed bob {chat} 0 {chat}.2 0", f"stream_begins bob {chat} 2", ":two", ":three")


async def test_the_first_message_of_a_store_has_a_number_above_all_that_were_told(tmp_path: Path) -> None:
    """Of a server that starts again, too: who was told nothing yet and lost the connection is told it."""
    async with opened(tmp_path, history=True) as stage:
        bob = await stage.enters("bob", device="desk")
        await bob.says("/follow")
        told = int((await bob.chat.hears_like(r"following (\d+) anew"))[1])
    async with opened(tmp_path, history=True) as stage:
        alice = await follows(stage, "alice", "desk")
        await alice.says("/msg bob AAAAAAAAAAAA 1 :hello")
        await alice.hears("kept_for bob AAAAAAAAAAAA 1")
        bob = await stage.enters("bob", device="desk")
        await bob.says(f"/follow {told}")
        await bob.chat.hears(f"following {told}")
        await bob.chat.hears_like(r"kept alice \d+ \d+ alice AAAAAAAAAAAA 1 :hello")


async def test_the_list_and_what_was_read_are_the_same_on_all_devices(stage: Stage) -> None:
    bob, carol = await stage.enters("bob"), await stage.enters("carol")
    for who, texts in ((bob, ("one", "two")), (carol, ("three",))):
        for number, text in enumerate(texts, 1):
            await who.says(f"/msg alice {who.nickname}AAAAAA {number} :{text}")
            await who.hears(f"kept_for alice {who.nickname}AAAAAA {number}")
    desk, phone = await follows(stage, "alice", "desk"), await follows(stage, "alice", "phone")
    await phone.says("/conversations")
    await phone.hears_like(r"conversation carol \d+ \d+ 1 0 carol :three")
    found = await phone.hears_like(r"conversation bob (\d+) \d+ 2 0 bob :two")
    await phone.hears("conversations_ended")
    await desk.says(f"/read bob {found[1]}")
    for who in (desk, phone):
        await who.hears(f"read_upto bob {found[1]} 0")
    await phone.says("/conversations")
    await phone.hears_like(r"conversation carol \d+ \d+ 1 0 carol :three")
    await phone.hears(found[0].replace(" 2 0 bob", f" 0 {found[1]} bob"))
    await phone.hears("conversations_ended")
    for name in ("dave", "#tea", "nobody"):
        await phone.says(f"/read {name} 5")
        await phone.hears(f"ERROR no_conversation You have no conversation with {name}.")


async def test_who_asks_for_an_older_stream_of_their_own_is_answered_and_stays(stage: Stage) -> None:
    desk, bob = await follows(stage, "alice", "desk"), await follows(stage, "bob", "b1")
    _, _, chat = await stage.start_chat(desk, bob)
    await desk.says(":one")
    await bob.hears(":one")
    for _ in range(2):  # the second time its older stream has a name that none of the partner's has
        await desk.vanishes()
        await bob.hears("chat_paused alice 60")
        desk = await follows(stage, "alice", "desk")
        await desk.says(f"/resume {chat} - 0 {chat} 0")
        await desk.hears_like(rf"chat_resumed bob {chat} 0 {chat}\.\d 0")
        await bob.hears_like(rf"stream_begins alice {chat}\.\d 1")
        await bob.hears(f"chat_resumed alice {chat}")
        await desk.hears(f"stream_begins bob {chat} 1")
    await desk.check.says(f"PING 0 {chat}")
    await hears_pong(desk, f"PONG 1 0 {chat}")
    await desk.check.says(f"PING 0 {chat}.2")
    await hears_pong(desk, f"PONG 0 0 {chat}.2")
    await desk.says(":two")
    await bob.hears(":two")
