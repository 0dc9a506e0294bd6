"""Too much (docs/protocol.md, section 9): who does not read, and who writes too fast. Nothing is lost, memory stays
bounded, and everyone else goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bound import BOUND
from tests.scenes.conftest import long_lines
from tests.stage import Actor, Stage, Wire, opened, until

ONE_READ = 256 * 1024
"""The most that an event loop takes from a socket at once."""

QUEUE = 128 * 1024
UNLIMITED = {"message_rate": math.inf, "message_burst": math.inf}
SMALL = 8192
"""Receive buffer of somebody who is not to read; the kernel on the server's side still takes some MiB."""

STALLED = "disconnected stalled You did not read what was sent to you."


@pytest.fixture
async def unlimited(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, limits=UNLIMITED) as stage:
        yield stage


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[Stage]:
    """The same with a history."""
    async with opened(tmp_path, history=True, limits=UNLIMITED) as stage:
        yield stage


async def flood(wire: Wire, data: bytes) -> None:
    for start in range(0, len(data), ONE_READ):
        await wire.sends(data[start : start + ONE_READ])


async def is_paused(stage: Stage, wire: Wire) -> None:
    """A queue in the server is full, and it does not take any more of what comes on `wire`."""
    buffered = wire.writer.transport.get_write_buffer_size
    unchanged, before = 0, (0, 0)
    async with asyncio.timeout(BOUND):
        while unchanged < 10 or before[1] <= QUEUE:
            await asyncio.sleep(0.005)
            assert stage.queued() <= QUEUE + ONE_READ
            now = (buffered(), stage.queued())
            unchanged, before = unchanged + 1 if now == before else 0, now
    assert buffered(), "everything was taken"


async def talk(one: Actor, other: Actor, lines: int = 50) -> None:
    for number in range(lines):
        await one.says(f":{number}")
        await other.hears(f":{number}")


async def falls_behind(stage: Stage, alice: Actor, bob: Actor, data: bytes) -> None:
    """Alice says all of `data` to bob, who does not read: she is not slowed, and what waits for him is one queue."""
    await stage.start_chat(alice, bob)
    async with asyncio.timeout(BOUND):
        await flood(alice.chat, data)
    await until(lambda: stage.queued() >= QUEUE)
    assert stage.queued() <= QUEUE + ONE_READ


async def test_bob_stops_reading_and_goes_on_later(keeping: Stage) -> None:
    """9.2: alice is not slowed, and everything arrives in order, from the store."""
    stage = keeping
    carol, dave, _ = await stage.chat_between("carol", "dave")
    alice, bob = await stage.enters("alice"), await stage.enters("bob", buffer=SMALL)
    data = long_lines(16 * 1024)
    await falls_behind(stage, alice, bob, data)
    await talk(carol, dave)
    assert stage.present() == {"alice", "bob", "carol", "dave"}

    async with asyncio.timeout(BOUND):
        for start in range(0, len(data), ONE_READ):
            expected = data[start : start + ONE_READ]
            assert await bob.chat.reader.readexactly(len(expected)) == expected
    await talk(alice, bob)
    await bob.heard_nothing()
    await alice.heard_nothing()


async def test_a_slow_reader_that_reads_is_not_stalled(keeping: Stage) -> None:
    stage = keeping
    alice, bob = await stage.enters("alice"), await stage.enters("bob", buffer=SMALL)
    await falls_behind(stage, alice, bob, long_lines(16 * 1024))
    for _ in range(4):
        stage.passes(9)
        queued = stage.queued()
        while stage.queued() >= queued > 0:
            await bob.chat.reader.read(SMALL)
        for actor in (alice, bob):
            await actor.check.says("PING 0")
            while await actor.check.line() == "PING":
                pass
    assert stage.present() == {"alice", "bob"}


async def test_a_stalled_reader_is_cut_off_and_alice_is_told(tmp_path: Path) -> None:
    """9.2; what waited for bob is in the store for when he is back."""
    async with opened(tmp_path, history=True, limits={**UNLIMITED, "write_stall": 0.5}) as stage:
        alice, bob = await stage.enters("alice"), await stage.enters("bob", buffer=SMALL)
        carol, dave, _ = await stage.chat_between("carol", "dave")
        await falls_behind(stage, alice, bob, long_lines(16 * 1024))
        stage.passes(0.4)
        assert "bob" in stage.present()
        stage.passes(0.2)
        await alice.hears("chat_paused bob 60")
        assert stage.present() == {"alice", "carol", "dave"}
        await talk(carol, dave)
        await until(lambda: stage.queued() == 0)


async def test_a_stalled_reader_hears_why_if_it_ever_reads(keeping: Stage) -> None:
    stage = keeping
    alice, bob = await stage.enters("alice"), await stage.enters("bob", buffer=SMALL)
    await falls_behind(stage, alice, bob, long_lines(16 * 1024))
    stage.passes(10)
    await alice.hears("chat_paused bob 60")
    last = b""
    async with asyncio.timeout(BOUND):
        while line := await bob.login.reader.readline():
            last = line
    assert last.decode() == STALLED + "\n"


async def test_without_a_history_alice_waits_for_what_bob_has_not_received(unlimited: Stage) -> None:
    """7.3 and 9.2: what nobody keeps on a disk has to fit into memory."""
    stage = unlimited
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await stage.start_chat(alice, bob)
    writing = asyncio.create_task(flood(alice.chat, long_lines(8 * 1024)))
    heard = 0
    with contextlib.suppress(TimeoutError):  # bob reads all there is, and does not say so
        while await asyncio.wait_for(bob.chat.reader.readline(), 0.2):
            heard += 1
    assert 1024 <= heard < 2048
    await bob.check.says(f"PING {heard}")
    async with asyncio.timeout(BOUND):
        while heard < 8 * 1024:
            if heard % 256 == 0:
                await bob.check.says(f"PING {heard}")
            assert (await bob.chat.reader.readline()).startswith(b":%09d" % heard)
            heard += 1
        await writing


async def test_one_who_asks_and_never_reads_the_answers(unlimited: Stage) -> None:
    """Everyone's own answers are bounded too, and nobody else waits for one who asks much."""
    stage = unlimited
    carol, dave, _ = await stage.chat_between("carol", "dave")
    alice = await stage.enters("alice", buffer=SMALL)
    writing = asyncio.create_task(flood(alice.chat, b"/nonsense\n" * 2_000_000))
    await is_paused(stage, alice.chat)
    await talk(carol, dave)
    stage.passes(10)
    assert stage.present() == {"carol", "dave"}
    writing.cancel()


async def test_carol_starts_a_chat_with_one_whose_queue_is_full(keeping: Stage) -> None:
    """One who does not read is not heard either, whether the chat was there before or not."""
    stage = keeping
    alice, bob = await stage.enters("alice"), await stage.enters("bob", buffer=SMALL)
    carol = await stage.enters("carol")
    await falls_behind(stage, alice, bob, long_lines(16 * 1024))
    await alice.says("/quit")
    await alice.hears("chat_ended bob you_left")
    await carol.says("/chat bob")
    await carol.hears("chat_requested bob 120")
    bob.chat.writer.write(b"yes\n")
    with pytest.raises(TimeoutError):  # bob writes, and is not read from before he reads
        await asyncio.wait_for(carol.login.reader.readline(), 0.2)
    async with asyncio.timeout(BOUND):
        while not (await bob.chat.reader.readline()).startswith(b"start_chat carol"):
            pass
    await carol.hears_like("start_chat bob .+")


# Too fast


async def test_who_writes_too_fast_is_read_more_slowly(tmp_path: Path) -> None:
    """9.1: one warning, nothing lost, in order."""
    async with opened(tmp_path, limits={"message_burst": 20.0, "message_rate": 1000.0}) as stage:
        alice, bob, _ = await stage.chat_between("alice", "bob")
        expected = [f":{number}" for number in range(80)]  # the scene's clock stands still, so each waits longer
        for start in range(0, 80, 20):
            await alice.says(*expected[start : start + 20])
            await asyncio.sleep(0)
        await bob.hears(*expected)
        await alice.hears("ERROR slow_down You send more than 1000 messages a second; the rest is taken at that rate.")
        await alice.heard_nothing()


async def test_commands_count_as_messages(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"message_burst": 20.0, "message_rate": 1000.0}) as stage:
        alice = await stage.enters("alice")
        await alice.says(*["/who", "/nonsense"] * 30, "/requests")
        answers = [await alice.login.line() for _ in range(62)]
        assert len([answer for answer in answers if answer.startswith("ERROR slow_down")]) == 1
        assert [answer.split()[0] for answer in answers if "slow_down" not in answer] == ["online", "ERROR"] * 30 + [
            "requests"
        ]


async def test_who_has_spent_the_burst_waits_and_nobody_else_does(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"message_burst": 5.0, "message_rate": 0.001}) as stage:
        alice, bob, _ = await stage.chat_between("alice", "bob")
        await alice.says(*[":x"] * 10)
        await bob.hears(*[":x"] * 5)  # the request was one, and who has nothing left has one more on account
        await alice.hears_like("ERROR slow_down .+")
        alice.chat.writer.write(b":waits\n/quit\n")
        await bob.says(":one", ":two")
        await alice.hears(":one", ":two")
        await bob.heard_nothing()


async def test_a_person_is_never_warned(stage: Stage) -> None:
    """9.1: a burst of 200 fits, and then 50 a second."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    await alice.says(*[":x"] * 199)
    await bob.hears(*[":x"] * 199)
    for _ in range(3):
        stage.passes(1)
        await alice.says(*[":y"] * 49)
        await bob.hears(*[":y"] * 49)
    await alice.check.says("PING 0")
    await alice.check.hears_like("PONG .+")
    stage.passes(1)
    await alice.heard_nothing()


async def test_the_warning_comes_again_after_ten_seconds(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"message_burst": 5.0, "message_rate": 1000.0}) as stage:
        alice, bob, _ = await stage.chat_between("alice", "bob")
        for _ in range(2):
            for _ in range(3):
                await alice.says(*[":x"] * 20)
                await bob.hears(*[":x"] * 20)
            await alice.hears_like("ERROR slow_down .+")
            stage.passes(10)
