"""Who may connect, and from where (docs/protocol.md, 9.3; reliability.md, section 2): places for each address, and what
comes of it when others take the descriptors. A server that is full stands in tests/attacks/test_descriptors.py.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket
from pathlib import Path

import pytest

from duologue.server.net import listener
from tests.stage import Stage, Wire, opened, until

TOO_MANY = (
    "ERROR too_many_connections Too many connections from your address; close some, or try again in some minutes."
)


@pytest.fixture
def nothing_is_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here all addresses are of the machine itself, which is exempt otherwise."""
    monkeypatch.setattr("duologue.core.admission.is_loopback", lambda _: False)


async def is_let_in(wire: Wire) -> None:
    await wire.says("hello?")
    await wire.hears_like("ERROR unknown_first_line .+")


async def is_refused(wire: Wire) -> None:
    await wire.hears(TOO_MANY)
    await wire.is_closed()


@pytest.mark.usefixtures("nothing_is_loopback")
async def test_one_address_cannot_take_every_place(tmp_path: Path) -> None:
    """9.3: two clients of three sockets, and not one socket more."""
    async with opened(tmp_path, limits={"clients_per_address": 2}) as stage:
        taken = [await stage.connects() for _ in range(6)]
        await is_refused(await stage.connects())
        await is_refused(await stage.connects())
        alice = await stage.enters("alice", source="127.0.0.2")
        await alice.heard_nothing()

        await taken[0].leaves()
        await until(lambda: len(stage.server._listeners[0]._open) == 8)
        await is_let_in(await stage.connects())


@pytest.mark.usefixtures("nothing_is_loopback")
async def test_coming_back_again_and_again(tmp_path: Path) -> None:
    """9.3: so many new ones in ten minutes, whether they stay or not."""
    async with opened(tmp_path, limits={"new_clients_per_address": 2}) as stage:
        for _ in range(6):
            wire = await stage.connects()
            await is_let_in(wire)
            await wire.is_closed()
        await is_refused(await stage.connects())
        await is_let_in(await stage.connects(source="127.0.0.2"))
        stage.passes(599)
        await is_refused(await stage.connects())
        stage.passes(1)
        await is_let_in(await stage.connects())


@pytest.mark.usefixtures("nothing_is_loopback")
async def test_a_flood_from_one_address_leaves_the_others_alone(tmp_path: Path) -> None:
    async with opened(tmp_path, limits={"clients_per_address": 16}) as stage:
        await floods(stage)


async def floods(stage: Stage) -> None:
    alice = await stage.enters("alice", source="127.0.0.2")
    flood = [await stage.connects() for _ in range(200)]
    for wire in flood[48:]:
        await is_refused(wire)
    bob = await stage.enters("bob", source="127.0.0.3")
    await stage.start_chat(alice, bob)
    assert len(stage.server._listeners[0]._open) == 48 + 6


async def test_the_machine_itself_is_exempt(tmp_path: Path) -> None:
    """9.3."""
    async with opened(tmp_path, limits={"clients_per_address": 1, "new_clients_per_address": 1}) as stage:
        for name in ("alice", "bob", "carol"):
            await stage.enters(name)
        assert stage.present() == {"alice", "bob", "carol"}


async def test_a_conversation_over_ipv6(tmp_path: Path) -> None:
    async with opened(tmp_path, host="::1") as stage:
        alice, bob, _ = await stage.chat_between("alice", "bob")
        await alice.says(":hello")
        await bob.hears(":hello")


async def test_a_name_that_stands_for_several_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every address of the host is listened to, on one port."""
    found = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
    ]
    monkeypatch.setattr("duologue.server.server.socket.getaddrinfo", lambda *_, **__: found)
    async with opened(tmp_path, host="both.example") as stage:
        monkeypatch.undo()
        port = stage.settings.port
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family) as sock:
                sock.connect((address, port))


# Descriptors


def take_all(taken: list[int]) -> None:
    """Every descriptor that there is, until EMFILE."""
    with contextlib.suppress(OSError):
        while True:
            taken.append(os.open(os.devnull, os.O_RDONLY))


async def test_descriptors_that_others_took(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The real limit, met in the middle of accepting: the newcomer waits in the kernel and is served later."""
    monkeypatch.setattr(listener, "RETRY_AFTER", 0.02)
    alice = await stage.enters("alice")
    newcomer = socket.socket()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 400), hard))
        take_all(taken)
        newcomer.connect((stage.settings.host, stage.settings.port))
        newcomer.sendall(b"hello?\n")
        for _ in range(10):
            await alice.check.says("PING 0")
            await alice.check.hears("PONG 0 0")
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    with newcomer:
        newcomer.setblocking(False)
        answer = bytearray()
        await until(lambda: _received(newcomer, answer))
        assert answer.startswith(b"ERROR unknown_first_line")
    said = [record for record in caplog.records if "no descriptors left" in record.getMessage()]
    assert len(said) == 1


def _received(sock: socket.socket, answer: bytearray) -> bool:
    try:
        answer += sock.recv(4096)
    except BlockingIOError:
        return False
    return True
