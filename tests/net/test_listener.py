"""Opening and closing the door; who is let in through it stands in tests/scenes/test_addresses.py."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.net.listener import Listener, bound
from duologue.protocols.base import FRONT_DOORS, NativeDoor
from tests.stage import Stage, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        yield stage


@pytest.fixture
def listener(stage: Stage) -> Listener:
    """Another door of the same server."""
    door = FRONT_DOORS["native"]
    assert isinstance(door, NativeDoor)
    return Listener(stage.settings, door, stage.server.hub, None)


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


async def test_a_port_in_use_is_an_error_and_leaves_nothing_open(stage: Stage) -> None:
    """Whatever was opened before the error is closed again: a warning about a socket would fail this test."""
    with pytest.raises(OSError, match="in use"):
        bound(["::1", "127.0.0.1"], stage.settings.port, stage.settings)
    with socket.socket(socket.AF_INET6) as sock, pytest.raises(ConnectionRefusedError):
        sock.connect(("::1", stage.settings.port))


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
    [row] = stage.server.hub.connections.live()[["login_socket", "chat_socket", "check_socket"]].to_numpy().tolist()
    for descriptor in row:
        with socket.socket(fileno=socket.dup(descriptor)) as same:
            assert same.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                assert same.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 45_000
