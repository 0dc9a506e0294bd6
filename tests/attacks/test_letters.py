"""One sender writes what fills a mailbox for good: it takes what others write, and gives back what was taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.behaviour.original_clients import PlainLines
from tests.browser import enters
from tests.scenes.conftest import acknowledges, exits, hears_pong, says_and_is_heard
from tests.stage import Actor, Stage, opened

PROTOCOLS = ("native", "web", "plain_lines")
MAILBOX, SHARE = 6, 2
NO_NUMBER = "Messages are numbered from 1, so this is none; nothing was stored."
HIGHEST = 10**18 - 1


@pytest.fixture(params=[True, False], ids=["history", "no_history"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    limits = {"mailbox": MAILBOX, "mailbox_per_sender": SHARE}
    async with opened(tmp_path, history=request.param, protocols=PROTOCOLS, limits=limits) as stage:
        yield stage


async def writes(sender: Actor, stream: str, number: int = 1, text: str = "hi") -> None:
    """A letter to bob, who is away."""
    await sender.says(f"/msg bob {stream} {number} :{text}")
    await sender.hears(f"kept_for bob {stream} {number}")


async def is_refused(sender: Actor, stream: str, code: str, number: int = 1) -> None:
    await sender.says(f"/msg bob {stream} {number} :hi")
    await sender.hears_like(f"not_kept bob {stream} {number} {code} .+")


async def carols_letter_reaches_bob(stage: Stage, *before: str) -> None:
    """As if nothing had been; bob hears the senders of what came `before`."""
    carol = await stage.enters("carol")
    await writes(carol, "impt00000001", text="important")
    bob = await stage.enters("bob")
    for sender in before:
        await bob.hears_like(rf"message_from {sender} .+")
    await bob.hears_like(r"message_from carol \d+ impt00000001 1 :important")
    await bob.heard_nothing()


# Numbers


async def test_a_letter_numbered_0_is_none(stage: Stage) -> None:
    mallory = await stage.enters("alice")
    for number in range(2 * MAILBOX):
        await mallory.says(f"/msg bob zero{number:08d} 0 :x")
        await mallory.hears(f"ERROR bad_number {NO_NUMBER}")
    await carols_letter_reaches_bob(stage)


async def test_nor_is_one_from_a_page(stage: Stage) -> None:
    mallory = await enters(stage, "alice")
    for number in range(2 * MAILBOX):
        await mallory.says("send_letter", nickname="bob", stream=f"zero{number:08d}", number=0, text="x")
        await mallory.hears("refused", code="bad_number", text=NO_NUMBER, of="send_letter")
    await carols_letter_reaches_bob(stage)


@pytest.mark.parametrize("number", ["-1", "+1", "1.5", "1000000000000000000", "٣", "0x1", ""])
async def test_what_is_no_number_is_no_command(stage: Stage, number: str) -> None:
    mallory = await stage.enters("alice")
    await mallory.says(f"/msg bob AbCd-_123456 {number} :x")
    await mallory.hears_like("ERROR bad_command .+")
    await carols_letter_reaches_bob(stage)


@pytest.mark.parametrize("number", [-1, 1.5, 10**18, 1 << 64, True, "1", None])
async def test_nor_for_a_page(stage: Stage, number: Any) -> None:
    mallory = await enters(stage, "alice")
    await mallory.says("send_letter", nickname="bob", stream="AbCd-_123456", number=number, text="x")
    await mallory.hears("refused", code="bad_command", of="send_letter")
    await carols_letter_reaches_bob(stage)


async def test_one_in_a_room_is_none_either(stage: Stage) -> None:
    mallory, carol = await stage.enters("alice"), await stage.enters("carol")
    await mallory.says("/join #tea", "/msg #tea zero 0 :x", "/msg #tea one 1 :y")
    await mallory.hears("room_entered #tea 1 :", f"ERROR bad_number {NO_NUMBER}")
    await hears_pong(mallory, "PONG 1 1 one")
    await carol.says("/join #tea")
    await carol.hears("room_entered #tea 2 :")
    await carol.heard_nothing()


async def test_the_highest_number_is_one_letter(stage: Stage) -> None:
    alice = await stage.enters("alice")
    await writes(alice, "huge", HIGHEST)
    await writes(alice, "little")
    await is_refused(alice, "more", "mailbox_full")
    await is_refused(alice, "little", "bad_number", 3)
    bob = await stage.enters("bob")
    await bob.hears_like(rf"message_from alice \d+ huge {HIGHEST} :hi")
    await bob.hears_like(r"message_from alice \d+ little 1 :hi")
    await acknowledges(bob, HIGHEST, "huge", alice)
    await acknowledges(bob, 1, "little", alice)
    await exits(bob)
    await writes(alice, "more")


# Streams


@pytest.mark.parametrize("stream", [".", ".1", "", "x" * 33, "a/b", "a:b", "ä", "a\x1bb"])
async def test_what_is_no_stream_is_no_command(stage: Stage, stream: str) -> None:
    mallory = await stage.enters("alice")
    await mallory.says(f"/msg bob {stream} 1 :x")
    await mallory.hears_like("ERROR bad_command .+")


async def test_nobody_hands_letters_into_a_chat_that_is_on(stage: Stage) -> None:
    alice, bob, chat = await stage.chat_between("alice", "bob")
    carol = await stage.enters("carol")
    for sender in (alice, carol):
        for stream in (chat, f"{chat}.2"):
            await is_refused(sender, stream, "bad_number")
    await says_and_is_heard(alice, bob, "hello")
    await acknowledges(bob, 1, chat, alice)


# Shares


async def test_who_writes_without_end_takes_a_share(stage: Stage) -> None:
    mallory = await stage.enters("alice")
    for number in range(SHARE):
        await writes(mallory, f"spam{number}")
    await mallory.says("/msg bob more 1 :hi")
    await mallory.hears(
        "not_kept bob more 1 mailbox_full bob has 2 messages of yours waiting, and takes no more of them."
        " Try again when they have been here."
    )
    page = await enters(stage, "alice")
    await page.says("send_letter", nickname="bob", stream="page", number=1, text="x")
    await page.hears("not_kept", nickname="bob", stream="page", code="mailbox_full")
    await carols_letter_reaches_bob(stage, *["alice"] * SHARE)


async def test_what_is_left_of_chats_is_of_the_same_share(stage: Stage) -> None:
    """Nothing that was said in a chat is refused, and it takes nobody else's place."""
    mallory, bob, _ = await stage.chat_between("alice", "bob")
    await bob.vanishes()
    await mallory.hears("chat_paused bob 60")
    await mallory.says(*[f":{number}" for number in range(MAILBOX)])
    await mallory.says("/quit")
    await mallory.hears("chat_ended bob you_left")
    await is_refused(mallory, "more", "mailbox_full")
    await carols_letter_reaches_bob(stage, *["alice"] * MAILBOX)


async def test_guests_have_one_share_whatever_they_are_called(stage: Stage) -> None:
    answers = ("Kept for bob", "Kept for bob", "bob has 2 messages of guests waiting")
    for name, answer in zip(("Eve", "Mallory", "Trudy"), answers, strict=True):
        guest = PlainLines(stage, name)
        stage.leaving.append(guest.closes)
        await guest.comes_in()
        await guest.types("/msg bob buy")
        while answer not in await guest.next_text():
            pass
    await carols_letter_reaches_bob(stage, "~Eve", "~Mallory")


# Receipts


async def test_a_letter_that_is_not_there_has_not_been_received(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await alice.says("/msg bob s 1 :one")
    await bob.hears_like(r"message_from alice \d+ s 1 :one")
    await bob.check.says("PING 500000 s")
    await hears_pong(alice, "PONG 1 1 s")
    await alice.says("/msg bob s 2 :two")
    await bob.hears_like(r"message_from alice \d+ s 2 :two")
    await bob.check.says("PING 1 s")
    await hears_pong(alice, rf"PONG {1 + stage.settings.history} 1 s")
    await acknowledges(bob, 2, "s", alice)


async def test_nor_by_the_word_of_a_page(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await enters(stage, "bob")
    for number, word in ((1, "one"), (2, "two")):
        await alice.says(f"/msg bob s {number} :{word}")
        await bob.skips_to("message_from", nickname="alice", number=number, text=word)
        await bob.says("ping", received=HIGHEST, stream="s")
        await hears_pong(alice, f"PONG {number} {number} s")


async def test_what_comes_after_a_restart_arrives_whatever_was_said_to_hold(tmp_path: Path) -> None:
    """A stream that was read back: a client may hold more of it than the server, and one may say so that does not."""
    async with opened(tmp_path, history=True) as stage:
        alice, bob, chat = await stage.chat_between("alice", "bob")
        await says_and_is_heard(alice, bob, "one")
        await acknowledges(bob, 1, chat, alice, 1)
    async with opened(tmp_path, history=True) as stage:
        alice, bob = await stage.enters("alice"), await stage.enters("bob")
        for actor, partner, sent, held in ((bob, "alice", 0, HIGHEST), (alice, "bob", 1, 0)):
            await actor.hears_like(rf"chat_waits {partner} {chat} \d+")
            await actor.says(f"/resume {chat} {chat} {sent} {chat} {held}")
            await actor.hears(f"chat_resumed {partner} {chat} {sent} {chat} {sent}")
            await actor.hears(f"stream_begins {partner} {chat} {1 - sent + 1}")
        await bob.hears_like(r"chat_paused alice \d+|chat_resumed alice .+")
        await alice.says(":two")
        while await bob.chat.line() != ":two":
            pass
        await bob.check.says(f"PING {HIGHEST} {chat}")
        await hears_pong(alice, f"PONG [12] 2 {chat}")
        await bob.check.says(f"PING 1 {chat}")
        await says_and_is_heard(alice, bob, "three")
        await acknowledges(bob, 3, chat, alice)


async def test_in_a_chat_more_than_was_sent_is_a_mistake_by_each_door(stage: Stage) -> None:
    """7.5"""
    _, bob, chat = await stage.chat_between("alice", "bob")
    await bob.check.says(f"PING 5 {chat}")
    assert await ends_with_bad_count(bob)
    page = await enters(stage, "bob")
    await page.hears("chat_waits", chat=chat)
    held = {"name": chat, "upto": 0}
    await page.says("resume_chat", chat=chat, sent=held, received=held)
    await page.says("ping", received=5, stream=chat)
    await page.skips_to("refused", code="bad_count")
    await page.skips_to("disconnected", code="protocol_error")


async def ends_with_bad_count(actor: Actor) -> bool:
    while not (line := await actor.check.line()).startswith("ERROR"):
        pass
    await actor.is_out_after(f"disconnected protocol_error {line.split(' ', 2)[2]}")
    return line.startswith("ERROR bad_count ")
