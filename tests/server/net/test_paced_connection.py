"""One unframed socket between its client and the hub, over real sockets; the pacing itself is test_pacing.py.

Here a client's reads are taken together: what is looked at is what comes, and not in how many pieces.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from duologue.core.commands.chat import Command, Exit, ListOnline
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import Acknowledged, ChatStarted, Event, Probe, Refused, RequestSent, Said
from duologue.core.limits import Limits
from duologue.server.net.paced_connection import PacedConnection
from duologue.server.net.pacing import BESIDES
from duologue.server.session import Connection, Hold, Session
from tests.bound import BOUND
from tests.stage import Stage, opened, until

LIMITS = Limits(send_queue=4 * 1024, write_stall=BOUND)


class FakeCodec:
    """Words, and a space behind each."""

    hears_itself = watches = lobby = False
    tries = 1
    unfinished = 0

    def __init__(self) -> None:
        self.greeting: tuple[bytes, ...] = (b"NAME? ",)
        self.is_listening = True

    def greet(self) -> tuple[bytes, ...]:
        return self.greeting

    def receive_data(self, data: bytes) -> Iterator[Command | PeerError]:
        for word in data.split():
            match word:
                case b"who":
                    yield ListOnline()
                case b"exit":
                    yield Exit()
                case b"bad":
                    raise FatalPeerError("bad", "bad")
                case _:
                    yield PeerError("what", word.decode())

    def hears(self, _: Event) -> bool:
        return self.is_listening

    def encode(self, event: Event) -> tuple[bytes, ...]:
        match event:
            case Said(nickname, text):
                return tuple(f"{nickname}:{word} ".encode() for word in text.split())
            case Refused(code):
                return (f"{code} ".encode(),)
            case Probe() | Acknowledged():
                return ()
        return (f"{type(event).__name__} ".encode(),)


class Hall:
    """A server with a front door for such clients."""

    def __init__(self, stage: Stage) -> None:
        self.hub = stage.server.hub
        self.closed: list[PacedConnection] = []
        self.opened: list[Caller] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    async def connects(self, door: FakeCodec | None = None, *, buffer: int = 1 << 16) -> Caller:
        far = socket.socket()
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        far.connect(self.listening.getsockname())
        far.setblocking(False)
        near, peer = self.listening.accept()
        near.setblocking(False)
        connection = PacedConnection(
            self.hub, door or FakeCodec(), near, peer, limits=LIMITS, closed=self.closed.append
        )
        self.hub.login.connected(connection)
        await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, near)
        caller = Caller(connection, far)
        self.opened.append(caller)
        return caller

    async def enters(self, *, buffer: int = 1 << 16) -> Caller:
        """Somebody who is logged in, as far as a socket can tell."""
        caller = await self.connects(buffer=buffer)
        await caller.hears("NAME? ")
        connection: Connection = caller.connection
        connection.session = Session(1, "~carol", "", connection, connection, connection, row=-1, is_over=True)
        return caller

    async def shut(self) -> None:
        for caller in self.opened:
            caller.far.close()
            if caller.connection not in self.closed:
                caller.connection.abort()
        await until(lambda: len(self.closed) == len(self.opened))
        self.listening.close()


class Caller:
    """One client: the far end, and the link that is the near one."""

    def __init__(self, connection: PacedConnection, far: socket.socket) -> None:
        self.connection = connection
        self.far = far

    async def says(self, words: str) -> None:
        await asyncio.get_running_loop().sock_sendall(self.far, words.encode())

    async def hears(self, expected: str) -> None:
        heard = b""
        async with asyncio.timeout(BOUND):
            while len(heard) < len(expected.encode()) and (
                data := await asyncio.get_running_loop().sock_recv(self.far, 1024)
            ):
                heard += data
        assert heard.decode() == expected

    async def is_closed(self) -> None:
        async with asyncio.timeout(BOUND):
            assert await asyncio.get_running_loop().sock_recv(self.far, 1024) == b""

    def resets(self) -> None:
        self.far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.far.close()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        yield stage


@pytest.fixture
async def hall(stage: Stage) -> AsyncIterator[Hall]:
    hall = Hall(stage)
    yield hall
    await hall.shut()


# Nobody is logged in


async def test_the_server_speaks_first(hall: Hall) -> None:
    caller = await hall.connects()
    await caller.hears("NAME? ")


async def test_a_door_that_waits_for_its_client_says_nothing(hall: Hall) -> None:
    door = FakeCodec()
    door.greeting = ()
    caller = await hall.connects(door)
    caller.connection.tell(RequestSent("bob", 120))
    await caller.hears("RequestSent ")


async def test_one_who_is_refused_hears_why_and_may_try_again(hall: Hall) -> None:
    caller = await hall.connects()
    caller.connection.tell(Refused("taken", "Somebody has this name."))
    await caller.hears("NAME? taken ")
    await caller.says("who")
    await caller.hears("not_logged_in ")


async def test_one_who_takes_too_long_hears_so(hall: Hall, stage: Stage) -> None:
    caller = await hall.connects()
    stage.passes(stage.settings.limits.login_timeout)
    await caller.hears("NAME? too_slow ")
    await caller.is_closed()
    await until(lambda: hall.closed == [caller.connection])


async def test_one_who_breaks_the_protocol_hears_so(hall: Hall) -> None:
    caller = await hall.connects()
    await caller.says("bad who")
    await caller.hears("NAME? bad ")
    await caller.is_closed()


async def test_one_who_is_not_in_yet_and_reads_no_answers_is_not_read_from_until_the_deadline(
    hall: Hall, stage: Stage
) -> None:
    caller = await hall.connects()
    asking = asyncio.create_task(caller.says("who " * 100_000))
    await until(lambda: Hold.OWN_QUEUE in caller.connection._holds)
    assert 0 < caller.connection.queued() <= LIMITS.send_queue + 1000
    asking.cancel()
    caller.far.close()
    stage.passes(stage.settings.limits.login_timeout)
    await until(lambda: hall.closed == [caller.connection])


# Somebody is


async def test_events_come_in_their_order(hall: Hall) -> None:
    caller = await hall.enters()
    caller.connection.tell(Said("bob", "one two"))
    caller.connection.tell(Probe())
    caller.connection.tell(Refused("three", ""))
    await caller.hears("bob:one bob:two three ")


async def test_what_many_are_told_is_put_into_words_once(hall: Hall) -> None:
    one, other = await hall.enters(), await hall.enters()
    other.connection.codec.encode = None  # type: ignore[assignment,method-assign]
    PacedConnection.tell_all([one.connection, other.connection], Said("bob", "a b"))
    for caller in (one, other):
        await caller.hears("bob:a bob:b ")


async def test_several_events_for_many_come_in_their_order(hall: Hall) -> None:
    one, other = await hall.enters(), await hall.enters()
    PacedConnection.tell_all((caller.connection for caller in (one, other)), Said("bob", "a"), Said("eve", "b"))
    for caller in (one, other):
        await caller.hears("bob:a eve:b ")


async def test_a_door_may_pass_over_what_many_are_told(hall: Hall) -> None:
    one, other = await hall.enters(), await hall.enters()
    one.connection.codec.is_listening = False  # type: ignore[attr-defined]
    both = [one.connection, other.connection]
    for word in ("a", "b"):
        PacedConnection.tell_all(both, Said("bob", word))
    await other.hears("bob:a bob:b ")
    one.connection.codec.is_listening = True  # type: ignore[attr-defined]
    PacedConnection.tell_all(both, Said("bob", "c"))
    await one.hears("bob:c ")


async def test_commands_are_carried_out(hall: Hall) -> None:
    caller = await hall.enters()
    await caller.says("who oops")
    await caller.hears("PeopleOnline what ")


async def test_what_a_partner_says_comes_in_the_words_of_the_door(hall: Hall) -> None:
    caller = await hall.enters()
    taken: list[int] = []
    send = caller.connection.messages_from("bob", taken.append)
    send(b":one\n:two three\n")
    caller.connection.tell(ChatStarted("dave", "id"))
    send(":ü\n".encode())
    assert taken == []
    await caller.hears("bob:one bob:two bob:three ChatStarted bob:ü ")
    await until(lambda: sum(taken) == 3)


async def test_what_it_says_in_a_chat_comes_as_commands_still(hall: Hall) -> None:
    caller = await hall.enters()
    caller.connection.receive_through(lambda _: lambda _: [Exit()])
    await caller.says("who")
    await caller.hears("PeopleOnline ")
    caller.connection.receive_through(None)
    await caller.says("who")
    await caller.hears("PeopleOnline ")


async def test_it_stamps_nobody_as_alive(hall: Hall) -> None:
    caller = await hall.enters()
    await caller.says("who")
    await caller.hears("PeopleOnline ")
    assert hall.hub.heartbeat.heard <= {-1}


async def test_one_who_reads_no_answers_is_not_read_from(hall: Hall) -> None:
    """Memory holds no more than a queue, however many answers it asks for. As it reads, it is read from again."""
    caller = await hall.enters()
    asking = asyncio.create_task(caller.says("who " * 100_000))
    await until(lambda: Hold.OWN_QUEUE in caller.connection._holds)
    assert hall.hub.backpressure.is_full(session_of(caller))
    answers_in_a_queue = LIMITS.send_queue // BESIDES
    for _ in range(2 * answers_in_a_queue):
        assert 0 < caller.connection.queued() <= LIMITS.send_queue + 1000
        await caller.hears("PeopleOnline ")
    asking.cancel()


def session_of(caller: Caller) -> Session:
    assert caller.connection.session
    return caller.connection.session


# The end


async def test_what_is_queued_is_sent_before_the_close(hall: Hall) -> None:
    caller = await hall.enters()
    words = [f"word{number}" for number in range(5)]
    for word in words:
        caller.connection.tell(Said("bob", word))
    caller.connection.close()
    caller.connection.close()
    caller.connection.tell(Said("bob", "late"))
    caller.connection.messages_from("bob", lambda _: None)(b":late\n")
    await caller.says("who bad")
    await caller.hears("".join(f"bob:{word} " for word in words))
    await caller.is_closed()
    await until(lambda: hall.closed == [caller.connection])


async def test_a_reset_in_the_middle_ends_it_once(hall: Hall) -> None:
    caller = await hall.enters()
    taken: list[int] = []
    send = caller.connection.messages_from("bob", taken.append)
    send(b":word\n" * 100)
    await caller.hears("bob:word ")
    caller.resets()
    await until(lambda: hall.closed == [caller.connection])
    assert (sum(taken) < 100, caller.connection.queued()) == (True, 0)
    known = [*taken]
    send(b":late\n")
    caller.connection.tell(Said("bob", "late"))
    assert (taken, caller.connection.queued()) == (known, 0)


async def test_one_who_has_gone_is_noticed_while_it_is_held_and_closed(hall: Hall) -> None:
    """Otherwise it would be waited for as one who does not read."""
    caller = await hall.enters()
    caller.connection.hold(Hold.RATE)
    caller.connection.tell(Said("bob", "word"))
    caller.connection.close()
    caller.resets()
    async with asyncio.timeout(BOUND / 2):
        await until(lambda: hall.closed == [caller.connection])


async def test_one_who_has_gone_is_noticed_though_it_is_held_after_the_close(hall: Hall) -> None:
    """A receipt for what is still being sent may hold it, or what that costs."""
    caller = await hall.enters()
    caller.connection.tell(Said("bob", "word"))
    caller.connection.close()
    caller.connection.hold(Hold.RATE)
    assert not caller.connection.is_held
    caller.resets()
    async with asyncio.timeout(BOUND / 2):
        await until(lambda: hall.closed == [caller.connection])


async def test_closing_one_who_is_held_and_gone_is_harmless(hall: Hall) -> None:
    caller = await hall.enters()
    caller.connection.hold(Hold.RATE)
    caller.connection.abort()
    caller.connection.close()
    await until(lambda: hall.closed == [caller.connection])
