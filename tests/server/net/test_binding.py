"""A port for each address of a host: free, in use, or any."""

from __future__ import annotations

import errno
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from duologue.server.net import binding
from duologue.server.net.binding import CannotListen, bound
from duologue.settings import Settings
from tests.stage import Stage, opened


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        yield stage


async def test_a_port_in_use_is_an_error_and_leaves_nothing_open(stage: Stage) -> None:
    """Whatever was opened before the error is closed again: a warning about a socket would fail this test."""
    with pytest.raises(OSError, match="in use"):
        bound(["::1", "127.0.0.1"], stage.settings.port, stage.settings)
    with socket.socket(socket.AF_INET6) as sock, pytest.raises(ConnectionRefusedError):
        sock.connect(("::1", stage.settings.port))


async def test_a_free_port_that_is_taken_at_another_address_is_followed_by_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = iter(range(binding.ANY_PORT_TRIES - 1))
    bind = binding._bound

    def seldom(addresses: Sequence[str], port: int, settings: Settings) -> list[socket.socket]:
        if next(taken, None) is not None:
            raise OSError(errno.EADDRINUSE, "in use")
        return bind(addresses, port, settings)

    monkeypatch.setattr(binding, "_bound", seldom)
    for sock in bound(["::1", "127.0.0.1"], 0, stage.settings):
        sock.close()
    taken = iter(range(1))
    with pytest.raises(OSError, match="in use"):
        bound(["127.0.0.1"], stage.settings.port, stage.settings)


async def test_a_line_does_not_wait_for_the_ack_of_the_one_before(stage: Stage) -> None:
    """Whatever the loop: a peer that delays its ACKs would hear the second line 40 ms later."""
    await stage.enters("alice")
    accepted = [connection._socket for listener in stage.server._listeners for connection in listener._open]
    assert len(accepted) == 3
    assert all(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for sock in accepted)


def test_a_port_that_cannot_be_had_says_which_setting_chose_it() -> None:
    taken = OSError(98, "Address already in use")
    error = CannotListen(taken, "web_port")
    assert (error.errno, error.strerror, error.port_setting) == (98, "Address already in use", "web_port")
