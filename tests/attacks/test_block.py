"""Who is blocked tries to reach, with words of any kind, who has blocked them; and to find out that they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.core.room_rules import HIDDEN_TOPIC
from tests.browser import enters, start_chat
from tests.scenes.conftest import acknowledges, exits, hears_pong, says_and_is_heard
from tests.stage import Actor, Stage, opened

PROTOCOLS = ("native", "web")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Alice blocks; mallory is bob."""
    async with opened(tmp_path, history=True, protocols=PROTOCOLS) as stage:
        yield stage


@pytest.fixture(params=[True, False], ids=["history", "no_history"])
async def either(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    limits = {"mailbox_per_sender": 2}
    async with opened(tmp_path, history=request.param, protocols=PROTOCOLS, limits=limits) as stage:
        yield stage


async def blocks(actor: Actor, nickname: str) -> None:
    await actor.says(f"/block {nickname}")
    await actor.hears(f"blocked {nickname}")


async def chat_that_was(stage: Stage) -> tuple[Actor, Actor, str]:
    """One message in it, which alice has; then it was over, and she blocked him."""
    alice, mallory, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(mallory, alice, "hi")
    await acknowledges(alice, 1, chat, mallory)
    await mallory.says("/quit")
    await mallory.hears("chat_ended alice you_left")
    await alice.hears("chat_ended bob left")
    await blocks(alice, "bob")
    return alice, mallory, chat


async def finds(actor: Actor, question: str, *texts: str) -> None:
    await actor.says(question)
    for text in texts:
        await actor.hears_like(rf"recalled \d+ \d+ \S+ \S+ :{text}")
    await actor.hears_like(rf"recall_ended {len(texts)}.*")


# Letters


async def test_in_a_stream_of_before_the_block(stage: Stage) -> None:
    alice, mallory, chat = await chat_that_was(stage)
    for number in (2, 3):
        await mallory.says(f"/msg alice {chat} {number} :bypass {number}")
        await hears_pong(mallory, f"PONG {number} 1 {chat}")
    for question in ("/search bypass", "/search ?", "/search bypass 2"):
        await finds(alice, question)
    await finds(alice, "/history bob 9", "hi")
    await finds(mallory, "/history alice 9", "hi", "bypass 2", "bypass 3")
    await finds(mallory, "/search bypass", "bypass 3", "bypass 2")
    await exits(alice)
    alice = await stage.enters("alice")
    await alice.heard_nothing()
    await finds(alice, "/history bob 9", "hi")


async def test_in_a_stream_of_a_letter_that_was_heard(stage: Stage) -> None:
    """And in one that begins unheard and is heard later: what was said meanwhile stays away."""
    alice, mallory = await stage.enters("alice"), await stage.enters("bob")
    await mallory.says("/msg alice s 1 :one")
    await alice.hears_like(r"message_from bob \d+ s 1 :one")
    await blocks(alice, "bob")
    await mallory.says("/msg alice s 2 :two", "/msg alice t 1 :three")
    await hears_pong(mallory, "PONG 1 0 t")
    await alice.says("/unblock bob")
    await alice.hears("unblocked bob")
    for stream, number, text in (("s", 3, "four"), ("t", 2, "five")):
        await mallory.says(f"/msg alice {stream} {number} :{text}")
        await alice.hears_like(rf"message_from bob \d+ {stream} {number} :{text}")
        await acknowledges(alice, number, stream, mallory)
    await finds(alice, "/history bob 9", "one", "four", "five")
    await finds(mallory, "/history alice 9", "one", "two", "three", "four", "five")
    await exits(alice)
    await (await stage.enters("alice")).heard_nothing()


async def test_from_page_to_page(stage: Stage) -> None:
    alice, mallory = await enters(stage, "alice"), await enters(stage, "bob")
    chat = await start_chat(alice, mallory)
    await mallory.says("quit_chat")
    await alice.hears("chat_ended")
    await alice.says("block", nickname="bob")
    await alice.hears("person_blocked")
    await mallory.says("send_letter", nickname="alice", stream=chat, number=1, text="bypass")
    await mallory.skips_to("acknowledged", stored=1, delivered=0, stream=chat)
    for question in ({"type": "search_history", "words": "bypass"}, {"type": "read_history", "count": 9}):
        kind = str(question.pop("type"))
        where = {"nickname": "bob"} if kind == "read_history" else {}
        await alice.says(kind, **question, **where)
        await alice.hears("recall_ended", count=0)


async def test_it_outlives_the_server(tmp_path: Path) -> None:
    async with opened(tmp_path, history=True) as stage:
        _, mallory, chat = await chat_that_was(stage)
        await mallory.says(f"/msg alice {chat} 2 :bypass")
        await hears_pong(mallory, f"PONG 2 1 {chat}")
    async with opened(tmp_path, history=True) as stage:
        alice = await stage.enters("alice")
        await finds(alice, "/history bob 9", "hi")
        await finds(alice, "/search bypass")


async def test_the_block_is_not_told_from_a_share_that_does_not_end(either: Stage) -> None:
    """To carol, who does not read either, and has not blocked him, he can write as much."""
    alice, mallory = await either.enters("alice"), await either.enters("bob")
    await blocks(alice, "bob")
    await exits(alice)
    answers = []
    for recipient in ("alice", "carol"):
        await mallory.says(*[f"/msg {recipient} {recipient}{n} 1 :hi" for n in range(3)])
        await mallory.says(f"/msg {recipient} {recipient}0 3 :hi")
        heard = [(await mallory.hears_like(".+"))[0] for _ in range(4)]
        answers.append([line.replace(recipient, "nobody") for line in heard])
    assert answers[0] == answers[1]
    assert [line.split(" ")[0] for line in answers[0]] == ["kept_for", "kept_for", "not_kept", "not_kept"]


# Chats


async def test_a_chat_that_is_on_or_paused_is_over(either: Stage) -> None:
    """13.7: also for who has come back and not resumed. What was typed until then is a letter, and unheard."""
    alice, mallory, chat = await either.chat_between("alice", "bob")
    await alice.vanishes()
    await mallory.hears("chat_paused alice 60")
    alice = await either.enters("alice")
    await alice.hears_like(rf"chat_waits bob {chat} \d+")
    await alice.says("/block bob")
    await alice.hears("chat_ended bob you_left", "blocked bob")
    await mallory.hears("chat_ended alice left")
    await mallory.says(f"/resume {chat} {chat} 0 {chat} 0", ":bypass", f"/msg alice {chat} 1 :bypass")
    await mallory.hears(f"chat_ended alice left {chat} 0")
    await mallory.hears_like("ERROR no_chat .+")
    await hears_pong(mallory, f"PONG {int(either.settings.history)} 0 {chat}")
    await alice.heard_nothing()


async def test_who_is_away_and_blocked_comes_back_to_no_chat(either: Stage) -> None:
    alice, mallory, chat = await either.chat_between("alice", "bob")
    await mallory.vanishes()
    await alice.hears("chat_paused bob 60")
    await alice.says("/block bob")
    await alice.hears("chat_ended bob you_left", "blocked bob")
    mallory = await either.enters("bob")
    await mallory.says(f"/resume {chat} {chat} 0 {chat} 0", f"/msg alice {chat} 1 :bypass")
    await mallory.hears(f"chat_ended alice left {chat} 0")
    await hears_pong(mallory, f"PONG {int(either.settings.history)} 0 {chat}")
    await alice.heard_nothing()


# Words that are no messages


async def test_by_the_topic_of_a_room(stage: Stage) -> None:
    alice, mallory, carol = [await stage.enters(nickname) for nickname in ("alice", "bob", "carol")]
    await blocks(alice, "bob")
    for actor in (carol, alice, mallory):
        await actor.says("/join #tea")
    await carol.hears("room_entered #tea 1 :", "room_joined #tea alice", "room_joined #tea bob")
    await alice.hears("room_entered #tea 2 :")
    await mallory.hears("room_entered #tea 3 :")
    await mallory.says("/topic #tea :buy")
    await carol.hears("room_topic #tea bob :buy")
    await alice.says("/topic #tea", "/rooms", "/part #tea", "/join #tea")
    await alice.hears(f"room_topic #tea :{HIDDEN_TOPIC}", "room_listed #lobby 0 open :")
    await alice.hears(f"room_listed #tea 3 open :{HIDDEN_TOPIC}", "rooms_listed 2", "room_exited #tea")
    await alice.hears(f"room_entered #tea 3 :{HIDDEN_TOPIC}")
    await carol.says("/topic #tea")
    await carol.hears("room_left #tea alice", "room_joined #tea alice", "room_topic #tea :buy")
    await carol.says("/topic #tea :green")
    await alice.hears("room_topic #tea carol :green")


async def test_by_a_topic_of_before_the_restart(tmp_path: Path) -> None:
    async with opened(tmp_path, history=True) as stage:
        alice, mallory = await stage.enters("alice"), await stage.enters("bob")
        await blocks(alice, "bob")
        await mallory.says("/join #tea", "/topic #tea :buy", "/join #lobby", "/topic #lobby :sell")
        await mallory.hears("room_entered #tea 1 :", "room_topic #tea bob :buy", "room_entered #lobby 1 :")
        await mallory.hears("room_topic #lobby bob :sell")
    async with opened(tmp_path, history=True) as stage:
        alice, carol = await stage.enters("alice"), await stage.enters("carol")
        for actor, tea, lobby in ((alice, HIDDEN_TOPIC, HIDDEN_TOPIC), (carol, "buy", "sell")):
            await actor.says("/topic #tea", "/topic #lobby")
            await actor.hears(f"room_topic #tea :{tea}", f"room_topic #lobby :{lobby}")


async def test_by_what_is_said_with_away(stage: Stage) -> None:
    alice, mallory, carol = [await stage.enters(nickname) for nickname in ("alice", "bob", "carol")]
    await blocks(alice, "bob")
    await mallory.says("/away buy")
    await mallory.hears("you_are away :buy")
    for actor, text in ((alice, ""), (carol, " :buy")):
        await actor.says("/whois bob", "/watch on")
        await actor.hears_like(rf"whois bob away \d+ account{text}")
        for nickname, state in (("alice", "online"), ("bob", "away"), ("carol", "online")):
            await actor.hears(f"presence {nickname} {state}{text if nickname == 'bob' else ''}")
    for more in ("buy now", "buy more"):
        await mallory.says(f"/away {more}")
        await mallory.hears(f"you_are away :{more}")
        await alice.hears("presence bob away")
        await carol.hears(f"presence bob away :{more}")


async def test_by_what_is_said_with_away_to_a_page(stage: Stage) -> None:
    alice, mallory = await enters(stage, "alice"), await stage.enters("bob")
    await alice.says("watch_people", is_on=True)
    for nickname in ("alice", "bob"):
        await alice.hears("presence", nickname=nickname)
    await alice.says("block", nickname="bob")
    await alice.hears("person_blocked")
    for text in ("buy", "buy more"):
        await mallory.says(f"/away {text}")
        await alice.hears("presence", nickname="bob", state="away", text="")
    await alice.says("who_is", nickname="bob")
    await alice.hears("person_described", nickname="bob", state="away", text="")
