"""One client asks for a chat again and again: whoever is asked is disturbed a few times, and nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from duologue.core.limits import REQUESTS_TO_ONE, REQUESTS_TO_ONE_WINDOW
from tests.bound import BOUND
from tests.stage import Actor, Stage, opened, until

ATTEMPTS = 20


async def asked_in_all(target: Actor) -> int:
    """How often the target has been asked until now."""
    await target.says("/nothing")
    asked = 0
    while not (line := await target.login.line()).startswith("ERROR unknown_command"):
        asked += line.startswith("want_chat_with_you")
    return asked


async def is_answered(actor: Actor) -> None:
    """Everything that was said before has been carried out."""
    await asked_in_all(actor)


@pytest.mark.parametrize(
    "lines",
    [
        ("/chat alice", "/cancel alice"),
        ("/chat alice", "/cancel"),
        ("/chat alice", "/block alice", "/unblock alice"),
        ("/chat alice", "/chat carol", "/cancel"),
    ],
)
async def test_who_asks_and_withdraws_again_and_again(tmp_path: Path, lines: tuple[str, ...]) -> None:
    async with opened(tmp_path) as stage:
        alice, mallory = await stage.enters("alice"), await stage.enters("bob")
        await mallory.says(*lines * ATTEMPTS)
        await is_answered(mallory)
        assert await asked_in_all(alice) == REQUESTS_TO_ONE


async def test_a_new_login_is_no_new_start(tmp_path: Path) -> None:
    async with opened(tmp_path) as stage:
        alice = await stage.enters("alice")
        for _ in range(REQUESTS_TO_ONE + 2):
            mallory = await stage.enters("bob")  # takes over the session before
            await mallory.says("/chat alice")
            await is_answered(mallory)
        assert await asked_in_all(alice) == REQUESTS_TO_ONE
        stage.passes(REQUESTS_TO_ONE_WINDOW)  # in which nobody was heard, so both come again
        alice, mallory = await stage.enters("alice"), await stage.enters("bob")
        await mallory.says("/chat alice")
        await is_answered(mallory)
        assert await asked_in_all(alice) == 1


async def test_whoever_refuses_each_time_is_left_alone_in_the_end(tmp_path: Path) -> None:
    async with opened(tmp_path) as stage:
        alice, mallory = await stage.enters("alice"), await stage.enters("bob")
        for _ in range(REQUESTS_TO_ONE):
            await mallory.says("/chat alice")
            await mallory.hears("chat_requested alice 120")
            await alice.hears("want_chat_with_you bob 120")
            await alice.says("no")
            await mallory.hears("alice decline chat")
            stage.passes(10)
        await mallory.says("/chat alice")
        await mallory.hears("alice was asked several times")
        await alice.heard_nothing()


async def test_who_is_blocked_learns_nothing_from_being_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as stage:
        alice, mallory, carol = [await stage.enters(name) for name in ("alice", "bob", "carol")]
        await alice.says("/block bob")
        await alice.hears("blocked bob")
        for _ in range(REQUESTS_TO_ONE):
            for name in ("alice", "carol"):
                await mallory.says(f"/chat {name}", f"/cancel {name}")
                await mallory.hears(f"chat_requested {name} 120", f"{name} is no longer asked")
        for name in ("alice", "carol"):
            await mallory.says(f"/chat {name}")
            await mallory.hears(f"{name} was asked several times")
        await alice.heard_nothing()
        assert await asked_in_all(carol) == REQUESTS_TO_ONE


async def test_two_who_really_talk_are_not_kept_apart(tmp_path: Path) -> None:
    async with opened(tmp_path) as stage:
        alice, bob = await stage.enters("alice"), await stage.enters("bob")
        await alice.says("/chat bob", "/cancel")
        await alice.hears("chat_requested bob 120", "bob is no longer asked")
        await bob.hears("want_chat_with_you alice 120", "chat_request_ended alice cancelled")
        for _ in range(2 * REQUESTS_TO_ONE):
            await stage.start_chat(alice, bob)
            await alice.says("/quit")
            await alice.hears("chat_ended bob you_left")
            await bob.hears("chat_ended alice left")


async def test_another_name_is_no_new_start_for_a_guest(tmp_path: Path) -> None:
    async with opened(tmp_path, protocols=("native", "plain_lines")) as stage:
        alice = await stage.enters("alice")
        for n in range(REQUESTS_TO_ONE + 2):
            await a_guest_asks_alice(stage, f"Mallory{n}")
        assert await asked_in_all(alice) == REQUESTS_TO_ONE


async def a_guest_asks_alice(stage: Stage, name: str) -> None:
    """And goes again when there is an answer, whatever it is."""
    reader, writer = await asyncio.open_connection(stage.settings.host, stage.ports["plain_lines"])
    writer.write(name.encode())
    await until(lambda: f"~{name}" in stage.present())
    writer.write(b"/chat alice")
    heard = b""
    async with asyncio.timeout(BOUND):
        while b"alice" not in heard:
            heard += await reader.read(4096)
    writer.close()
    await writer.wait_closed()
