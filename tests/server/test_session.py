"""Who is behind three sockets; and `FakeConnection`, a socket that other tests hold in their hands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import count
from math import inf

from duologue.core.events.chat import (
    Acknowledged,
    ChatElsewhere,
    ChatEnded,
    ChatFree,
    ChatHeld,
    ChatRequested,
    ChatStarted,
    Event,
    Refused,
)
from duologue.core.pace import TokenBucket
from duologue.core.requests import ChatEnd
from duologue.protocols.native.codec import NativeCodec
from duologue.server.session import Connection, Hold, Receiver, Session
from tests.bound import BOUND


class FakeConnection:
    """Keeps what it is told, and reads or not as it is held. `wire` is all that went out, in its order."""

    def __init__(self, address: str = "127.0.0.1", *, is_all_three: bool = False) -> None:
        self.is_all_three = is_all_three
        self.address = address
        self.port = 5000
        self.peer = f"{address}:{self.port}"
        self.descriptor = 7
        self.row = -1
        self.bucket = TokenBucket(inf, inf, 0)
        self.codec = NativeCodec()
        self.session: Session | None = None
        self.told: list[Event] = []
        self.told_too_late: list[Event] = []
        self.sent = b""
        self.wire = b""
        self.receiver: Receiver | None = None
        self.waiting_to_be_sent = 0
        self.holds: set[Hold] = set()
        self.closed = False
        self.changed = asyncio.Event()
        self.send: Callable[[bytes], None] = self._send

    def _send(self, data: bytes) -> None:
        assert not self.closed, "messages are for those who are there"
        self.sent += data
        self.wire += data

    @property
    def heard_on(self) -> Connection:
        return self

    def tell(self, event: Event) -> None:
        """An answer may come after its client has gone; it is written nowhere."""
        if self.closed:
            self.told_too_late.append(event)
            return
        self.told.append(event)
        self.wire += self.codec.encode(event)
        self.changed.set()

    @staticmethod
    def tell_all(connections: Iterable[FakeConnection], *events: Event) -> None:
        for connection in connections:
            connection.tell_each(events)

    def tell_each(self, events: Iterable[Event]) -> None:
        for event in events:
            self.tell(event)

    def messages_from(self, nickname: str, taken: Callable[[int], None]) -> Callable[[bytes], None]:
        def hand_over(lines: bytes) -> None:
            self.send(lines)  # whatever it is by then

        return hand_over

    def introduce(self, spelling_of: Callable[[str], str]) -> None:
        """The connection's business."""

    def receive_through(self, reader: Callable[[NativeCodec], Receiver] | None) -> None:
        self.receiver = reader(self.codec) if reader else None

    def hold(self, reason: Hold) -> None:
        self.holds.add(reason)

    def release(self, reason: Hold) -> None:
        self.holds.discard(reason)
        self.changed.set()

    @property
    def is_held(self) -> bool:
        return bool(self.holds)

    def queued(self) -> int:
        return self.waiting_to_be_sent

    def close(self) -> None:
        self.closed = True

    def dismiss(self) -> None:
        self.closed = True

    async def until(self, condition: Callable[[FakeConnection], object]) -> None:
        """Wait until something holds of what this link was told, or of its holds."""
        async with asyncio.timeout(BOUND):
            while not condition(self):
                self.changed.clear()
                await self.changed.wait()


_numbers = count(1)


def session(nickname: str, *, device: str = "", burst: float = inf, rate: float = inf, row: int = 0) -> Session:
    connections: tuple[Connection, Connection, Connection] = FakeConnection(), FakeConnection(), FakeConnection()
    somebody = Session(next(_numbers), nickname, device, *connections, row=row)
    bucket = TokenBucket(burst, rate, 0)
    for connection in connections:
        connection.bucket, connection.session, connection.row = bucket, somebody, row
    return somebody


def fake(connection: Connection) -> FakeConnection:
    assert isinstance(connection, FakeConnection)
    return connection


def test_the_three_sockets_are_told_apart() -> None:
    alice = session("alice")
    assert alice.sockets == (alice.login_socket, alice.chat_socket, alice.check_socket)
    assert len(set(map(id, alice.sockets))) == 3


def test_an_event_is_told_on_the_socket_that_carries_it() -> None:
    alice = session("alice")
    for event in (ChatRequested("bob", 120), ChatStarted("bob", "id"), Acknowledged(1, 1, "id"), Refused("no", "No.")):
        alice.tell(event)
    assert [fake(connection).told for connection in alice.sockets] == [
        [ChatRequested("bob", 120), Refused("no", "No.")],
        [ChatStarted("bob", "id")],
        [Acknowledged(1, 1, "id")],
    ]


OF_DEVICES = (ChatHeld("bob", "id"), ChatFree("bob", "id", 60))


def test_who_names_a_device_hears_of_the_others() -> None:
    alice = session("alice", device="d1")
    for event in (*OF_DEVICES, ChatElsewhere("bob", "id", 7), ChatStarted("bob", "id")):
        alice.hear(event)
    assert fake(alice.login_socket).told == [*OF_DEVICES]
    assert fake(alice.chat_socket).told == [ChatElsewhere("bob", "id", 7), ChatStarted("bob", "id")]


def test_who_names_none_hears_what_it_knows() -> None:
    """A chat that another session holds is over for it: it knows what became of its messages."""
    alice = session("alice")
    for event in (*OF_DEVICES, ChatElsewhere("bob", "id", 7), ChatStarted("bob", "id")):
        alice.hear(event)
    assert fake(alice.login_socket).told == []
    assert fake(alice.chat_socket).told == [ChatEnded("bob", ChatEnd.LOST, "id", 7), ChatStarted("bob", "id")]


def test_two_sessions_of_one_account_are_two() -> None:
    """A newer login takes over, and what is meant for the older must not end the newer."""
    older, newer = session("alice"), session("alice")
    assert older != newer
    assert len({older, newer}) == 2


def test_whoever_has_just_come_is_in_no_chat_and_was_never_warned() -> None:
    alice = session("alice")
    assert (alice.chat, alice.has_resumed, alice.warned) == (None, False, -inf)


def test_each_reason_not_to_read_is_one_of_its_own() -> None:
    assert [*Hold.__members__] == [reason.name for reason in Hold], "one with the words of another is that other"
