"""Letters, and what had not arrived of a chat before it ended (docs/protocol.md, section 11), with a history and
without one.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from time import time

import pytest

from tests.scenes.conftest import acknowledges, exits, hears_pong, says_and_is_heard
from tests.stage import Actor, Stage, opened

LETTER = "AbCd-_123456"
OTHER = "zzzzzzzzzzz2"
THIRD = "zzzzzzzzzzz3"


@pytest.fixture(params=[True, False], ids=["history", "no_history"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=request.param, limits={"mailbox": 2}) as stage:
        yield stage


async def writes(stage: Stage, sender: Actor, nickname: str, text: str, stream: str = LETTER) -> None:
    """A letter to somebody who is away waits for them."""
    await sender.says(f"/msg {nickname} {stream} 1 :{text}")
    await sender.hears(f"kept_for {nickname} {stream} 1")
    await hears_pong(sender, not_yet_read(stage, stream))


def not_yet_read(stage: Stage, stream: str) -> str:
    """7.3: where nothing is kept, the sender may forget only what has been received."""
    return f"PONG {int(stage.settings.history)} 0 {stream}"


async def reads(actor: Actor, sender: str, text: str, stream: str = LETTER, number: int = 1) -> None:
    found = await actor.hears_like(rf"message_from {sender} (\d+) {stream} {number} :{text}")
    assert abs(int(found[1]) - time()) < 60


async def confirms(reader: Actor, sender: Actor, stream: str = LETTER, number: int = 1) -> None:
    """The reader holds the letter of this number, and the sender may forget it."""
    await acknowledges(reader, number, stream, sender, stored=number)


async def says_the_first_message(speaker: Actor, listener: Actor, chat: str) -> None:
    """It arrives, and the speaker knows that."""
    await says_and_is_heard(speaker, listener, "one")
    await acknowledges(listener, 1, chat, speaker, stored=r"\d")


async def hands_over(sender: Actor, reader: Actor, text: str, stream: str = LETTER) -> None:
    """A letter to one who is here."""
    await sender.says(f"/msg {reader.nickname} {stream} 1 :{text}")
    await reads(reader, sender.nickname, text, stream)


async def fills_mailbox(stage: Stage, sender: Actor, nickname: str) -> None:
    await writes(stage, sender, nickname, "one", LETTER)
    await writes(stage, sender, nickname, "two", OTHER)


async def test_a_letter_to_somebody_away_is_kept_and_handed_over_at_the_login(stage: Stage) -> None:
    """11.1 and 11.3."""
    alice = await stage.enters("alice")
    await writes(stage, alice, "bob", "the key is\vunder the mat")
    bob = await stage.enters("bob")
    await reads(bob, "alice", "the key is\vunder the mat")
    await confirms(bob, alice)


async def test_what_is_acknowledged_does_not_come_again(stage: Stage) -> None:
    """11.3: until then it does."""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await exits(bob)
    await writes(stage, alice, "bob", "one")
    for _ in range(2):
        bob = await stage.enters("bob")
        await reads(bob, "alice", "one")
    await confirms(bob, alice)
    bob = await stage.enters("bob")
    await writes(stage, alice, "carol", "two", OTHER)  # the store has answered by now
    await bob.heard_nothing()


async def test_a_letter_to_one_who_is_here_comes_at_once(stage: Stage) -> None:
    """11.3; nothing is said of keeping it."""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await hands_over(alice, bob, "hello")
    await confirms(bob, alice)
    await alice.heard_nothing()


async def test_a_letter_from_outside_comes_into_a_chat_and_is_not_counted_there(stage: Stage) -> None:
    alice, bob, chat = await stage.chat_between("alice", "bob")
    carol = await stage.enters("carol")
    await hands_over(carol, bob, "psst")
    await says_and_is_heard(alice, bob, "one")
    await bob.check.says(f"PING 1 {LETTER}", f"PING 1 {chat}")
    await hears_pong(carol, f"PONG 1 1 {LETTER}")
    await hears_pong(alice, rf"PONG \d 1 {chat}")


async def test_a_letter_that_is_handed_in_twice_is_delivered_once(stage: Stage) -> None:
    """11.1."""
    alice = await stage.enters("alice")
    await writes(stage, alice, "bob", "one")
    await writes(stage, alice, "bob", "one")
    bob = await stage.enters("bob")
    await reads(bob, "alice", "one")
    await hands_over(alice, bob, "two", OTHER)
    await bob.heard_nothing()


async def test_one_that_was_read_already_may_be_handed_in_again(stage: Stage) -> None:
    """11.1: the answer to the first was lost."""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await hands_over(alice, bob, "one")
    await confirms(bob, alice)
    await alice.says(f"/msg bob {LETTER} 1 :one")
    await hears_pong(alice, f"PONG 1 1 {LETTER}")
    await bob.heard_nothing()


async def test_a_sender_who_was_away_asks_how_its_letter_stands(stage: Stage) -> None:
    """11.3."""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await hands_over(alice, bob, "one")
    await hears_pong(alice, not_yet_read(stage, LETTER))
    await exits(alice)
    await bob.check.says(f"PING 1 {LETTER}")
    await bob.says(f"/msg carol {OTHER} 1 :the store has answered")
    await bob.hears(f"kept_for carol {OTHER} 1")
    alice = await stage.enters("alice")
    await alice.check.says(f"PING 0 {LETTER}")
    await hears_pong(alice, f"PONG 1 1 {LETTER}")


async def test_nobody_learns_how_letters_of_others_stand(stage: Stage) -> None:
    alice, carol = await stage.enters("alice"), await stage.enters("carol")
    await writes(stage, alice, "bob", "one")
    await carol.check.says(f"PING 0 {LETTER}", f"PING 1 {LETTER}")
    await carol.says(f"/msg dave {OTHER} 1 :x")
    heard = ""
    while heard != not_yet_read(stage, OTHER):
        heard = await carol.check.line()
        assert LETTER not in heard
    bob = await stage.enters("bob")
    await reads(bob, "alice", "one")


@pytest.mark.parametrize(("nickname", "code"), [("nobody", "unknown"), ("alice", "yourself")])
async def test_who_gets_no_letter(stage: Stage, nickname: str, code: str) -> None:
    alice = await stage.enters("alice")
    await alice.says(f"/msg {nickname} {LETTER} 1 :hello")
    await alice.hears_like(rf"not_kept {nickname} {LETTER} 1 {code} .+")
    await alice.heard_nothing()


async def test_a_full_mailbox_takes_no_more_until_it_is_read(stage: Stage) -> None:
    """11.1; here two fit."""
    alice = await stage.enters("alice")
    await fills_mailbox(stage, alice, "bob")
    await alice.says(f"/msg bob {THIRD} 1 :three")
    await alice.hears_like(rf"not_kept bob {THIRD} 1 mailbox_full .+")
    bob = await stage.enters("bob")
    await reads(bob, "alice", "one", LETTER)
    await reads(bob, "alice", "two", OTHER)
    await confirms(bob, alice)
    await hands_over(alice, bob, "three", THIRD)


async def test_a_full_mailbox_still_answers_for_what_it_has(stage: Stage) -> None:
    alice = await stage.enters("alice")
    await fills_mailbox(stage, alice, "bob")
    await writes(stage, alice, "bob", "one", LETTER)


async def test_a_text_that_does_not_fit_comes_in_parts(stage: Stage) -> None:
    """5.1 and 11.1: a letter may be as long as a message."""
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    text = "ab" * 4095
    await alice.says(f"/text_part :{text[:1000]}", f"/msg bob {LETTER} 1 :{text[1000:]}")
    heard = ""
    while (line := await bob.login.line()).startswith("text_part :"):
        heard += line.removeprefix("text_part :")
    assert re.match(rf"message_from alice \d+ {LETTER} 1 :", line)
    assert heard + line.partition(" :")[2] == text


async def test_what_had_not_arrived_of_an_ended_chat_is_a_letter(stage: Stage) -> None:
    """11.3: bob holds one of three, and gets the others at his next login, once."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_the_first_message(alice, bob, chat)
    bob.check.breaks()
    await alice.hears("chat_paused bob 60")
    await alice.says(":two", ":three", "/quit")
    await alice.hears("chat_ended bob you_left")
    bob = await stage.enters("bob")
    for number, text in ((2, "two"), (3, "three")):
        await reads(bob, "alice", text, chat, number)
    await confirms(bob, alice, chat, 3)
    await bob.heard_nothing()


async def test_what_could_not_be_said_before_the_end_is_handed_in(stage: Stage) -> None:
    """10.6 and 11.2: under its stream and number."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_the_first_message(alice, bob, chat)
    alice.check.breaks()
    await bob.hears("chat_paused alice 60")
    await bob.says("/quit")
    await bob.hears("chat_ended alice you_left")
    alice = await stage.enters("alice")
    await alice.says(f"/resume {chat} {chat} 1 {chat} 0")
    await alice.hears_like(rf"chat_ended bob \w+ {chat} 1")
    await alice.says(f"/msg bob {chat} 2 :two")
    await bob.chat.hears_like(rf"message_from alice \d+ {chat} 2 :two")
    await confirms(bob, alice, chat, 2)


async def test_a_number_that_has_no_place_is_refused(stage: Stage) -> None:
    """11.2: one after the other."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_the_first_message(alice, bob, chat)
    await alice.says("/quit", f"/msg bob {chat} 5 :five")
    await alice.hears("chat_ended bob you_left")
    await alice.hears_like(rf"not_kept bob {chat} 5 bad_number .+")


async def test_letters_are_there_after_a_restart(tmp_path: Path) -> None:
    """11.1: stored is stored."""
    async with opened(tmp_path, history=True) as stage:
        await writes(stage, await stage.enters("alice"), "bob", "one")
    async with opened(tmp_path, history=True) as stage:
        bob, alice = await stage.enters("bob"), await stage.enters("alice")
        await reads(bob, "alice", "one")
        await confirms(bob, alice)
