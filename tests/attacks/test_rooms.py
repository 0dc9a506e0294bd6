"""One client makes rooms and lists them: others still get one, and are answered."""

from __future__ import annotations

from pathlib import Path

from tests.stage import Actor, opened

ROOMS, MINE = 40, 4
LIMITS = {"rooms": ROOMS, "rooms_per_client": MINE}


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
