"""A chat goes on after its link was lost (docs/protocol.md, section 10), with a history and without one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenes.conftest import acknowledges, exits, hears_pong, says_and_is_heard
from tests.stage import Actor, Stage, opened, until


@pytest.fixture(params=[True, False], ids=["history", "no_history"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=request.param) as stage:
        yield stage


async def is_lost(stage: Stage, gone: Actor, partner: Actor) -> None:
    gone.check.breaks()
    await partner.hears(f"chat_paused {gone.nickname} 60")
    assert gone.nickname not in stage.present()


async def comes_back(stage: Stage, nickname: str, partner: str, chat: str) -> Actor:
    actor = await stage.enters(nickname)
    await actor.hears(f"chat_waits {partner} {chat} 60")
    return actor


async def resumes(actor: Actor, chat: str, *memory: object) -> None:
    await actor.says(" ".join(["/resume", chat, *map(str, memory)]))


async def is_lost_and_comes_back(stage: Stage, gone: Actor, partner: Actor, chat: str) -> Actor:
    await is_lost(stage, gone, partner)
    return await comes_back(stage, gone.nickname, partner.nickname, chat)


async def resumes_an_empty_chat(actor: Actor, partner: str, chat: str) -> None:
    """With a memory of it, and nothing was said in it."""
    await resumes(actor, chat, chat, 0, chat, 0)
    await actor.hears(f"chat_resumed {partner} {chat} 0 {chat} 0", f"stream_begins {partner} {chat} 1")


async def resumes_without_a_memory(actor: Actor, partner: str, chat: str, new_stream: str) -> None:
    await resumes(actor, chat)
    await actor.hears(f"chat_resumed {partner} {chat} 0 {new_stream} 0", f"stream_begins {partner} {chat} 1")


async def begins_a_stream(speaker: Actor, listener: Actor, chat: str, stream: str, text: str) -> None:
    """Says its first message; the listener is told before that whose stream it is."""
    await speaker.says(f":{text}")
    heard = {await listener.chat.line() for _ in range(2)}
    assert heard == {f"chat_resumed {speaker.nickname} {chat}", f"stream_begins {speaker.nickname} {stream} 1"}
    await listener.hears(f":{text}")


async def test_a_lost_link_pauses_the_chat_and_who_comes_back_hears_of_it(stage: Stage) -> None:
    """10.1."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await alice.heard_nothing()
    await bob.heard_nothing()


async def test_it_goes_on_in_both_directions(stage: Stage) -> None:
    """10.3."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await resumes_an_empty_chat(alice, "bob", chat)
    await bob.hears(f"chat_resumed alice {chat}")
    await says_and_is_heard(alice, bob, "here I am")
    await says_and_is_heard(bob, alice, "at last")


async def test_the_wait_grows_shorter(stage: Stage) -> None:
    """10.1: who comes back hears how long is left."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await is_lost(stage, alice, bob)
    stage.passes(20)
    alice = await stage.enters("alice")
    await alice.hears(f"chat_waits bob {chat} 40")


async def test_what_was_said_meanwhile_is_handed_over_at_the_resume(stage: Stage) -> None:
    """10.1 and 10.5: from the first that she does not hold, and nothing twice."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(bob, alice, "one", "two")
    await acknowledges(alice, 1, chat, bob)
    await is_lost(stage, alice, bob)
    await bob.says(":three", ":four")
    alice = await comes_back(stage, "alice", "bob", chat)
    await alice.heard_nothing()

    await resumes(alice, chat, chat, 0, chat, 2)
    await alice.hears(f"chat_resumed bob {chat} 0 {chat} 0", f"stream_begins bob {chat} 3", ":three", ":four")
    await bob.hears(f"chat_resumed alice {chat}")
    await says_and_is_heard(bob, alice, "five")
    await alice.heard_nothing()
    await acknowledges(alice, 5, chat, bob)


async def test_what_had_not_reached_her_comes_again(stage: Stage) -> None:
    """10.3: the memory of the client counts, not what the server once sent."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(bob, alice, "one", "two", "three")
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await resumes(alice, chat, chat, 0, chat, 1)
    await alice.hears(f"chat_resumed bob {chat} 0 {chat} 0", f"stream_begins bob {chat} 2", ":two", ":three")
    await alice.heard_nothing()


async def test_the_answer_says_which_of_her_own_messages_the_server_has(stage: Stage) -> None:
    """10.3: she sends the rest again, and bob gets each once."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "one", "two")
    await acknowledges(bob, 1, chat, alice)
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await resumes(alice, chat, chat, 1, chat, 0)
    await alice.hears(f"chat_resumed bob {chat} 2 {chat} 2", f"stream_begins bob {chat} 1")
    await bob.hears(f"chat_resumed alice {chat}")
    await says_and_is_heard(alice, bob, "three")
    await bob.heard_nothing()
    await acknowledges(bob, 3, chat, alice)


async def test_both_are_away_at_once_and_both_come_back(stage: Stage) -> None:
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "one")
    await is_lost(stage, alice, bob)
    await bob.says(":eins")
    await bob.heard_nothing()
    bob.login.breaks()
    await until(lambda: not stage.present())

    bob = await comes_back(stage, "bob", "alice", chat)
    await resumes(bob, chat, chat, 0, chat, 0)
    await bob.hears(f"chat_resumed alice {chat} 1 {chat} 1", f"stream_begins alice {chat} 1")
    await bob.hears("chat_paused alice 60", ":one")
    alice = await comes_back(stage, "alice", "bob", chat)
    await resumes(alice, chat, chat, 0, chat, 0)
    await alice.hears(f"chat_resumed bob {chat} 1 {chat} 1", f"stream_begins bob {chat} 1", ":eins")
    await bob.hears(f"chat_resumed alice {chat}")
    await says_and_is_heard(bob, alice, "zwei")
    await acknowledges(alice, 2, chat, bob)


async def test_without_a_memory_a_new_stream_begins_and_the_partner_hears_of_it(stage: Stage) -> None:
    """10.4 and 10.5: a new message can never be taken for an old one."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "one", "two")
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await resumes_without_a_memory(alice, "bob", chat, f"{chat}.2")
    await begins_a_stream(alice, bob, chat, f"{chat}.2", "new")
    await acknowledges(bob, 1, f"{chat}.2", alice)


async def test_without_a_memory_she_gets_what_she_had_not_acknowledged(stage: Stage) -> None:
    """10.2: where she says nothing, what the server knows counts."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(bob, alice, "one", "two")
    await acknowledges(alice, 1, chat, bob)
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await resumes(alice, chat)
    await alice.hears(f"chat_resumed bob {chat} 0 {chat}.2 0", f"stream_begins bob {chat} 2", ":two")
    await acknowledges(alice, 2, chat, bob)


async def test_each_loss_of_memory_begins_one_more_stream(stage: Stage) -> None:
    """10.4, and all that was said arrives in its order."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    for stream in (f"{chat}.2", f"{chat}.3"):
        alice = await is_lost_and_comes_back(stage, alice, bob, chat)
        await resumes_without_a_memory(alice, "bob", chat, stream)
        await begins_a_stream(alice, bob, chat, stream, f"in {stream}")


async def test_a_memory_that_is_out_of_date_begins_a_new_stream(stage: Stage) -> None:
    """10.4: one device came back without a memory, and now the older one comes."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "one", "two")
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await resumes_without_a_memory(alice, "bob", chat, f"{chat}.2")
    alice = await comes_back(stage, "alice", "bob", chat)
    await resumes(alice, chat, chat, 1, chat, 0)
    await alice.hears(f"chat_resumed bob {chat} 2 {chat}.3 0", f"stream_begins bob {chat} 1")


async def test_a_newer_login_takes_over_and_resumes(stage: Stage) -> None:
    """3.7."""
    older, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(older, bob, "one")
    newer = await comes_back(stage, "alice", "bob", chat)
    await older.is_out_after("disconnected taken_over You have logged in from somewhere else; this session is over.")
    await bob.hears("chat_paused alice 60")
    await bob.says(":eins")
    await resumes(newer, chat, chat, 0, chat, 0)
    await newer.hears(f"chat_resumed bob {chat} 1 {chat} 1", f"stream_begins bob {chat} 1", ":eins")
    await bob.hears(f"chat_resumed alice {chat}")


async def test_nobody_comes_back_in_time(stage: Stage) -> None:
    """10.1 and 10.6."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "one", "two")
    await acknowledges(bob, 2, chat, alice)
    await is_lost(stage, alice, bob)
    stage.passes(30)
    await bob.heard_nothing()
    stage.passes(31)
    await bob.hears("chat_ended alice lost")
    await bob.says(":too late")
    await bob.hears_like("ERROR no_chat .+")

    alice = await stage.enters("alice")
    await alice.heard_nothing()
    await resumes(alice, chat, chat, 1, chat, 0)
    await alice.hears(f"chat_ended bob lost {chat} 2")


async def test_who_leaves_ends_a_paused_chat_at_once(stage: Stage) -> None:
    """10.1 and 10.6: whoever comes back then hears that, and how many the server has."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "one")
    await acknowledges(bob, 1, chat, alice)
    await is_lost(stage, alice, bob)
    await bob.says("/quit")
    await bob.hears("chat_ended alice you_left")
    alice = await stage.enters("alice")
    await resumes(alice, chat, chat, 0, chat, 0)
    await alice.hears_like(rf"chat_ended bob (left|you_left|lost) {chat} 1")


async def test_who_has_gone_for_good_ends_it(stage: Stage) -> None:
    """10.1: /exit pauses nothing."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await exits(alice)
    await bob.hears("chat_ended alice left")
    alice = await stage.enters("alice")
    await alice.heard_nothing()
    await resumes(alice, chat)
    await alice.hears_like(rf"chat_ended bob \w+ {chat} 0")


async def test_a_chat_of_others_is_as_unknown_as_none(stage: Stage) -> None:
    """5: chat_unknown."""
    _, _, chat = await stage.chat_between("alice", "bob")
    carol = await stage.enters("carol")
    for asked in (chat, "AAAAAAAAAAAA"):
        await resumes(carol, asked)
        await carol.hears(f"chat_unknown {asked}")
    await carol.heard_nothing()


async def test_an_ended_chat_of_others_is_unknown(stage: Stage) -> None:
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await alice.says("/quit")
    await bob.hears("chat_ended alice left")
    carol = await stage.enters("carol")
    await resumes(carol, chat, chat, 0, chat, 0)
    await carol.hears(f"chat_unknown {chat}")


async def test_nothing_can_be_said_before_the_resume(stage: Stage) -> None:
    """10.2: nobody may count it."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await alice.says(":too early")
    await alice.hears_like("ERROR no_chat .+")
    await bob.heard_nothing()
    await resumes_an_empty_chat(alice, "bob", chat)


async def test_a_second_resume_is_refused(stage: Stage) -> None:
    """It would count anew in the middle of the chat; the chat goes on."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await resumes(alice, chat, chat, 0, chat, 0)
    await alice.hears_like("ERROR .+")
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await resumes_an_empty_chat(alice, "bob", chat)
    await resumes(alice, chat)
    await alice.hears_like("ERROR .+")
    await bob.hears(f"chat_resumed alice {chat}")
    await says_and_is_heard(alice, bob, "still here")


async def test_a_memory_of_what_nobody_said_is_a_protocol_error(stage: Stage) -> None:
    """7.5: bad_count; the chat still waits for a client that counts."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await resumes(alice, chat, chat, 0, chat, 7)
    await alice.chat.hears_like("ERROR bad_count .+")
    await alice.login.hears_like("disconnected protocol_error .+")
    await comes_back(stage, "alice", "bob", chat)


async def test_who_waits_for_somebody_is_not_available(stage: Stage) -> None:
    """6.1: a paused chat is a chat."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    await is_lost(stage, alice, bob)
    carol = await stage.enters("carol")
    await carol.says("/chat bob")
    await carol.hears("bob is not available")


async def test_no_count_comes_before_the_answer_to_the_resume(stage: Stage) -> None:
    """A heartbeat of a client that has not resumed yet is a sign of life and no more."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(bob, alice, "one")
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await alice.check.says("PING 0")
    await alice.check.hears("PONG 0 0")
    await resumes(alice, chat, chat, 0, chat, 1)
    await alice.hears(f"chat_resumed bob {chat} 0 {chat} 0", f"stream_begins bob {chat} 2")
    await hears_pong(bob, f"PONG 1 1 {chat}")


async def test_a_restarted_server_waits_for_both(tmp_path: Path) -> None:
    """10.1: what was stored is all there, in both directions."""
    async with opened(tmp_path, history=True) as stage:
        alice, bob, chat = await stage.chat_between("alice", "bob")
        await alice.says(":one", ":two")
        await bob.says(":eins")
        await hears_pong(alice, f"PONG 2 0 {chat}")
        await hears_pong(bob, f"PONG 1 0 {chat}")
    async with opened(tmp_path, history=True) as stage:
        alice = await comes_back(stage, "alice", "bob", chat)
        bob = await comes_back(stage, "bob", "alice", chat)
        await resumes(alice, chat, chat, 2, chat, 0)
        await alice.hears(f"chat_resumed bob {chat} 2 {chat} 2", f"stream_begins bob {chat} 1")
        await alice.hears("chat_paused bob 60", ":eins")
        await resumes(bob, chat, chat, 0, chat, 1)
        await bob.hears(f"chat_resumed alice {chat} 1 {chat} 1", f"stream_begins alice {chat} 2", ":two")
        await alice.hears(f"chat_resumed bob {chat}")
        await says_and_is_heard(alice, bob, "three")
        await acknowledges(bob, 3, chat, alice)


async def test_a_restarted_server_waits_no_longer_than_the_grace(tmp_path: Path) -> None:
    """10.1 and 10.6."""
    async with opened(tmp_path, history=True) as stage:
        alice, _, chat = await stage.chat_between("alice", "bob")
        await alice.says(":one")
        await hears_pong(alice, f"PONG 1 0 {chat}")
    async with opened(tmp_path, history=True) as stage:
        stage.passes(61)
        alice = await stage.enters("alice")
        await resumes(alice, chat, chat, 0, chat, 0)
        await alice.hears(f"chat_ended bob lost {chat} 1")


async def test_a_server_that_kept_nothing_knows_no_chat_after_its_restart(tmp_path: Path) -> None:
    async with opened(tmp_path, history=False) as stage:
        _, _, chat = await stage.chat_between("alice", "bob")
    async with opened(tmp_path, history=False) as stage:
        alice = await stage.enters("alice")
        await resumes(alice, chat, chat, 0, chat, 0)
        await alice.hears(f"chat_unknown {chat}")


async def test_what_had_not_come_in_an_older_stream_comes_in_it_though_the_chat_is_on(stage: Stage) -> None:
    """10.4 and 11.2: under its own stream and number, once, before anything new of hers."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "one", "two")
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    new = f"{chat}.2"
    await resumes_without_a_memory(alice, "bob", chat, new)
    await begins_a_stream(alice, bob, chat, new, "from another machine")
    alice = await is_lost_and_comes_back(stage, alice, bob, chat)
    await resumes(alice, chat, chat, 1, chat, 0)  # the first machine: it has said three, and knows one to be stored
    newest = f"{chat}.3"
    await alice.hears(f"chat_resumed bob {chat} 2 {newest} 0", f"stream_begins bob {chat} 1")
    heard = {await bob.chat.line() for _ in range(2)}
    assert heard == {f"chat_resumed alice {chat}", f"stream_begins alice {newest} 1"}
    for _ in range(2):
        await alice.says(f"/msg bob {chat} 3 :three")
    await alice.says(":four")
    await bob.hears(f"stream_begins alice {chat} 3", ":three", f"stream_begins alice {newest} 1", ":four")
    await acknowledges(bob, 3, chat, alice)
    await alice.says(f"/msg bob {chat} 7 :something is missing")
    await alice.hears_like(f"not_kept bob {chat} 7 bad_number .*")
