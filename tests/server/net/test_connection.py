"""One socket between its transport and the hub, where a scene cannot set the moment; the rest is tests/scenes/."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from duologue.core.events.chat import Probe
from duologue.core.limits import Limits
from duologue.protocols.native.codec import NativeCodec
from duologue.server.net.connection import NativeConnection
from duologue.server.session import Hold
from duologue.server.turns import COMMANDS_AT_A_TIME, TURN, Turns
from tests.stage import Stage, opened, until


class FakeTransport(asyncio.Transport):
    """Notes what is done with it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.reading = True
        self.closing = False
        self.aborted = False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def write(self, data: Any) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = self.aborted = True


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        yield stage


@pytest.fixture
def closed() -> list[NativeConnection]:
    return []


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def unmade(stage: Stage, closed: list[NativeConnection]) -> Iterator[NativeConnection]:
    with socket.socket() as sock:
        peer = ("127.0.0.1", 4711)
        yield NativeConnection(stage.server.hub, NativeCodec(), sock, peer, limits=Limits(), closed=closed.append)


@pytest.fixture
def connection(unmade: NativeConnection, transport: FakeTransport) -> NativeConnection:
    unmade.connection_made(transport)
    return unmade


async def test_who_it_is(connection: NativeConnection) -> None:
    assert (connection.address, connection.port, connection.peer) == ("127.0.0.1", 4711, "127.0.0.1:4711")


async def test_it_is_made_with_its_transport(unmade: NativeConnection, transport: FakeTransport) -> None:
    """The server may stop in the middle of a TLS handshake, when there is no transport to close yet."""
    assert not unmade.is_made
    unmade.connection_made(transport)
    assert unmade.is_made


async def test_reading_goes_on_when_every_hold_is_released(
    connection: NativeConnection, transport: FakeTransport
) -> None:
    connection.hold(Hold.RATE)
    connection.hold(Hold.OWN_QUEUE)
    connection.hold(Hold.RATE)
    connection.release(Hold.RATE)
    assert not transport.reading
    connection.release(Hold.STORE)
    assert not transport.reading
    connection.release(Hold.OWN_QUEUE)
    assert transport.reading


async def test_it_is_closed_once(
    connection: NativeConnection, transport: FakeTransport, closed: list[NativeConnection]
) -> None:
    connection.close()
    connection.close()
    assert transport.closing
    connection.connection_lost(None)
    assert closed == [connection]


async def test_one_that_did_not_come_in_is_not_waited_for(
    connection: NativeConnection, transport: FakeTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With TLS a transport waits for its peer's part in the end, as long as that may take."""
    monkeypatch.setattr("duologue.server.net.connection.LAST_WORDS", 0.01)
    connection.dismiss()
    assert (transport.closing, transport.aborted) == (True, False)
    await until(lambda: transport.aborted)


async def test_one_that_is_dismissed_before_there_is_a_transport_is_cut(unmade: NativeConnection) -> None:
    """In the middle of a TLS handshake."""
    unmade.dismiss()
    assert unmade._is_silent


async def test_what_comes_after_the_close_is_not_heard(connection: NativeConnection, transport: FakeTransport) -> None:
    """The loop may have read it already."""
    connection.close()
    before = transport.written
    connection.data_received(b"duologue/1 login_socket\nalice\n" + b"x" * 10_000)
    assert transport.written == before


async def test_what_is_said_to_one_who_has_gone_is_harmless(
    connection: NativeConnection, transport: FakeTransport
) -> None:
    connection.connection_lost(None)
    connection.tell(Probe())
    assert transport.written == b""


async def test_a_release_after_the_close_does_not_read_on(
    connection: NativeConnection, transport: FakeTransport
) -> None:
    connection.hold(Hold.RATE)
    connection.close()
    connection.release(Hold.RATE)
    assert not transport.reading


async def test_what_comes_with_the_line_that_ended_it_is_not_carried_out(
    stage: Stage, connection: NativeConnection, transport: FakeTransport
) -> None:
    """The third refusal closes; a right nickname behind it, in the same read, must not be given a token any more."""
    connection.data_received(b"duologue/1 login_socket\n1 1\n2 2\n3 3\nalice\n")
    assert transport.closing
    assert transport.written.count(b"\n") == 3
    assert not stage.server.hub.login._by_token


async def test_what_a_partner_says_goes_out_as_it_came(connection: NativeConnection, transport: FakeTransport) -> None:
    """No frame of ours stands between a relay and the transport, and the client says itself what it has received."""
    taken: list[int] = []
    send = connection.messages_from("bob", taken.append)
    assert send == transport.write
    send(b":hello\n")
    assert (transport.written, taken) == (b":hello\n", [])


async def test_what_comes_while_it_is_held_means_what_it_does_after_what_came_before(
    stage: Stage, connection: NativeConnection, transport: FakeTransport
) -> None:
    """A line is not looked at before the one before it is answered: TLS can give several reads after a hold."""
    connection.hold(Hold.RATE)
    connection.data_received(b"duologue/1 login_socket\n1 1\n")
    connection.data_received(b"alice\n")
    connection.release(Hold.RATE)
    assert [line.split()[0] for line in transport.written.splitlines()] == [b"AUTH_DENIED", b"AUTH_SUCCESS"]


# Turns


class Work:
    """Notes who has a command carried out, each of which takes `seconds` of the loop's turn."""

    def __init__(self, stage: Stage, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
        self.done: list[NativeConnection] = []
        self.now = 0.0
        self._seconds = seconds
        monkeypatch.setattr("duologue.server.net.connection.handle_client", self.carry_out)
        monkeypatch.setattr(stage.server.hub, "turns", Turns(lambda: self.now))

    def carry_out(self, _: object, connection: NativeConnection, __: object) -> None:
        self.done.append(connection)
        self.now += self._seconds

    async def in_the_next_turn(self) -> int:
        before = len(self.done)
        await asyncio.sleep(0)
        return len(self.done) - before


def flood(count: int) -> bytes:
    """So many commands, the first line among them."""
    return b"duologue/1 check_socket t\n" + b"PING\n" * (count - 1)


async def test_a_turn_ends_when_its_time_is_over(
    stage: Stage, connection: NativeConnection, transport: FakeTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(stage, monkeypatch, 0.6 * TURN)
    connection.data_received(flood(10))
    assert len(work.done) == 3  # the first begins the turn
    assert not transport.reading
    turns = [await work.in_the_next_turn() for _ in range(4)]
    assert turns == [2, 2, 2, 1]
    assert transport.reading


async def test_two_who_flood_are_served_by_turns(
    stage: Stage, connection: NativeConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(stage, monkeypatch, 0.0)
    with socket.socket() as sock:
        other = NativeConnection(
            stage.server.hub, NativeCodec(), sock, ("127.0.0.1", 4712), limits=Limits(), closed=lambda _: None
        )
        other.connection_made(FakeTransport())
        connection.data_received(flood(100))
        other.data_received(flood(100))
        await work.in_the_next_turn()
    places = [work.done[start] for start in range(0, 200, COMMANDS_AT_A_TIME)]
    assert places == [connection, other] * (100 // COMMANDS_AT_A_TIME)
    assert len(work.done) == 200
