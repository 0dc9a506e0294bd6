"""Many lines of one sender in a room at once (docs/protocol.md, section 12), with a history and without one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.core.names import Account
from tests.bound import BOUND
from tests.browser import Tab, enters
from tests.scenes.test_rooms import joins, meet
from tests.stage import UNPAID, Actor, Stage, opened, until

DOORS = ("native", "web", "plain_lines")


@pytest.fixture(params=[True, False], ids=["history", "no_history"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=request.param, protocols=DOORS, limits=UNPAID) as stage:
        yield stage


def paste(count: int, room: str = "#tea") -> list[str]:
    """So many lines, each a letter of its own."""
    return [f"/msg {room} line{number} 1 :text {number}" for number in range(count)]


async def texts(actor: Actor, count: int, room: str = "#tea") -> list[str]:
    """The next texts that they hear, in the order of their numbers."""
    found = [await actor.hears_like(rf"room_said {room} alice \d+ (\d+) :(.*)") for _ in range(count)]
    numbers = [int(one[1]) for one in found]
    assert numbers == sorted(set(numbers))
    return [one[2] for one in found]


async def stored(alice: Actor, count: int) -> set[str]:
    """The streams of the next PONGs."""
    found = [re.fullmatch(r"PONG 1 1 (\S+)", await alice.check.line()) for _ in range(count)]
    return {one[1] for one in found if one}


async def comes_by_page(stage: Stage, nickname: str) -> Tab:
    tab = await enters(stage, nickname)
    await tab.says("join_room", room="#tea", password=None)
    await tab.skips_to("room_entered")
    return tab


async def test_everybody_hears_all_of_it_in_order_and_once(stage: Stage) -> None:
    alice, bob = await meet(stage, "alice", "bob")
    carol = await comes_by_page(stage, "carol")
    for actor in (alice, bob):
        await actor.hears("room_joined #tea carol")
    await alice.says(*paste(1000), "/part #tea")
    said = [f"text {number}" for number in range(1000)]
    assert await texts(bob, 1000) == said
    await bob.hears("room_left #tea alice")
    assert [(await carol.hears("room_said", nickname="alice"))["text"] for _ in range(1000)] == said
    await carol.hears("room_left", nickname="alice")
    assert await stored(alice, 1000) == {f"line{number}" for number in range(1000)}
    await alice.hears("room_exited #tea")


async def test_lines_of_one_stream_go_on(stage: Stage) -> None:
    """As they do after a lost connection, when what was not answered is sent again."""
    alice, bob = await meet(stage, "alice", "bob")
    lines = [f"/msg #tea line {number} :{number}" for number in range(1, 301)]
    await alice.says(*lines[:200])
    await alice.says(*lines[150:])
    assert await texts(bob, 300) == [str(number) for number in range(1, 301)]
    while await alice.check.line() != "PONG 300 300 line":
        pass
    await bob.heard_nothing()


async def test_a_line_that_is_refused_refuses_itself_alone(stage: Stage) -> None:
    alice, bob = await meet(stage, "alice", "bob")
    lines = paste(12)
    lines[2] = "/msg #tea line2 0 :none has this number"
    lines[4] = f"/text_part :{'x' * 8000}\n/msg #tea line4 1 :{'x' * 8000}"
    lines[6] = lines[5]
    lines[8] = "/msg #tea line1 5 :there is none between"
    await alice.says(*lines)
    kept = [0, 1, 3, 5, 7, 9, 10, 11]
    assert await texts(bob, len(kept)) == [f"text {number}" for number in kept]
    await alice.hears_like("ERROR bad_number .*")
    await alice.hears_like("not_kept #tea line4 1 line_too_long .*")
    await alice.hears_like("not_kept #tea line1 5 bad_number .*")
    assert await stored(alice, len(kept) + 1) == {f"line{number}" for number in kept}
    await bob.heard_nothing()


async def test_what_comes_before_a_line_that_ends_it_all_is_said(stage: Stage) -> None:
    alice, bob = await meet(stage, "alice", "bob")
    await alice.chat.sends("".join(f"{line}\n" for line in paste(20)).encode() + b"\xff\n")
    assert await texts(bob, 20) == [f"text {number}" for number in range(20)]
    await bob.hears("room_left #tea alice")


async def test_a_name_is_introduced_before_all_of_it(stage: Stage) -> None:
    """13.11"""
    await stage.registers(Account("alice"), Account("bob"))
    alice = await stage.enters("alice")
    await joins(alice, "#tea")
    login, token = await stage.knocks("bob")
    chat = await stage.connects(f"duologue/1 chat_socket {token} spellings")
    check = await stage.connects(f"duologue/1 check_socket {token}")
    await check.hears("PONG 0 0")
    bob = Actor("bob", login, chat, check)
    await joins(bob, "#tea", alice)
    await stage.registers(Account("alice", spelling="ALICE"), Account("bob"))
    await alice.says(*paste(3))
    await bob.hears("name_spelled alice ALICE")
    assert await texts(bob, 3) == ["text 0", "text 1", "text 2"]


async def test_an_old_client_hears_it_too(stage: Stage) -> None:
    alice = await stage.enters("alice")
    await joins(alice, "#lobby")
    reader, writer = await asyncio.open_connection(stage.settings.host, stage.ports["plain_lines"])
    stage.leaving.append(writer.close)
    writer.write(b"Dora")
    await alice.hears("room_joined #lobby ~Dora")
    await alice.says(*paste(20, "#lobby"))
    heard = b""
    async with asyncio.timeout(BOUND):
        while b"text 19" not in heard:
            heard += await reader.read(4096)
    assert re.findall(rb"text (\d+)", heard) == [str(number).encode() for number in range(20)]
    assert len(await stored(alice, 20)) == 20


async def test_two_who_paste_at_once_are_heard_in_the_order_of_the_numbers(stage: Stage) -> None:
    alice, bob, carol = await meet(stage, "alice", "bob", "carol")
    await alice.says(*paste(400))
    await bob.says(*(line.replace("/msg #tea line", "/msg #tea other") for line in paste(400)))
    numbers = [int((await carol.hears_like(r"room_said #tea \w+ \d+ (\d+) :.*"))[1]) for _ in range(800)]
    assert numbers == sorted(set(numbers))
    await until(lambda: stage.server.hub.rooms._speaking == 0)
