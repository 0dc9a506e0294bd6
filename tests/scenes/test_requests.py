"""A request has one life (docs/protocol.md, section 6): every end of it, and what each of the two hears."""

from __future__ import annotations

from pathlib import Path

import pytest

from duologue.core.names import Account
from tests.scenes.conftest import exits
from tests.stage import Actor, Stage, opened

NOBODY_ASKED = "ERROR no_request Nobody has asked you for a chat."


async def asks(stage: Stage, asker: Actor, target: Actor) -> None:
    await asker.says(f"/chat {target.nickname}")
    await asker.hears(f"chat_requested {target.nickname} 120")
    await target.hears(f"want_chat_with_you {asker.nickname} 120")


async def one_asks_the_other(stage: Stage, one: str, other: str) -> tuple[Actor, Actor]:
    """Both are here by now, and the request waits for its answer."""
    asker, target = await stage.enters(one), await stage.enters(other)
    await asks(stage, asker, target)
    return asker, target


async def two_ask_bob(stage: Stage) -> tuple[Actor, Actor, Actor]:
    """alice, bob and carol, who are here by now."""
    alice, bob, carol = [await stage.enters(name) for name in ("alice", "bob", "carol")]
    await asks(stage, alice, bob)
    await asks(stage, carol, bob)
    return alice, bob, carol


async def says_yes_to_nobody(actor: Actor) -> None:
    await actor.says("yes")
    await actor.hears(NOBODY_ASKED)


async def test_alice_withdraws_her_request(stage: Stage) -> None:
    alice, bob = await one_asks_the_other(stage, "alice", "bob")
    await alice.says("/cancel")
    await alice.hears("bob is no longer asked")
    await bob.hears("chat_request_ended alice cancelled")
    await says_yes_to_nobody(bob)
    await alice.heard_nothing()


async def test_nobody_answers_in_time(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"request_expiry": 30.0}) as stage:
        alice, bob = await stage.enters("alice"), await stage.enters("bob")
        await alice.says("/chat bob")
        await alice.hears("chat_requested bob 30")
        await bob.hears("want_chat_with_you alice 30")
        stage.passes(29)
        await alice.heard_nothing()
        stage.passes(1)
        await alice.hears("bob didn't answer")
        await bob.hears("chat_request_ended alice expired")
        await says_yes_to_nobody(bob)
        await alice.heard_nothing()


@pytest.mark.parametrize("way", ["/exit", "vanishes"])
async def test_bob_goes_without_an_answer(stage: Stage, way: str) -> None:
    alice, bob = await one_asks_the_other(stage, "alice", "bob")
    await (bob.vanishes() if way == "vanishes" else bob.says(way))
    await alice.hears("bob is offline")
    await alice.heard_nothing()


async def test_alice_goes_before_bob_answers(stage: Stage) -> None:
    alice, bob = await one_asks_the_other(stage, "alice", "bob")
    await alice.says("/exit")
    await bob.hears("chat_request_ended alice cancelled")
    await says_yes_to_nobody(bob)


async def test_bob_takes_carol_and_alice_is_told(stage: Stage) -> None:
    """6.3: who enters a chat has no other requests any more."""
    alice, bob, carol = await two_ask_bob(stage)
    await bob.says("/accept carol")
    await alice.hears("bob is not available")
    await carol.hears_like("start_chat bob .+")
    await bob.hears_like("start_chat carol .+")
    await alice.heard_nothing()


async def test_alice_enters_a_chat_and_her_other_requests_are_withdrawn(stage: Stage) -> None:
    """6.3, from the asker's side."""
    alice, bob, carol = [await stage.enters(name) for name in ("alice", "bob", "carol")]
    await asks(stage, alice, bob)
    await asks(stage, alice, carol)
    await carol.says("yes")
    await carol.hears_like("start_chat alice .+")
    await alice.hears("bob is no longer asked")
    await alice.hears_like("start_chat carol .+")
    await bob.hears("chat_request_ended alice cancelled")
    await says_yes_to_nobody(bob)


async def test_a_bare_answer_with_several_waiting_asks_which(stage: Stage) -> None:
    """6.4."""
    alice, bob, carol = await two_ask_bob(stage)
    await bob.says("yes", "no", "/requests")
    await bob.hears(
        "ERROR which_request 2 people ask: alice and carol. Say which: /accept NICK",
        "ERROR which_request 2 people ask: alice and carol. Say which: /decline NICK",
        "requests alice carol",
    )
    await bob.says("/decline alice", "/requests", "yes")
    await alice.hears("bob decline chat")
    await bob.hears("requests carol")
    await bob.hears_like("start_chat carol .+")
    await carol.hears_like("start_chat bob .+")


async def test_nobody_waits(stage: Stage) -> None:
    alice = await stage.enters("alice")
    await alice.says("/requests", "yes", "no", "/accept bob", "/decline bob", "/cancel", "/cancel bob")
    await alice.hears(
        "requests",
        NOBODY_ASKED,
        NOBODY_ASKED,
        "ERROR no_request bob has not asked you for a chat.",
        "ERROR no_request bob has not asked you for a chat.",
        "ERROR no_request You have not asked anybody for a chat.",
        "ERROR no_request You have not asked bob for a chat.",
    )


async def test_one_request_is_withdrawn_and_then_all(stage: Stage) -> None:
    alice, bob, carol, dave = [await stage.enters(name) for name in ("alice", "bob", "carol", "dave")]
    for target in (bob, carol, dave):
        await asks(stage, alice, target)
    await alice.says("/cancel carol")
    await alice.hears("carol is no longer asked")
    await carol.hears("chat_request_ended alice cancelled")
    await bob.heard_nothing()
    await alice.says("/cancel")
    await alice.hears("bob is no longer asked", "dave is no longer asked")
    await bob.hears("chat_request_ended alice cancelled")
    await dave.hears("chat_request_ended alice cancelled")
    await carol.heard_nothing()


async def test_asking_twice_is_asking_once(stage: Stage) -> None:
    """6.2."""
    alice, bob = await one_asks_the_other(stage, "alice", "bob")
    stage.passes(20)
    await alice.says("/chat bob")
    await alice.hears("chat_requested bob 100")
    await bob.says("/requests")
    await bob.hears("requests alice")


async def test_accepting_twice_is_harmless(stage: Stage) -> None:
    """6.2: the original client says yes twice, two seconds apart."""
    alice, bob = await one_asks_the_other(stage, "alice", "bob")
    await bob.says("yes", "yes", "/accept alice")
    await bob.hears("requests_ended alice")
    await bob.hears_like("start_chat alice .+")
    await alice.hears("requests_ended bob")
    await alice.hears_like("start_chat bob .+")
    await bob.heard_nothing()
    await alice.heard_nothing()


async def test_nothing_is_on_before_bob_accepts(stage: Stage) -> None:
    """Design, section 5: in the source system the request alone switched the asker into the chat."""
    alice, bob = await one_asks_the_other(stage, "alice", "bob")
    await alice.says(":are you there?")
    await alice.hears_like("ERROR no_chat .+")
    await bob.heard_nothing()
    assert not stage.server.hub.connections.connection_table["in_chat"].any()


async def test_a_sixth_request_is_refused(tmp_path: Path) -> None:
    """6.5; the five go on, and one that ends makes room."""
    names = ["alice", *(f"user{number}" for number in range(1, 7))]
    async with opened(tmp_path, accounts=[Account(name) for name in names]) as stage:
        alice, *others = [await stage.enters(name) for name in names]
        for other in others[:5]:
            await asks(stage, alice, other)
        await alice.says("/chat user6")
        await alice.hears("ERROR too_many_requests 5 people are to answer you already; /cancel withdraws a request.")
        await others[5].heard_nothing()
        await others[0].says("no")
        await alice.hears("user1 decline chat")
        await asks(stage, alice, others[5])


async def test_limits_off_lifts_the_number_of_requests_and_the_wait_after_a_no(tmp_path: Path) -> None:
    names = ["alice", *(f"user{number}" for number in range(1, 7))]
    lifted = {"pending_requests": float("inf"), "decline_cooldown": 0.0}
    async with opened(tmp_path, accounts=[Account(name) for name in names], limits=lifted) as stage:
        alice, *others = [await stage.enters(name) for name in names]
        for other in others:
            await asks(stage, alice, other)
        await others[0].says("no")
        await alice.hears("user1 decline chat")
        await asks(stage, alice, others[0])


@pytest.mark.parametrize("myself", ["alice", "ALICE", "Ａlice"])
async def test_alice_asks_herself(stage: Stage, myself: str) -> None:
    alice = await stage.enters("alice")
    await alice.says(f"/chat {myself}")
    await alice.hears("ERROR yourself That is you. Ask somebody else for a chat.")


@pytest.mark.parametrize("spelling", ["Bob", "BOB", "ｂｏｂ"])
async def test_any_spelling_of_a_name_reaches_its_owner(stage: Stage, spelling: str) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await alice.says(f"/chat {spelling}")
    await alice.hears("chat_requested bob 120")
    await bob.hears("want_chat_with_you alice 120")
    await bob.says("/accept ALICE")
    await alice.hears_like("start_chat bob .+")


@pytest.mark.parametrize("lookalike", ["b0b", "bоb", "ЬоЬ"])  # a zero; a Cyrillic o; Cyrillic altogether
async def test_a_lookalike_reaches_nobody(stage: Stage, lookalike: str) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await alice.says(f"/chat {lookalike}")
    await alice.hears_like(".+ doesn't exist")
    await bob.heard_nothing()


@pytest.mark.parametrize("name", ["error", "bo\x1bb", "-bob", "a" * 33, "b\u202eob"])
async def test_what_can_be_no_name_is_refused_in_words(stage: Stage, name: str) -> None:
    alice = await stage.enters("alice")
    await alice.says(f"/chat {name}")
    answer = await alice.hears_like("ERROR bad_nickname .+")
    assert answer[0].isprintable()


async def test_asking_while_in_a_chat(stage: Stage) -> None:
    alice, _bob, _ = await stage.chat_between("alice", "bob")
    carol = await stage.enters("carol")
    await alice.says("/chat carol")
    await alice.hears("ERROR in_chat You are in a chat with bob; /quit leaves it.")
    await carol.heard_nothing()


async def test_the_wait_after_a_no_is_for_that_one_person(stage: Stage) -> None:
    alice, bob, carol = [await stage.enters(name) for name in ("alice", "bob", "carol")]
    await asks(stage, alice, bob)
    await bob.says("no")
    await alice.hears("bob decline chat")
    await asks(stage, alice, carol)
    await asks(stage, bob, alice)


async def test_who_is_here(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await alice.says("/who")
    await alice.hears("online alice bob")
    await exits(bob)
    await alice.says("/who")
    await alice.hears("online alice")
