"""One client makes rooms and lists them: others still get one, and are answered."""

from __future__ import annotations

import asyncio
from pathlib import Path

from duologue.core.pages import PAGE, ROOMS_PAGE
from duologue.core.room import Room
from tests.stage import UNPAID, Actor, opened

ROOMS, MINE = 40, 4
LIMITS = UNPAID | {"rooms": ROOMS, "rooms_per_client": MINE}


async def takes_all_it_can(actor: Actor, name: str) -> int:
    """How many rooms somebody gets who asks for more than anybody may have."""
    await actor.says(*(f"/join {name}{n}" for n in range(MINE + 2)))
    made = 0
    for _ in range(MINE + 2):
        found = await actor.hears_like(r"(room_entered|ERROR too_many_rooms) .*")
        made += found[1] == "room_entered"
    return made


async def test_who_comes_again_and_again_has_no_more_rooms_than_anybody(tmp_path: Path) -> None:
    async with opened(tmp_path, limits=LIMITS) as stage:
        for n in range(ROOMS // MINE + 1):
            mallory = await stage.enters("bob")  # takes over the session before, whose rooms wait
            assert await takes_all_it_can(mallory, f"r{n}x") == (MINE if n == 0 else 0)
        carol = await stage.enters("carol")
        await carol.says("/join tearoom")
        await carol.hears("room_entered #tearoom 1 :")


async def test_who_was_lost_comes_back_into_all_rooms(tmp_path: Path) -> None:
    async with opened(tmp_path, limits=LIMITS) as stage:
        await takes_all_it_can(await stage.enters("bob"), "r")
        bob = await stage.enters("bob")
        for n in range(MINE):
            await bob.says(f"/join r{n}")
            await bob.hears(f"room_entered #r{n} 1 :")


async def test_rooms_that_are_gone_make_place(tmp_path: Path) -> None:
    async with opened(tmp_path, limits=LIMITS) as stage:
        await takes_all_it_can(await stage.enters("bob"), "r")
        assert await takes_all_it_can(await stage.enters("bob"), "other") == 0
        stage.passes(60)
        assert await takes_all_it_can(await stage.enters("bob"), "other") == MINE


async def test_of_ten_thousand_rooms_one_question_lists_a_page(tmp_path: Path) -> None:
    """And so does each of many that come in one write."""
    async with opened(tmp_path, limits=UNPAID) as stage:
        mallory, carol = await stage.enters("bob"), await stage.enters("carol")
        for start in range(0, 10_000, 500):
            stage.server.hub.restore_rooms(Room(f"#room{n:05}", f"#{n}") for n in range(start, start + 500))
            await asyncio.sleep(0)  # to make them takes longer than a turn may
        await carol.says("/rooms")
        for _ in range(ROOMS_PAGE):
            await carol.hears_like("room_listed #.*")
        await carol.hears("rooms_listed 10001 #room00048")
        await carol.says("/rooms #room09998")
        await carol.hears("room_listed #room09999 0 open :", "rooms_listed 10001")
        await mallory.says(*["/rooms"] * 20, "/nothing")
        lines = 0
        while not (await mallory.login.line()).startswith("ERROR unknown_command"):
            lines += 1
        assert lines == 20 * (ROOMS_PAGE + 1)


async def test_of_ten_thousand_people_one_question_lists_a_page(tmp_path: Path) -> None:
    async with opened(tmp_path) as stage:
        carol = await stage.enters("carol")
        hub = stage.server.hub
        hub.perform(hub.room_rules.join("carol", "#tea"))
        await carol.hears("room_entered #tea 1 :")
        for n in range(10_000):
            hub.people.presences.arrive(0.0, f"user{n:05}")
            hub.room_rules.join(f"user{n:05}", "#tea")
            if n % 100 == 0:
                await asyncio.sleep(0)  # to make them takes longer than a turn may
        first = [f"user{n:05}" for n in range(PAGE - 1)]
        for question, answer, how in (
            ("/who", "online_part 9901 carol", ""),
            ("/people", "people_part 9901 carol online", " online"),
            ("/names #tea", "room_members_part #tea 9901 carol", ""),
        ):
            await carol.says(question)
            await carol.hears(" ".join([answer, *(f"{name}{how}" for name in first)]))
            await carol.says(f"{question} user09998")
            await carol.hears(f"{answer.replace('_part', '').replace(' 9901', '').replace('carol', 'user09999')}")
