"""The server stops: everyone is told, what waits is handed over, and nobody can hold it up (docs/protocol.md, 5.3)."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import pytest

from duologue.server.net import control
from tests.bound import BOUND
from tests.scenes.conftest import long_lines
from tests.stage import Actor, Stage, opened, until

GOODBYE = "disconnected shutting_down Server is shutting down. Goodbye!"


async def test_everyone_is_told(stage: Stage) -> None:
    alice, bob, _ = await stage.chat_between("alice", "bob")
    carol = await stage.enters("carol")
    await asyncio.wait_for(stage.server.stop(), BOUND)
    for actor in (alice, bob, carol):
        await actor.is_out_after(GOODBYE)
    assert stage.present() == set()


async def test_nobody_is_told_that_a_chat_pauses(stage: Stage) -> None:
    """10.1: it waits for the next server, and the last word of each socket is not about the partner."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    carol, dave, _ = await stage.chat_between("carol", "dave")
    await alice.says(":one")
    await bob.hears(":one")
    await asyncio.wait_for(stage.server.stop(), BOUND)
    for actor in (alice, bob, carol, dave):
        assert (await actor.login.line(), await actor.login.line()) == (GOODBYE, "")
        assert await actor.chat.line() == ""


async def test_who_is_on_the_way_in_is_let_go(stage: Stage) -> None:
    silent = await stage.connects()
    login, token = await stage.knocks("alice")
    chat = await stage.connects(f"duologue/1 chat_socket {token}")
    await asyncio.wait_for(stage.server.stop(), BOUND)
    for wire in (silent, login, chat):
        await wire.is_closed()


async def test_nobody_gets_in_any_more(stage: Stage) -> None:
    await stage.server.stop()
    with pytest.raises(ConnectionRefusedError):
        await stage.connects()
    with pytest.raises(control.ControlError):
        await stage.asks_server("who")
    assert list(stage.settings.data.iterdir()) == []


async def test_who_knocks_at_that_very_moment_does_no_harm(stage: Stage) -> None:
    connecting = [asyncio.create_task(stage.connects()) for _ in range(20)]
    await asyncio.sleep(0)
    await asyncio.wait_for(stage.server.stop(), BOUND)
    for outcome in await asyncio.gather(*connecting, return_exceptions=True):
        if isinstance(outcome, BaseException):
            assert isinstance(outcome, ConnectionError)
        else:
            await outcome.is_closed()


async def alice_speaks_and_bob_does_not_read(stage: Stage, data: bytes) -> tuple[Actor, Actor]:
    """Both are here by now, and more than a MiB waits for him in the server."""
    alice, bob = await stage.enters("alice"), await stage.enters("bob", buffer=8192)
    await stage.start_chat(alice, bob)
    await alice.chat.sends(data)
    await until(lambda: stage.queued() > 1 << 20)
    return alice, bob


async def test_what_is_queued_is_handed_over(tmp_path: Path) -> None:
    async with opened(tmp_path, history=True, limits={"message_rate": math.inf, "send_queue": 16 << 20}) as stage:
        data = long_lines(8 * 1024)
        _, bob = await alice_speaks_and_bob_does_not_read(stage, data)
        stopping = asyncio.create_task(stage.server.stop())
        async with asyncio.timeout(BOUND):
            heard = await bob.chat.reader.read(-1)
            await stopping
        await bob.hears(GOODBYE)
        assert data.startswith(heard)
        assert heard.count(b"\n") > 1024


async def test_who_does_not_read_is_cut_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The flush has its bound; the others have been served meanwhile."""
    limits = {"message_rate": math.inf, "send_queue": 16 << 20, "shutdown_flush": 0.3}
    async with opened(tmp_path, history=True, limits=limits) as stage:
        data = b"".join(b":%s\n" % (b"x" * 1000) for _ in range(8 * 1024))
        alice, _ = await alice_speaks_and_bob_does_not_read(stage, data)
        await asyncio.wait_for(stage.server.stop(), BOUND)
        await alice.is_out_after(GOODBYE)
        assert "some clients did not read to the end" in caplog.text
        assert stage.queued() == 0
