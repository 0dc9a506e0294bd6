"""A client writes on and the disk is nearly full (docs/protocol.md, 9.5): messages are refused in words or wait unsaid,
everything else goes on, and nothing is lost when there is room again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from duologue.server.chats.delivery import PUT_BY_BYTES
from duologue.server.session import Hold
from tests.behaviour.house import GUEST_DOORS, GUESTS, NAMES
from tests.browser import asks, enters, start_chat
from tests.scenes.conftest import acknowledges, hears_pong
from tests.stage import UNPAID, Stage, opened, until

UNSAID = (
    "ERROR disk_full The server's disk is nearly full. What you say in this chat waits unsaid until there is room, "
    "and is then sent."
)
REFUSED = "disk_full The server's disk is nearly full, and it keeps nothing new now. Its operator knows; try later."


class Disk:
    """What the server finds when it looks."""

    def __init__(self) -> None:
        self.free = 1 << 40


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr("duologue.server.server.free_bytes", lambda _: disk.free)
    monkeypatch.setattr("duologue.server.storage.disk.LOOK_EVERY", 0.01)
    return disk


@pytest.fixture
async def stage(tmp_path: Path, disk: Disk) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=True, protocols=("native", "web"), limits=UNPAID) as stage:
        yield stage


async def fills(stage: Stage, disk: Disk) -> None:
    disk.free = 1
    await until(lambda: stage.server.hub.is_disk_low)


async def has_room(stage: Stage, disk: Disk) -> None:
    disk.free = 1 << 40
    await until(lambda: not stage.server.hub.is_disk_low)


async def test_what_is_said_in_a_chat_waits_and_is_said_in_order(stage: Stage, disk: Disk) -> None:
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await alice.says(":one")
    await bob.hears(":one")
    await fills(stage, disk)
    await alice.says(":two", ":three")
    await alice.hears(UNSAID)
    await alice.says(":four")
    await alice.heard_nothing()
    await bob.heard_nothing()
    await acknowledges(bob, 1, chat, alice, stored=1)
    await has_room(stage, disk)
    await bob.hears(":two", ":three", ":four")
    await alice.says(":five")
    await bob.hears(":five")
    await hears_pong(alice, rf"PONG 5 \d {chat}")


async def test_everything_else_goes_on(stage: Stage, disk: Disk) -> None:
    """Logging in, reading what was said, ending a chat, and the heartbeat."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await alice.says(":hello")
    await bob.hears(":hello")
    await acknowledges(bob, 1, chat, alice, stored=1)
    await fills(stage, disk)
    await alice.says(":unsaid", "/history bob 5")
    await alice.hears(UNSAID)
    await alice.hears_like(r"recalled \d+ \d+ alice bob :hello")
    await alice.hears_like("recall_ended 1.*")
    carol = await stage.enters("carol")
    await carol.says("/history bob 5")
    await carol.hears("recall_ended 0")
    await alice.says("/quit")
    await alice.hears_like("chat_ended bob .*")
    await bob.hears_like("chat_ended alice .*")
    await bob.heard_nothing()
    await has_room(stage, disk)
    await stage.start_chat(alice, bob)
    await alice.says(":again")
    await bob.hears(":again")


async def test_letters_and_what_is_said_in_rooms_are_refused_in_words(stage: Stage, disk: Disk) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    for person in (alice, bob):
        await person.says("/join #tea")
        await person.hears_like("room_entered #tea .*")
    await alice.hears_like("room_joined #tea bob.*")
    await alice.says("/msg carol before 1 :in time")
    await alice.hears_like("kept_for carol before 1")
    await fills(stage, disk)
    await alice.says("/msg carol late 1 :too late", "/msg #tea room 1 :too late")
    await alice.hears(f"not_kept carol late 1 {REFUSED}", f"not_kept #tea room 1 {REFUSED}")
    await alice.says("/msg carol before 1 :in time")  # the answer was lost, and it is sent again
    await alice.hears_like("kept_for carol before 1")
    await alice.says("/chat bob")
    await alice.hears(f"ERROR {REFUSED}")
    await has_room(stage, disk)
    await alice.says("/msg #tea room 1 :in time")
    await bob.hears_like("room_said #tea alice .* :in time")


async def test_what_waited_is_the_senders_when_it_leaves_and_comes_back(stage: Stage, disk: Disk) -> None:
    """It was never acknowledged, so the client sends it again: once, in order."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await alice.says(":one")
    await bob.hears(":one")
    await acknowledges(bob, 1, chat, alice, stored=1)
    await fills(stage, disk)
    await alice.says(":two")
    await alice.hears(UNSAID)
    await alice.vanishes()
    await bob.hears("chat_paused alice 60")
    alice = await stage.enters("alice")
    await alice.hears_like(rf"chat_waits bob {chat} \d+")
    await alice.says(f"/resume {chat} {chat} 1 {chat} 0", ":two")
    await alice.hears_like(rf"chat_resumed bob {chat} 1 {chat} 1")
    await has_room(stage, disk)
    await bob.hears_like("chat_resumed alice.*|partner_resumed alice.*|chat_.*")
    while (line := await bob.chat.line()) != ":two":
        assert line.startswith("stream_begins alice"), line
    await bob.heard_nothing()


async def test_who_says_too_much_is_not_read_from(stage: Stage, disk: Disk) -> None:
    """Memory is bounded: what is not read stays with its sender, and is said when there is room."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    session = stage.server.hub.directory.sessions_of("alice")[0]
    await fills(stage, disk)
    lines = [f":{number} {'x' * 1000}" for number in range(150)]
    await alice.says(*lines)
    await alice.hears(UNSAID)
    await until(lambda: Hold.DISK in session.chat_socket._holds)  # type: ignore[attr-defined]
    [flow] = [flow for flow in stage.server.hub.chats.delivery._flows.values() if flow._put_by]
    assert flow._put_by_size < PUT_BY_BYTES + 2000
    await has_room(stage, disk)
    await bob.hears(*lines)


async def test_a_page_waits_too(stage: Stage, disk: Disk) -> None:
    alice, bob = await enters(stage, "alice"), await enters(stage, "bob")
    await start_chat(alice, bob)
    await fills(stage, disk)
    await alice.says("say", text="hello")
    await alice.hears("refused", code="disk_full")
    await has_room(stage, disk)
    await bob.skips_to("said", nickname="alice", texts=["hello"])


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_old_doors_hear_it_in_their_words(tmp_path: Path, disk: Disk, door: str) -> None:
    async with opened(tmp_path, history=True, protocols=("native", door)) as stage:
        await fills(stage, disk)
        guest = GUESTS[door](stage, NAMES[door])
        await guest.comes_in()
        await guest.comes_into_lobby()
        await guest.says_to_all("hello")
        await until(lambda: any(b"disk is nearly full" in message for message in guest.messages))
        guest.closes()


async def test_monitors_read_it(stage: Stage, disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
    """It is not for a restart: who is here can still read, and what waits would be lost from memory."""
    assert (await asks(stage, "/healthz")).body == b"ok\n"
    await fills(stage, disk)
    for _ in range(3):
        answer = await asks(stage, "/healthz")
    assert (answer.status, answer.body) == (
        200,
        b"ok, but the disk is nearly full: no message is kept until there is room\n",
    )
    assert b"duologue_disk_low 1.0" in (await asks(stage, "/metrics")).body
    assert len([record for record in caplog.records if record.message.startswith("disk nearly full")]) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
async def test_a_real_disk_is_never_filled(tmp_path: Path) -> None:
    """96 MiB of which 64 are reserved, and a sender with no limits who would fill it: a second, for it writes 32 MB."""
    small = tmp_path / "data"
    small.mkdir()
    mount = await asyncio.create_subprocess_exec("mount", "-t", "tmpfs", "-o", "size=96m,mode=700", "none", str(small))
    if await mount.wait():
        pytest.skip("nothing can be mounted here")
    try:
        lifted = {"message_burst": 10**9, "message_rate": 10**9}
        settings: dict[str, Any] = {"history": True, "disk_reserve": 64 << 20, "limits": lifted}
        async with opened(tmp_path, **settings) as stage:
            alice, bob, _ = await stage.chat_between("alice", "bob")
            reading = asyncio.ensure_future(drain(bob.chat.reader))
            line = b":" + b"x" * 8000 + b"\n"
            sending = asyncio.ensure_future(send(alice.chat.writer, line * 100, times=160))
            await until(lambda: stage.server.hub.is_disk_low)
            await alice.hears(UNSAID)
            assert not stage.server.over.done()
            found = os.statvfs(small)
            assert found.f_bavail * found.f_frsize > 16 << 20
            await stage.enters("carol")
            sending.cancel()
            reading.cancel()
            await asyncio.gather(sending, reading, return_exceptions=True)
    finally:
        unmount = await asyncio.create_subprocess_exec("umount", "-l", str(small))
        await unmount.wait()


async def drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(1 << 16):
        pass


async def send(writer: asyncio.StreamWriter, data: bytes, *, times: int = 1) -> None:
    for _ in range(times):
        writer.write(data)
        await writer.drain()
