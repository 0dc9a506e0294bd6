"""Opening and closing the door; who is let in through it stands in tests/scenes/test_addresses.py."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.core.admission import BROWSER_SOCKETS
from duologue.protocols.base import FRONT_DOORS
from duologue.server.net.binding import bound
from duologue.server.net.descriptors import places_left
from duologue.server.net.listener import Listener
from tests.browser import enters, sends
from tests.stage import Stage, opened, until


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        yield stage


@pytest.fixture
def listener(stage: Stage) -> Listener:
    """Another door of the same server."""
    return Listener(stage.settings, FRONT_DOORS["native"], stage.server.hub, None, places_left())


async def test_any_free_port_is_told(listener: Listener, stage: Stage) -> None:
    listener.open(bound(["127.0.0.1"], 0, stage.settings))
    assert listener.port > 0
    await listener.close()


async def test_several_addresses_share_the_port(listener: Listener, stage: Stage) -> None:
    listener.open(bound(["127.0.0.1", "::1"], 0, stage.settings))
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as sock:
            sock.connect((address, listener.port))
    await listener.close()


async def test_a_closed_door_can_be_opened_at_once(listener: Listener, stage: Stage) -> None:
    """Connections that are closing do not keep the port from a restarted server."""
    listener.open(bound(["127.0.0.1"], 0, stage.settings))
    port = listener.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await listener.close()
    assert await reader.read() == b""
    listener.open(bound(["127.0.0.1"], port, stage.settings))
    await listener.close()
    writer.close()


async def test_the_kernel_looks_for_dead_peers_too(stage: Stage) -> None:
    """Reliability.md, section 2: TCP_USER_TIMEOUT where there is one."""
    await stage.enters("alice")
    [row] = (
        stage.server.hub.connections.connection_table[["login_socket", "chat_socket", "check_socket"]]
        .to_numpy()
        .tolist()
    )
    for descriptor in row:
        with socket.socket(fileno=socket.dup(descriptor)) as same:
            assert same.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                assert same.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 45_000


async def test_what_is_open_is_counted_by_protocol(tmp_path: Path) -> None:
    async with opened(tmp_path, protocols=("native", "simplechat", "web")) as stage:
        await stage.enters("alice")
        await enters(stage, "bob")
        old = await stage.connects("login_socket")
        native, web = stage.server._listeners
        await until(lambda: native.connections()["simplechat"] == 1)
        assert native.connections() == {"native": 3, "simplechat": 1}
        assert web.connections() == {"web": 1}
        assert (native.queued(), web.queued()) == (0, 0)
        await old.leaves()


async def test_too_many_browsers_are_told_by_http_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duologue.core.admission.is_loopback", lambda _: False)
    async with opened(tmp_path, protocols=("native", "web"), limits={"clients_per_address": 1}) as stage:
        silent = [await asyncio.open_connection("127.0.0.1", stage.ports["web"]) for _ in range(BROWSER_SOCKETS)]
        await until(lambda: len(stage.server._listeners[1]._open) == BROWSER_SOCKETS)
        found = await sends(stage, b"")
        assert found.startswith(b"HTTP/1.1 429 ")
        assert b"Content-Security-Policy" in found
        assert stage.server.figures().refused["too_many_connections"] == 1
        for _, writer in silent:
            writer.close()
