"""One message a read, by the contract's numbers (duologue/server/net/pacing.py).

Over a pair of Unix sockets a test decides when something is acknowledged: there that is when the other end reads it.
Over TCP the other kernel does it, as in life.
"""

from __future__ import annotations

import asyncio
import select
import socket
import tracemalloc
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn

import pytest

from duologue.server.net import pacing
from duologue.server.net.pacing import BESIDES, GAP, CallLater, Pacer, unacknowledged
from tests.bound import BOUND
from tests.stage import until

LIMIT = 32 * 1024
STEP = 0.001
LONG = 60.0


class Time:
    """Passes when the test lets it, and knows every timer."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Alarm] = []

    def call_later(self, delay: float, callback: Callable[[], object]) -> Alarm:
        alarm = Alarm(self, self.now + delay, callback)
        self.timers.append(alarm)
        return alarm

    def passes(self, seconds: float) -> int:
        """How many timers went off."""
        end, rung = self.now + seconds, 0
        while due := [alarm for alarm in self.timers if alarm.when <= end]:
            alarm = min(due, key=lambda alarm: alarm.when)
            self.timers.remove(alarm)
            self.now = alarm.when
            alarm.callback()
            rung += 1
        self.now = end
        return rung


@dataclass(eq=False)
class Alarm:
    time: Time
    when: float
    callback: Callable[[], object]

    def cancel(self) -> None:
        if self in self.time.timers:
            self.time.timers.remove(self)


@dataclass(eq=False)
class Ends(asyncio.Protocol):
    """The near end, with the pacer over it, and the far one, which reads when the test does."""

    far: socket.socket
    call_later: CallLater | None = None
    gap: float = GAP
    full: int = 0
    drained: int = 0
    taken: int = 0
    closed: bool = False
    written: list[bytes] = field(default_factory=list)

    pacer: Pacer = field(init=False)
    transport: asyncio.Transport = field(init=False)

    async def open(self, near: socket.socket) -> None:
        near.setblocking(False)
        self.far.settimeout(BOUND)
        self.transport, _ = await asyncio.get_running_loop().connect_accepted_socket(lambda: self, near)
        self.pacer = Pacer(near, self.transport, self.gap, LIMIT, self.fills, self.drains, call_later=self.call_later)

    async def shut(self) -> None:
        if not self.closed:
            self.transport.abort()
        self.far.close()
        await until(lambda: self.closed)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self.pacer.closed()

    def fills(self) -> None:
        self.full += 1

    def drains(self) -> None:
        self.drained += 1

    def takes(self, count: int) -> None:
        self.taken += count

    def send_lines(
        self, lines: bytes, messages_of: Callable[[bytes], tuple[bytes, ...]] = lambda line: (line,)
    ) -> None:
        self.pacer.send_lines(lines, messages_of, self.takes)

    @property
    def has_come(self) -> bool:
        """Is there anything to read at the far end?"""
        return bool(select.select([self.far], [], [], 0)[0])

    async def reads(self) -> bytes:
        await until(lambda: self.has_come)
        return self.far.recv(1024)

    def resets(self) -> None:
        self.far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.far.close()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def ends(time: Time) -> AsyncIterator[Ends]:
    """In the test's own time."""
    near, far = socket.socketpair()
    ends = Ends(far, time.call_later)
    await ends.open(near)
    yield ends
    await ends.shut()


def loopback(buffer: int = 0) -> tuple[socket.socket, socket.socket]:
    """The far one takes few bytes that nobody reads, if it is to."""
    with socket.socket() as listening:
        if buffer:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        far = socket.socket()
        if buffer:
            far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        far.connect(listening.getsockname())
        return listening.accept()[0], far


@pytest.fixture
async def wired(time: Time) -> AsyncIterator[Ends]:
    """Over TCP, in the test's own time."""
    near, far = loopback()
    ends = Ends(far, time.call_later)
    await ends.open(near)
    yield ends
    await ends.shut()


@pytest.fixture
async def tcp() -> AsyncIterator[Ends]:
    near, far = loopback()
    ends = Ends(far)
    await ends.open(near)
    yield ends
    await ends.shut()


@pytest.fixture
async def narrow() -> AsyncIterator[Ends]:
    """TCP to a peer that takes few bytes unread, without a gap worth the name."""
    near, far = loopback(buffer=2048)
    ends = Ends(far, gap=STEP)
    await ends.open(near)
    yield ends
    await ends.shut()


def all_reads(far: socket.socket) -> list[bytes]:
    """As the original clients do it, in a thread: recv(1024), and at once again."""
    return [*iter(partial(far.recv, 1024), b"")]


# One message, one read


async def test_twenty_quick_messages_are_twenty_reads(wired: Ends, time: Time) -> None:
    """1, over TCP. The peer reads at once: a moment passes, it reads what is there, and the next moment passes."""
    messages = [b"message %d" % number for number in range(20)]
    for message in messages:
        wired.pacer.send(message)
    reads: list[bytes] = []
    async with asyncio.timeout(BOUND):
        while len(b"".join(reads)) < len(b"".join(messages)):
            time.passes(STEP)
            await asyncio.sleep(0)
            if wired.has_come:
                reads.append(wired.far.recv(1024))
    assert reads == messages
    assert time.now > 19 * GAP


async def test_the_next_waits_until_the_one_before_is_acknowledged(ends: Ends, time: Time) -> None:
    """1."""
    ends.pacer.send(b"one")
    ends.pacer.send(b"two")
    time.passes(0)
    await until(lambda: ends.has_come)
    time.passes(LONG)
    await asyncio.sleep(0)
    assert await ends.reads() == b"one"
    time.passes(LONG)
    assert await ends.reads() == b"two"


async def test_a_gap_follows_the_acknowledgement(ends: Ends, time: Time) -> None:
    """1. It is the peer's time to read, so it begins when the message has arrived, however long it was on its way."""
    ends.pacer.send(b"one")
    ends.pacer.send(b"two")
    time.passes(0)
    await until(lambda: ends.has_come)
    time.passes(1)
    await ends.reads()
    acknowledged = time.now
    while not ends.has_come:
        time.passes(STEP)
        await asyncio.sleep(0)
    assert GAP <= time.now - acknowledged <= GAP + 0.5 + 3 * STEP


async def test_the_gap_is_kept_after_the_last_message_too(ends: Ends, time: Time) -> None:
    """1."""
    ends.pacer.send(b"one")
    time.passes(0)
    assert await ends.reads() == b"one"
    time.passes(STEP * 3)  # it is noticed
    ends.pacer.send(b"two")
    time.passes(GAP - STEP * 3)
    await asyncio.sleep(STEP)
    assert not ends.has_come
    time.passes(STEP * 3)
    assert await ends.reads() == b"two"


async def test_what_the_transport_holds_is_not_acknowledged(time: Time) -> None:
    """2."""
    near, far = socket.socketpair()
    with near, far:
        transport = Holding()
        pacer = Pacer(near, transport, GAP, LIMIT, *[transport.close] * 2, call_later=time.call_later)
        pacer.send(b"one")
        pacer.send(b"two")
        time.passes(LONG)
        assert transport.held == b"one"
        transport.held = b""
        time.passes(1)
        assert transport.held == b"two"


class Holding(asyncio.Transport):
    """Has written nothing yet."""

    def __init__(self) -> None:
        super().__init__()
        self.held = b""

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.held += data

    def get_write_buffer_size(self) -> int:
        return len(self.held)

    def is_closing(self) -> bool:
        return False


async def test_where_the_platform_does_not_say_there_is_the_gap(
    ends: Ends, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> NoReturn:
        raise OSError("Inappropriate ioctl for device")

    monkeypatch.setattr(pacing, "ioctl", unsupported)
    ends.pacer.send(b"one")
    ends.pacer.send(b"two")
    time.passes(0)
    await until(lambda: ends.has_come)
    time.passes(GAP + 3 * STEP)
    await until(lambda: ends.far.recv(1024, socket.MSG_PEEK) == b"onetwo")


async def test_the_kernel_says_what_is_not_acknowledged() -> None:
    near, far = socket.socketpair()
    with near, far:
        assert unacknowledged(near) == 0
        near.send(b"one")
        assert unacknowledged(near) > 0
        far.recv(1024)
        assert unacknowledged(near) == 0


# What is taken


async def test_a_line_is_taken_with_its_last_message(ends: Ends, time: Time) -> None:
    """2. `ends` makes of each line as many messages as it has letters."""
    ends.send_lines(b"abc\n\nd\n", lambda line: tuple(line[n : n + 1] for n in range(len(line) - 1)))
    for message, taken_before in ((b"a", 0), (b"b", 0), (b"c", 0), (b"d", 2)):
        time.passes(1)
        assert ends.taken == taken_before
        assert await ends.reads() == message
    time.passes(1)
    assert ends.taken == 3
    assert ends.pacer.queued() == 0


async def test_messages_are_made_when_their_turn_comes_and_taken_with_the_last(ends: Ends, time: Time) -> None:
    """2. Until then they count for what was said."""
    made: list[str] = []

    def make() -> tuple[bytes, ...]:
        made.append("now")
        return b"2", b"3"

    ends.pacer.send(b"1")
    ends.pacer.send_in_turn(1000, make, lambda: ends.takes(1))
    assert ends.pacer.queued() == 1 + 1000 + 2 * BESIDES
    for message, made_by_then in ((b"1", 0), (b"2", 1), (b"3", 1)):
        time.passes(1)
        assert (len(made), ends.taken) == (made_by_then, 0)
        assert await ends.reads() == message
    time.passes(1)
    assert (ends.taken, ends.pacer.queued()) == (1, 0)


async def test_what_is_on_its_way_is_not_taken(ends: Ends, time: Time) -> None:
    """2."""
    ends.send_lines(b"one\n")
    time.passes(0)
    await until(lambda: ends.has_come)
    time.passes(LONG)
    assert ends.taken == 0


async def test_all_is_taken_over_tcp(tcp: Ends) -> None:
    """2."""
    reading = asyncio.create_task(asyncio.to_thread(all_reads, tcp.far))
    tcp.send_lines(b"".join(b"%d\n" % number for number in range(10)))
    await until(lambda: tcp.taken == 10)
    tcp.pacer.close(BOUND)
    assert b"".join(await reading) == b"0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"


async def test_order_is_kept_between_lines_and_messages(ends: Ends, time: Time) -> None:
    """4."""
    ends.pacer.send(b"1")
    ends.send_lines(b"2\n3\n", lambda line: (line[:-1],))
    ends.pacer.send(b"4")
    ends.send_lines(b"5\n", lambda line: (line[:-1],))
    heard = b""
    for _ in range(5):
        time.passes(1)
        heard += await ends.reads()
    assert heard == b"12345"


async def test_one_who_hears_that_something_was_taken_may_send(ends: Ends, time: Time) -> None:
    ends.pacer.send_lines(b"one\n", lambda line: (), lambda count: ends.pacer.send(b"two"))
    time.passes(0)
    assert await ends.reads() == b"two"


# Bounded


async def test_full_past_the_limit_and_drained_at_half_of_it(ends: Ends, time: Time) -> None:
    """3."""
    size = 1000 + BESIDES
    while not ends.full:
        assert ends.pacer.queued() <= LIMIT
        ends.pacer.send(bytes(1000))
    assert LIMIT < ends.pacer.queued() <= LIMIT + size
    ends.pacer.send(bytes(1000))
    while not ends.drained:
        assert ends.pacer.queued() > LIMIT // 2
        time.passes(1)
        await ends.reads()
    assert LIMIT // 2 - size <= ends.pacer.queued() <= LIMIT // 2
    assert (ends.full, ends.drained) == (1, 1)


async def test_it_fills_and_drains_again(ends: Ends, time: Time) -> None:
    """3."""
    for round_ in (1, 2):
        while ends.full < round_:
            ends.pacer.send(bytes(1000))
        while ends.drained < round_:
            time.passes(1)
            await ends.reads()
    assert (ends.full, ends.drained) == (2, 2)


async def test_one_who_hears_that_there_is_room_may_send(ends: Ends, time: Time) -> None:
    """Even when nothing else waits: what nobody can be told of was all there was."""
    ends.drains = lambda: ends.pacer.send(b"more")  # type: ignore[method-assign]
    ends.pacer._drained = ends.drains
    ends.pacer.send_lines(b"\n" * 2 * LIMIT, lambda line: (), ends.takes)
    assert ends.full == 1
    time.passes(0)
    assert await ends.reads() == b"more"


async def test_a_peer_that_stops_reading_stops_the_queue(narrow: Ends) -> None:
    """3 and 4: a sender that is faster than any reader comes to the limit and no further; nothing is lost."""
    sent = 0
    while not narrow.full:
        narrow.pacer.send(b"%06d" % sent * 150)
        sent += 1
    await until(lambda: unacknowledged_for_long(narrow))
    stalled = narrow.pacer.queued()
    await asyncio.sleep(STEP)
    assert LIMIT // 2 < stalled == narrow.pacer.queued() <= LIMIT + 900 + BESIDES
    assert (narrow.full, narrow.drained) == (1, 0)
    reading = asyncio.create_task(asyncio.to_thread(all_reads, narrow.far))
    narrow.pacer.close(BOUND)
    assert b"".join(await reading) == b"".join(b"%06d" % number * 150 for number in range(sent))
    assert (narrow.full, narrow.drained) == (1, 1)


def unacknowledged_for_long(ends: Ends) -> bool:
    """Longer than a kernel on loopback delays an ACK, 40 ms."""
    return ends.pacer._wait > 0.1


async def test_lines_wait_as_they_came(ends: Ends, time: Time) -> None:
    """3. One page of the store can hold 60,000 lines, and each may come to be sent minutes later."""
    made: list[bytes] = []

    def messages_of(line: bytes) -> tuple[bytes, ...]:
        made.append(line)
        return (line,)

    ends.send_lines(b":\n" * 60_000, messages_of)
    assert ends.pacer.queued() == 120_000 + BESIDES
    for number in (1, 2, 3):
        time.passes(1)
        assert len(made) == number
        await ends.reads()
    assert ends.pacer.queued() == 120_000 + BESIDES - 4


async def test_the_limit_is_one_of_memory(ends: Ends) -> None:
    """3."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        while not ends.full:
            ends.pacer.send(b"%d" % ends.pacer.queued())
        assert tracemalloc.get_traced_memory()[0] - before <= ends.pacer.queued()
    finally:
        tracemalloc.stop()


# No timer


async def test_nothing_runs_while_nothing_waits(ends: Ends, time: Time) -> None:
    """6."""
    assert time.timers == []
    ends.pacer.send(b"one")
    time.passes(0)
    await ends.reads()
    time.passes(1)
    assert time.timers == []
    assert time.passes(LONG) == 0


async def test_a_peer_that_has_stopped_costs_little(ends: Ends, time: Time) -> None:
    """6."""
    ends.pacer.send(b"one")
    time.passes(0)
    await until(lambda: ends.has_come)
    assert time.passes(LONG) <= 2 * LONG + 20


# The end


async def test_closing_when_nothing_waits_closes_at_once(ends: Ends) -> None:
    """5."""
    ends.pacer.close(BOUND)
    await until(lambda: ends.closed)


async def test_closing_sends_what_is_queued(ends: Ends, time: Time) -> None:
    """5. The peer gets its gap after the last one too."""
    ends.pacer.send(b"one")
    ends.pacer.send(b"two")
    ends.pacer.close(LONG)
    ends.pacer.close(0)
    for message in (b"one", b"two"):
        assert not ends.transport.is_closing()
        time.passes(1)
        assert await ends.reads() == message
    assert not ends.transport.is_closing()
    time.passes(1)
    assert ends.transport.is_closing()
    await until(lambda: ends.closed)
    assert time.timers == []


async def test_closing_stops_waiting_for_one_who_takes_nothing(ends: Ends, time: Time) -> None:
    """5."""
    ends.send_lines(b"one\ntwo\n")
    time.passes(0)
    await until(lambda: ends.has_come)
    ends.pacer.close(10)
    time.passes(10 - STEP)
    assert not ends.transport.is_closing()
    time.passes(STEP)
    await until(lambda: ends.closed)
    assert (ends.taken, time.timers) == (0, [])


async def test_what_is_sent_after_the_close_goes_nowhere(ends: Ends, time: Time) -> None:
    ends.pacer.close(LONG)
    ends.pacer.send(b"late")
    ends.send_lines(b"late\n")
    assert (ends.pacer.queued(), time.timers) == (0, [])


async def test_the_peer_goes_in_the_middle(ends: Ends, time: Time) -> None:
    """What it has read is taken, and nothing else; nobody asks any more."""
    ends.send_lines(b"one\ntwo\nthree\n")
    for _ in range(2):
        time.passes(1)
        await ends.reads()
    time.passes(1)
    ends.far.close()
    await until(lambda: ends.closed)
    time.passes(LONG)
    assert (ends.taken, ends.pacer.queued(), time.timers) == (2, 0, [])


async def test_the_peer_resets_in_the_middle(narrow: Ends) -> None:
    """2: what its kernel had not acknowledged is not taken by the reset, nor what waits."""
    narrow.send_lines((b"x" * 800 + b"\n") * 20)
    await until(lambda: unacknowledged_for_long(narrow))
    taken = narrow.taken
    assert taken < 20
    narrow.resets()
    await until(lambda: narrow.closed)
    assert (narrow.taken, narrow.pacer.queued()) == (taken, 0)


async def test_a_reset_that_nobody_reads_of_takes_nothing(narrow: Ends) -> None:
    """2. With reading paused the loop does not notice it."""
    narrow.send_lines((b"x" * 800 + b"\n") * 20)
    await until(lambda: unacknowledged_for_long(narrow))
    narrow.transport.pause_reading()
    taken, wait = narrow.taken, narrow.pacer._wait
    narrow.resets()
    await until(lambda: narrow.closed or narrow.pacer._wait > wait)
    assert narrow.taken == taken


@pytest.mark.parametrize("is_aborted", [True, False])
async def test_nothing_is_written_to_a_transport_that_closes(ends: Ends, time: Time, is_aborted: bool) -> None:
    """Between its close, from whatever side, and the loop's word of it."""
    ends.pacer.send(b"one")
    if not is_aborted:
        time.passes(0)
        await ends.reads()
    ends.transport.abort()
    time.passes(LONG)
    assert time.timers == []
    await until(lambda: ends.closed)


async def test_a_mistake_of_ours_ends_the_connection(ends: Ends, time: Time) -> None:
    """Its traceback goes where the loop's do; the peer is not left to wait for messages that will not come."""

    def mistaken(line: bytes) -> tuple[bytes, ...]:
        raise ZeroDivisionError

    ends.send_lines(b"one\n", mistaken)
    with pytest.raises(ZeroDivisionError):
        time.passes(0)
    await until(lambda: ends.closed)
