"""The conversation that everything serves (design, section 1), and the ways in which a request can end."""

from __future__ import annotations

import pytest

from tests.stage import Stage


async def test_alice_and_bob_have_a_chat(stage: Stage) -> None:
    alice, bob, chat = await stage.chat_between("alice", "bob")
    assert chat

    await alice.says(":hello")
    await bob.hears(":hello")
    await bob.says(":hi, and how are you?", ":I am fine")
    await alice.hears(":hi, and how are you?", ":I am fine")

    await alice.says("/quit")
    await bob.hears("chat_ended alice left")
    await alice.hears("chat_ended bob you_left")
    await bob.says(":are you there?")
    await bob.hears("ERROR no_chat You are in no chat, so nobody gets this. /chat NICK asks for one.")
    await alice.heard_nothing()


async def test_bob_declines_and_alice_may_ask_again_a_little_later(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await alice.says("/chat bob")
    await bob.hears("want_chat_with_you alice 120")
    await bob.says("no")
    await alice.hears("chat_requested bob 120", "bob decline chat")

    await alice.says("/chat bob")
    await alice.hears("bob declined a moment ago")
    await bob.heard_nothing()

    stage.passes(10)
    await alice.says("/chat bob")
    await alice.hears("chat_requested bob 120")
    await bob.hears("want_chat_with_you alice 120")


async def test_both_ask_each_other(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await alice.says("/chat bob")
    await bob.hears("want_chat_with_you alice 120")
    await bob.says("/chat alice")
    await bob.hears("requests_ended alice")
    await bob.hears_like("start_chat alice .+")
    await alice.hears("chat_requested bob 120", "requests_ended bob")
    await alice.hears_like("start_chat bob .+")


@pytest.mark.parametrize(
    ("target", "answer"), [("nobody", "nobody doesn't exist"), ("bob", "bob is offline"), ("BOB", "bob is offline")]
)
async def test_nobody_is_there_to_ask(stage: Stage, target: str, answer: str) -> None:
    alice = await stage.enters("alice")
    await alice.says(f"/chat {target}")
    await alice.hears(answer)


async def test_carol_asks_somebody_who_is_in_a_chat(stage: Stage) -> None:
    alice, bob, _ = await stage.chat_between("alice", "bob")
    carol = await stage.enters("carol")
    await carol.says("/chat bob")
    await carol.hears("bob is not available")
    await alice.heard_nothing()
    await bob.heard_nothing()
