"""Rooms (docs/protocol.md, section 12), with a history and without one."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from pathlib import Path
from time import time

import pytest

from duologue.server.storage.base import StoreError
from tests.scenes.conftest import exits, hears_pong
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


async def joins(actor: Actor, room: str, *others: Actor, password: str = "", topic: str = "") -> None:
    """`others` are in it already, and hear of it."""
    await actor.says(f"/join {room} {password}".rstrip())
    await actor.hears(f"room_entered {room} {len(others) + 1} :{topic}")
    for other in others:
        await other.hears(f"room_joined {room} {actor.nickname}")


async def meet(stage: Stage, *nicknames: str, room: str = "#tea") -> list[Actor]:
    """They come in one after the other."""
    actors: list[Actor] = []
    for nickname in nicknames:
        actor = await stage.enters(nickname)
        await joins(actor, room, *actors)
        actors.append(actor)
    return actors


async def says_in(actor: Actor, room: str, text: str, *others: Actor, number: int = 1, stream: str = STREAM) -> int:
    """All others hear it, in the same words, and the speaker hears that it is stored. The answer is its number."""
    await actor.says(f"/msg {room} {stream} {number} :{text}")
    numbers = set()
    for other in others:
        found = await other.hears_like(rf"room_said {room} {actor.nickname} (\d+) (\d+) :{text}")
        assert abs(int(found[1]) - time()) < 60
        numbers.add(int(found[2]))
    await hears_pong(actor, f"PONG {number} {number} {stream}")
    (told,) = numbers
    return told


async def test_three_people_in_a_room(stage: Stage) -> None:
    alice, bob, carol = await meet(stage, "alice", "bob", "carol")
    first = await says_in(alice, "#tea", "hello", bob, carol)
    second = await says_in(alice, "#tea", "are you well", bob, carol, number=2)
    third = await says_in(bob, "#tea", "very", alice, carol, stream=OTHER)
    assert first < second < third
    await carol.says("/part #tea")
    await carol.hears("room_exited #tea")
    for other in (alice, bob):
        await other.hears("room_left #tea carol")
    await says_in(alice, "#tea", "she has gone", bob, number=3)
    await carol.heard_nothing()
    await alice.heard_nothing()


async def test_what_is_sent_again_is_said_once(stage: Stage) -> None:
    """12.4: the sender cannot know whether it arrived."""
    alice, bob = await meet(stage, "alice", "bob")
    await says_in(alice, "#tea", "hello", bob)
    await alice.says(f"/msg #tea {STREAM} 1 :hello")
    await hears_pong(alice, f"PONG 1 1 {STREAM}")
    await bob.heard_nothing()


async def test_what_is_sent_again_after_a_lost_connection_is_said_once(stage: Stage) -> None:
    alice, bob = await meet(stage, "alice", "bob")
    await says_in(alice, "#tea", "hello", bob)
    alice.check.breaks()
    await bob.hears("room_left #tea alice")
    alice = await stage.enters("alice")
    await joins(alice, "#tea", bob)
    await alice.says(f"/msg #tea {STREAM} 1 :hello", f"/msg #tea {STREAM} 2 :again")
    await hears_pong(alice, f"PONG 2 2 {STREAM}")
    await bob.hears_like(r"room_said #tea alice \d+ \d+ :again")


async def test_only_who_is_in_a_room_talks_there_and_reads_it(stage: Stage) -> None:
    alice, bob = await meet(stage, "alice", "bob")
    eve = await stage.enters("carol")
    await eve.says(f"/msg #tea {STREAM} 1 :let me in")
    await eve.hears_like(f"not_kept #tea {STREAM} 1 not_in_room You are not in #tea.*")
    for question in ("/history #tea 5", "/topic #tea :mine", "/part #tea"):
        await eve.says(question)
        await eve.hears_like("ERROR not_in_room .*")
    await says_in(alice, "#tea", "hello", bob)
    await eve.heard_nothing()


async def test_a_room_with_a_password(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await joins(alice, "#tea", password="open sesame")
    await alice.says("/topic #tea :treasure")
    await alice.hears("room_topic #tea alice :treasure")
    for wrong in ("/join #tea", "/join #tea close sesame"):
        await bob.says(wrong)
        await bob.hears_like("ERROR room_locked #tea has a password.*")
    for question in ("/names #tea", "/topic #tea"):
        await bob.says(question)
        await bob.hears_like("ERROR room_locked .*")
    await bob.says("/rooms")
    await bob.hears("room_listed #lobby 0 open :", "room_listed #tea 1 locked :", "rooms_listed 2")
    await joins(bob, "#tea", alice, password="open sesame", topic="treasure")


async def test_a_password_is_not_found_by_trying(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await joins(alice, "#tea", password="7")
    for guess in range(3):
        await bob.says(f"/join #tea {guess}")
        await bob.hears_like("ERROR room_locked .*")
    await bob.says("/join #tea 7")
    await bob.hears_like("ERROR throttled .*")
    stage.clock.now += 61
    await joins(bob, "#tea", alice, password="7")


async def test_names_and_topic(stage: Stage) -> None:
    alice, bob = await meet(stage, "alice", "bob")
    await bob.says("/topic #tea", "/topic TEA :all about  tea", "/topic #tea", "/names #tea")
    await bob.hears("room_topic #tea :", "room_topic #tea bob :all about tea", "room_topic #tea :all about tea")
    await bob.hears("room_members #tea alice bob")
    await alice.hears("room_topic #tea bob :all about tea")


async def test_the_lobby_is_always_there(stage: Stage) -> None:
    alice = await stage.enters("alice")
    await alice.says("/rooms")
    await alice.hears("room_listed #lobby 0 open :", "rooms_listed 1")
    await joins(alice, "#lobby")
    await alice.says("/part #lobby", "/rooms")
    await alice.hears("room_exited #lobby", "room_listed #lobby 0 open :", "rooms_listed 1")


async def test_a_room_goes_with_its_last_member(stage: Stage) -> None:
    (alice,) = await meet(stage, "alice")
    await alice.says("/part #tea", "/rooms", "/names #tea")
    await alice.hears("room_exited #tea", "room_listed #lobby 0 open :", "rooms_listed 1")
    await alice.hears_like("ERROR no_room .*")


async def test_who_exits_leaves_all_rooms(stage: Stage) -> None:
    alice, bob = await meet(stage, "alice", "bob")
    await exits(alice)
    await bob.hears("room_left #tea alice")


async def test_two_in_a_chat_are_in_rooms_too(stage: Stage) -> None:
    alice, bob = await meet(stage, "alice", "bob")
    await stage.start_chat(alice, bob)
    await says_in(alice, "#tea", "to all", bob)
    await alice.says(":to you")
    await bob.hears(":to you")


async def test_a_member_who_does_not_read_slows_nobody(tmp_path: Path) -> None:
    """12.5: what passes by is not kept for them, and they are told."""
    async with opened(tmp_path, history=False, limits={"message_rate": math.inf, "message_burst": math.inf}) as stage:
        alice, bob = await meet(stage, "alice", "bob")
        carol = await stage.enters("carol", buffer=32768)
        await joins(carol, "#tea", alice, bob)
        client = stage.server.hub.directory.sessions_of("carol")[0]
        said = 0
        while not stage.server.hub.rooms._missed.get(client):
            said += 1
            await says_in(alice, "#tea", "x" * 7000, bob, number=said)
        for _ in range(3):
            said += 1
            await says_in(alice, "#tea", "after", bob, number=said)
        assert stage.queued() < 256 * 1024
        heard = passed = 0
        while not passed:
            line = await carol.login.line()
            heard += line.startswith("room_said")
            passed = int(line.split()[2]) if line.startswith("room_missed #tea ") else 0
        assert heard + passed == said
        said += 1
        await says_in(alice, "#tea", "she reads again", bob, carol, number=said)


async def test_what_was_stored_is_answered_though_its_sender_is_out_of_the_room_by_now(keeping: Stage) -> None:
    alice, bob = await meet(keeping, "alice", "bob")
    await says_in(alice, "#tea", "hello", bob)
    await alice.says("/part #tea", f"/msg #tea {STREAM} 1 :hello", f"/msg #tea {STREAM} 2 :more")
    await alice.hears("room_exited #tea")
    await hears_pong(alice, f"PONG 1 1 {STREAM}")
    await alice.hears_like(f"not_kept #tea {STREAM} 2 not_in_room .*")


async def test_a_room_has_a_history(keeping: Stage) -> None:
    alice, bob = await meet(keeping, "alice", "bob")
    numbers = [await says_in(alice, "#tea", text, bob, number=n) for n, text in enumerate(("one", "two"), 1)]
    numbers.append(await says_in(bob, "#tea", "three", alice, stream=OTHER))
    carol = await keeping.enters("carol")
    await joins(carol, "#tea", alice, bob)
    await carol.says("/history #tea 2", f"/history #tea 5 {numbers[1]}")
    for number, sender, text in zip(numbers[1:], ("alice", "bob"), ("two", "three"), strict=True):
        await carol.hears_like(rf"recalled {number} \d+ {sender} #tea :{text}")
    await carol.hears(f"recall_ended 2 {numbers[1]}")
    await carol.hears_like(rf"recalled {numbers[0]} \d+ alice #tea :one")
    await carol.hears("recall_ended 1")


async def test_a_room_is_found_in_by_who_is_in_it(keeping: Stage) -> None:
    alice, bob = await meet(keeping, "alice", "bob")
    await says_in(alice, "#tea", "the kettle sings", bob)
    carol = await keeping.enters("carol")
    await carol.says("/search kettle")
    await carol.hears("recall_ended 0")
    await joins(carol, "#tea", alice, bob)
    await carol.says("/search kettle")
    await carol.hears_like(r"recalled \d+ \d+ alice #tea :the kettle sings")
    await carol.hears("recall_ended 1")


async def test_a_new_room_of_an_old_name_has_no_past(keeping: Stage) -> None:
    """12.6: whoever was there may have had a password."""
    alice, bob = await meet(keeping, "alice", "bob")
    await says_in(alice, "#tea", "secret", bob)
    for actor in (alice, bob):
        await actor.says("/part #tea")
    carol = await keeping.enters("carol")
    await joins(carol, "#tea")
    await carol.says("/history #tea 9", "/search secret")
    await carol.hears("recall_ended 0", "recall_ended 0")


async def test_a_room_whose_last_member_was_lost_waits(stage: Stage) -> None:
    """12.6."""
    (alice,) = await meet(stage, "alice")
    await alice.says("/topic #tea :tea")
    await alice.hears("room_topic #tea alice :tea")
    await alice.vanishes()
    bob = await stage.enters("bob")
    await joins(bob, "#tea", topic="tea")
    await bob.vanishes()
    stage.clock.now += 61
    stage.server.hub.sweep()
    await joins(await stage.enters("alice"), "#tea")


async def test_a_room_outlives_the_server(tmp_path: Path) -> None:
    async with opened(tmp_path, history=True) as stage:
        alice, bob = await stage.enters("alice"), await stage.enters("bob")
        await joins(alice, "#tea", password="sesame")
        await joins(bob, "#tea", alice, password="sesame")
        await alice.says("/topic #tea :tea")
        for actor in (alice, bob):
            await actor.hears("room_topic #tea alice :tea")
        await says_in(alice, "#tea", "hello", bob)
    async with opened(tmp_path, history=True) as stage:
        alice, carol = await stage.enters("alice"), await stage.enters("carol")
        await carol.says("/join #tea")
        await carol.hears_like("ERROR room_locked .*")
        await joins(alice, "#tea", password="sesame", topic="tea")
        await alice.says("/history #tea 5")
        await alice.hears_like(r"recalled \d+ \d+ alice #tea :hello")
        await alice.hears("recall_ended 1")


async def test_without_a_history_a_room_has_none(tmp_path: Path) -> None:
    async with opened(tmp_path, history=False) as stage:
        (alice,) = await meet(stage, "alice")
        await alice.says("/history #tea 5")
        await alice.hears_like("ERROR no_history .*")


@pytest.mark.parametrize("room", ["#", "#a/b", "#" + "x" * 33, "#\N{RIGHT-TO-LEFT OVERRIDE}x"])
async def test_a_name_that_no_room_can_have(stage: Stage, room: str) -> None:
    alice = await stage.enters("alice")
    await alice.says(f"/join {room}")
    await alice.hears_like("ERROR bad_room .*")


async def test_spellings_of_one_room(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await joins(alice, "#tea")
    await bob.says("/join TEA")
    await bob.hears("room_entered #tea 2 :")


async def test_a_room_that_looks_like_another(stage: Stage) -> None:
    alice = await stage.enters("alice")
    await joins(alice, "#bob")
    await alice.says("/join #b0b")
    await alice.hears_like("ERROR room_looks_alike .*")


async def test_a_store_that_fails_is_no_mistake_of_those_in_rooms(
    keeping: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """They stay until the server has stopped, and nothing that they say is acknowledged."""
    alice, bob = await meet(keeping, "alice", "bob")
    keeping.server.hub.store_failed(StoreError(Path("messages.db"), "the disk is full"))
    await joins(bob, "#cake")
    await bob.says("/topic #cake :sweet", f"/msg #cake {STREAM} 1 :lost", "/part #cake")
    await bob.hears("room_topic #cake bob :sweet", "room_exited #cake")
    await alice.heard_nothing()
    assert "store not asked" in caplog.text
