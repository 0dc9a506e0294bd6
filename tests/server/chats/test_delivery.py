"""How what is said gets to the other (protocol, sections 9 and 10): live, behind, and back again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from duologue.core.commands.chat import StreamHeld
from duologue.core.events.chat import StreamBegins
from duologue.core.limits import Limits
from duologue.core.requests import Chat
from duologue.core.streams import Stream
from duologue.server.backpressure import Backpressure
from duologue.server.chats.delivery import Delivery
from duologue.server.chats.rest import Rests
from duologue.server.metering import Metering
from duologue.server.session import Connection, Hold, Session
from duologue.server.storage.base import StoreError
from duologue.server.storage.nothing import RemembersNothing
from tests.bound import BOUND
from tests.examples import examples
from tests.server.chats.test_bookkeeping import BySettling
from tests.server.test_session import fake, session

PAGE = 20
"""Bytes read at a time: three messages or so."""


class Shelf(RemembersNothing):
    """A store that commits when it is told to, and whose reads end when they are let go."""

    def __init__(self) -> None:
        super().__init__(StoreError(Path("nowhere"), "failed"))
        self.streams: dict[tuple[str, str], str] = {}
        self.committed: dict[tuple[str, str], list[bytes]] = {}
        self.waiting: list[tuple[str, str, bytes]] = []
        self.reads: list[asyncio.Future[None]] = []
        self.are_reads_slow = False
        self.is_broken = False
        self.overlapping_reads = 0

    def append(self, chat_id: str, sender: str, lines: bytes, count: int, at: float, stream: str | None = None) -> None:
        stream = stream or self.streams.get((chat_id, sender), chat_id)
        found = lines.splitlines(keepends=True)
        assert len(found) == count
        self.waiting += [(sender, stream, line) for line in found]

    def stream_began(self, chat_id: str, sender: str, stream: str) -> None:
        self.streams[chat_id, sender] = stream

    def commit(self, most: int) -> set[tuple[str, str]]:
        """What was stored by this: senders and their streams."""
        done, self.waiting = self.waiting[:most], self.waiting[most:]
        for sender, stream, line in done:
            self.committed.setdefault((sender, stream), []).append(line)
        return {(sender, stream) for sender, stream, _ in done}

    def replay(self, chat_id: str, sender: str, stream: str, after: int) -> ShelfReplay:  # type: ignore[override]
        return ShelfReplay(self, self.committed.setdefault((sender, stream), []), after)

    async def is_let_go(self) -> None:
        if self.is_broken:
            raise StoreError(Path("nowhere"), "failed")
        read = asyncio.get_running_loop().create_future()
        if self.are_reads_slow:
            self.reads.append(read)
            await read
        else:
            await asyncio.sleep(0)

    def lets_go(self) -> None:
        for read in self.reads:
            if not read.done():
                read.set_result(None)
        self.reads.clear()


class ShelfReplay:
    def __init__(self, shelf: Shelf, lines: list[bytes], after: int) -> None:
        self.shelf, self.lines, self.after = shelf, lines, after
        self.is_reading = False

    async def read(self, limit_bytes: int) -> tuple[bytes, int]:
        self.shelf.overlapping_reads += self.is_reading
        self.is_reading = True
        await self.shelf.is_let_go()
        self.is_reading = False
        found: list[bytes] = []
        while self.after < len(self.lines) and sum(map(len, found)) < limit_bytes:
            found.append(self.lines[self.after])
            self.after += 1
        return b"".join(found), len(found)


class Talk:
    """Alice and bob in a chat. What alice says is looked at; bob answers nothing."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.rests = Rests()
        self.backpressure = Backpressure(
            Limits().lifted(),
            time=lambda: 0.0,
            end_stalled=lambda *_: None,
            filled=self.filled,
            emptied=self.emptied,
        )
        self.bookkeeping = BySettling()
        self.delivery = Delivery(
            self.shelf,
            self.backpressure,
            Metering(Limits().lifted(), time=lambda: 0.0),
            self.rests,
            self.bookkeeping,
            page=PAGE,
            keeper=lambda chat_id, sender: partial(self.keep, chat_id, sender),
            taken=lambda *_: None,
            handed=lambda _: None,
        )
        self.chat = Chat("id", "alice", "bob")
        self.says_to_bob = self.chat.says("alice")
        self.alice, self.bob = somebody("alice"), somebody("bob")
        self.delivery.join(self.chat, self.alice)
        self.delivery.join(self.chat, self.bob)

    def filled(self, connection: Connection) -> None:
        if connection.session and connection is connection.session.chat_socket:
            self.delivery.fall_behind(connection.session)

    def emptied(self, connection: Connection) -> None:
        if connection.session and connection is connection.session.chat_socket:
            self.delivery.drained(connection.session)

    def keep(self, chat_id: str, sender: str, lines: bytes, count: int) -> None:
        self.shelf.append(chat_id, sender, lines, count, 0.0)

    # What happens

    def says(self, *texts: str, settles: bool = True) -> None:
        """As one chunk of lines."""
        connection = fake(self.alice.chat_socket)
        assert connection.receiver
        assert not connection.holds, "who is held is not read from"
        assert not [*connection.receiver("".join(f":{text}\n" for text in texts).encode())]
        if settles:
            self.bookkeeping.settle()

    def comes_late(self, stream: Stream, text: str) -> None:
        pushed, line = stream.sent, f":{text}\n".encode()
        self.shelf.append("id", "alice", line, 1, 0.0, stream.name)
        self.delivery.late(self.chat, "alice", stream, pushed)
        stream.counts(1, len(line))
        self.delivery.push(self.chat, "alice")

    def commits(self, most: int = 10**6) -> None:
        for sender, name in self.shelf.commit(most):
            stream = self.chat.says(sender).named(name)
            assert stream
            stream.stored = len(self.shelf.committed[sender, name])
            self.delivery.stored("id", sender)

    def fills(self, who: Session) -> None:
        self.backpressure.congested(who.chat_socket)

    def drains(self, who: Session) -> None:
        self.backpressure.drained(who.chat_socket)

    def goes(self, who: Session) -> None:
        if who.chat:
            self.delivery.leave(self.chat, who)
        for connection in who.sockets:
            self.backpressure.forget(connection)
            connection.close()

    def bob_is_back(self, held: StreamHeld | None = None, *, is_owed_a_rest: bool = False) -> None:
        self.bob = somebody("bob")
        if is_owed_a_rest:
            self.rests.rest_begins(self.bob)
        self.says_to_bob.recipient_returns(held)
        self.delivery.rejoin(self.chat, self.bob, None)

    def alice_is_back(self, held: StreamHeld | None = None) -> Stream:
        """The stream that she sends in."""
        self.alice = somebody("alice")
        self.chat.hears("alice").recipient_returns(None)
        answer = self.says_to_bob.sender_returns(held)
        if answer.is_new:
            self.shelf.stream_began("id", "alice", answer.stream.name)
            self.commits()
        self.delivery.rejoin(self.chat, self.alice, answer.stream if answer.is_new else None)
        return answer.stream

    async def settles(self) -> None:
        """Until nothing is read from the store any more."""
        async with asyncio.timeout(BOUND):
            while pushing := {flow._pushing for flow in self.delivery._flows.values() if flow._pushing}:
                await asyncio.wait(pushing)

    # What bob hears

    @property
    def heard(self) -> list[str]:
        """Messages, and after "> " the signals between them."""
        lines = fake(self.bob.chat_socket).wire.decode().splitlines()
        return [line[1:] if line.startswith(":") else f"> {line}" for line in lines]


def somebody(nickname: str) -> Session:
    who = session(nickname)
    [_] = who.chat_socket.codec.receive_data(b"duologue/1 chat_socket t\n")
    return who


@pytest.fixture
def talk() -> Talk:
    return Talk()


def holds(who: Session) -> set[Hold]:
    return fake(who.chat_socket).holds


# Live


async def test_what_is_said_goes_to_the_other_at_once_and_is_stored(talk: Talk) -> None:
    talk.says("one", "two")
    assert talk.heard == ["one", "two"]
    assert fake(talk.bob.chat_socket).wire == b":one\n:two\n"
    assert [line for _, _, line in talk.shelf.waiting] == [b":one\n", b":two\n"]
    assert talk.says_to_bob.current.sent == 2


async def test_nobody_hears_what_they_say_themselves(talk: Talk) -> None:
    talk.says("one")
    assert fake(talk.alice.chat_socket).wire == b""


async def test_a_message_among_commands_takes_the_same_way(talk: Talk) -> None:
    talk.says("one")
    talk.delivery.say(talk.chat, talk.alice, "two\nlines")
    assert fake(talk.bob.chat_socket).wire == b":one\n:two\vlines\n"
    assert talk.says_to_bob.current.sent == 2


async def test_commits_of_what_was_live_send_nothing(talk: Talk) -> None:
    talk.says("one", "two")
    talk.commits()
    await talk.settles()
    assert talk.heard == ["one", "two"]


# Behind


async def test_who_is_behind_is_handed_what_was_said_a_moment_ago(talk: Talk) -> None:
    """It had not been kept when its turn came, and where no history is kept nothing else brings it."""
    talk.fills(talk.bob)
    talk.says("one", settles=False)
    talk.drains(talk.bob)
    assert [line for _, _, line in talk.shelf.waiting] == [b":one\n"]
    talk.commits()
    await talk.settles()
    assert talk.heard == ["one"]


async def test_who_does_not_read_is_handed_the_rest_from_the_store_and_goes_live_again(talk: Talk) -> None:
    """9.2. The sender is not held."""
    talk.says("one")
    talk.fills(talk.bob)
    talk.says("two", "three")
    assert talk.heard == ["one"]
    assert not holds(talk.alice)
    talk.commits()
    talk.drains(talk.bob)
    await talk.settles()
    assert talk.heard == ["one", "two", "three"]
    talk.says("four")
    assert talk.heard[-1] == "four"


async def test_nothing_is_read_for_somebody_who_has_no_room(talk: Talk) -> None:
    talk.fills(talk.bob)
    talk.says("one")
    talk.commits()
    await talk.settles()
    assert talk.heard == []
    assert not talk.delivery._flows["id", "alice"]._pushing


@pytest.mark.parametrize("name", ["login_socket", "check_socket"])
async def test_another_queue_that_is_full_does_not_put_the_chat_behind(talk: Talk, name: str) -> None:
    """9.2: what he does not read there is not what is said here."""
    other = getattr(talk.bob, name)
    talk.backpressure.congested(other)
    talk.says("one")
    assert talk.heard == ["one"]
    talk.fills(talk.bob)
    talk.says("two")
    talk.commits()
    talk.drains(talk.bob)
    await talk.settles()
    assert talk.heard == ["one", "two"]
    talk.says("three")
    assert talk.heard == ["one", "two", "three"]


async def test_the_rest_of_a_chat_before_this_one_comes_before_what_is_said_now(talk: Talk) -> None:
    """7.1: the same person may have said it. What is said meanwhile waits in the store, and its sender does not."""
    talk.goes(talk.bob)
    talk.bob_is_back(is_owed_a_rest=True)
    talk.says("one")
    talk.commits()
    await talk.settles()
    talk.says("two")
    assert talk.heard == ["> stream_begins alice id 1"]
    assert not holds(talk.alice)
    talk.rests.rest_ends(talk.bob)
    await talk.settles()
    assert talk.heard == ["> stream_begins alice id 1", "one"]
    talk.commits()
    await talk.settles()
    talk.says("three")
    assert talk.heard == ["> stream_begins alice id 1", "one", "two", "three"]


async def test_the_missing_comes_in_pages_and_a_full_queue_ends_them(talk: Talk) -> None:
    """9.2: memory holds no more than a queue."""
    talk.fills(talk.bob)
    talk.says(*(f"number {n}" for n in range(50)))
    talk.commits()
    connection = fake(talk.bob.chat_socket)

    def send_and_fill(data: bytes) -> None:
        connection._send(data)
        talk.fills(talk.bob)

    connection.send = send_and_fill
    talk.drains(talk.bob)
    await talk.settles()
    assert 0 < len(talk.heard) < 5
    for _ in range(50):
        talk.drains(talk.bob)
        await talk.settles()
    assert talk.heard == [f"number {n}" for n in range(50)]


async def test_the_last_of_it_is_waited_for_by_the_sender_and_not_for_long(talk: Talk) -> None:
    """What is said in the few ms of a commit cannot be read yet; without a pause the recipient would never be level."""
    talk.fills(talk.bob)
    talk.says("one", "two")
    talk.commits(1)
    talk.drains(talk.bob)
    await talk.settles()
    assert talk.heard == ["one"]
    assert holds(talk.alice) == {Hold.CATCHING_UP}
    talk.commits()
    await talk.settles()
    assert talk.heard == ["one", "two"]
    assert not holds(talk.alice)
    talk.says("three")
    assert talk.heard == ["one", "two", "three"]


@pytest.mark.parametrize("how", ["fills", "goes"])
async def test_the_sender_does_not_wait_for_one_who_stops_reading_or_is_gone(talk: Talk, how: str) -> None:
    talk.fills(talk.bob)
    talk.says("one")
    talk.drains(talk.bob)
    await talk.settles()
    assert holds(talk.alice) == {Hold.CATCHING_UP}
    getattr(talk, how)(talk.bob)
    assert not holds(talk.alice)
    talk.says("two")


async def test_the_sender_is_not_held_for_one_whose_queue_filled_meanwhile(talk: Talk) -> None:
    talk.shelf.are_reads_slow = True
    talk.fills(talk.bob)
    talk.says("one")
    talk.drains(talk.bob)
    await asyncio.sleep(0)
    talk.fills(talk.bob)
    talk.shelf.lets_go()
    await talk.settles()
    assert not holds(talk.alice)


async def test_a_sender_who_goes_while_waited_for_leaves_no_hold_behind(talk: Talk) -> None:
    talk.fills(talk.bob)
    talk.says("one")
    talk.drains(talk.bob)
    await talk.settles()
    before = talk.alice
    talk.delivery.leave(talk.chat, before)
    assert not holds(before)
    talk.commits()
    await talk.settles()
    assert talk.heard == ["one"]


async def test_a_store_that_cannot_be_read_is_logged_and_tried_again(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    talk.fills(talk.bob)
    talk.says("one")
    talk.commits()
    talk.shelf.is_broken = True
    talk.drains(talk.bob)
    await talk.settles()
    assert [record.getMessage() for record in caplog.records] == ["messages not read"]
    assert talk.heard == []
    talk.shelf.is_broken = False
    talk.says("two")
    talk.commits()
    await talk.settles()
    assert talk.heard == ["one", "two"]


# Somebody comes back


async def test_what_was_said_meanwhile_is_handed_over(talk: Talk) -> None:
    """10.5."""
    talk.says("one", "two")
    talk.goes(talk.bob)
    talk.says("three")
    talk.commits()
    talk.bob_is_back(StreamHeld("id", 1))
    await talk.settles()
    assert talk.heard == ["> stream_begins alice id 2", "two", "three"]
    talk.says("four")
    assert talk.heard[-1] == "four"


async def test_who_has_all_is_live_at_once(talk: Talk) -> None:
    talk.says("one")
    talk.goes(talk.bob)
    talk.bob_is_back(StreamHeld("id", 1))
    talk.says("two")
    assert talk.heard == ["> stream_begins alice id 2", "two"]


async def test_who_has_more_than_the_server_drops_what_its_sender_says_again(talk: Talk) -> None:
    """10.5: the server was killed before it had stored what it had passed on."""
    talk.goes(talk.bob)
    talk.says_to_bob.current.is_recovered = True
    talk.bob_is_back(StreamHeld("id", 3))
    for text in ("one", "two", "three", "four"):
        talk.says(text)
        assert not holds(talk.alice)
    assert talk.heard == ["> stream_begins alice id 1", "one", "two", "three", "four"]


async def test_who_leaves_while_being_handed_something_gets_none_of_it(talk: Talk) -> None:
    talk.shelf.are_reads_slow = True
    talk.goes(talk.bob)
    talk.says("one", "two")
    talk.commits()
    talk.bob_is_back()
    await asyncio.sleep(0)
    before = talk.bob
    assert talk.shelf.reads
    talk.goes(before)
    talk.shelf.are_reads_slow = False
    talk.shelf.lets_go()
    talk.bob_is_back()
    await talk.settles()
    assert fake(before.chat_socket).wire == b"stream_begins alice id 1\n"
    assert talk.heard == ["> stream_begins alice id 1", "one", "two"]


async def test_who_is_back_before_the_read_for_the_session_before_has_ended_gets_everything_once(talk: Talk) -> None:
    """A newer login takes over and resumes, all in one turn of the loop."""
    talk.shelf.are_reads_slow = True
    talk.goes(talk.bob)
    talk.says("one", "two")
    talk.commits()
    talk.bob_is_back()
    await asyncio.sleep(0)
    talk.goes(talk.bob)
    talk.bob_is_back()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    talk.says("three")
    talk.commits()
    await asyncio.sleep(0)
    talk.shelf.are_reads_slow = False
    talk.shelf.lets_go()
    await talk.settles()
    assert talk.heard == ["> stream_begins alice id 1", "one", "two", "three"]
    assert not talk.shelf.overlapping_reads


async def test_who_leaves_is_sent_nothing_any_more(talk: Talk) -> None:
    before = talk.bob
    talk.goes(before)
    talk.says("one")
    talk.commits()
    await talk.settles()
    assert fake(before.chat_socket).wire == b""
    assert before.chat is None
    assert fake(talk.alice.chat_socket).receiver


async def test_a_sender_who_left_is_not_relayed(talk: Talk) -> None:
    before = talk.alice
    talk.goes(before)
    assert fake(before.chat_socket).receiver is None


# A new stream


async def test_a_stream_that_begins_while_live_is_announced_between_the_messages(talk: Talk) -> None:
    """10.5."""
    talk.says("one", "two")
    talk.goes(talk.alice)
    stream = talk.alice_is_back()
    talk.says("three")
    assert talk.heard == ["one", "two", f"> stream_begins alice {stream.name} 1", "three"]
    assert stream.sent == 1


async def test_a_stream_that_begins_while_the_other_is_behind_is_announced_when_the_older_is_over(talk: Talk) -> None:
    talk.fills(talk.bob)
    talk.says("one", "two")
    talk.goes(talk.alice)
    stream = talk.alice_is_back()
    talk.says("three")
    talk.commits()
    assert talk.heard == []
    talk.drains(talk.bob)
    await talk.settles()
    assert talk.heard == ["one", "two", f"> stream_begins alice {stream.name} 1", "three"]


async def test_what_comes_late_is_handed_over_in_its_stream_and_then_it_goes_on(talk: Talk) -> None:
    """11.2: nothing twice, and in between nothing is missed."""
    talk.says("one")
    talk.commits()
    talk.goes(talk.alice)
    new = talk.alice_is_back().name
    talk.says("three")
    old = talk.says_to_bob.streams[0]
    for text in ("two", "two and a half"):
        talk.comes_late(old, text)
    talk.says("four")
    talk.commits()
    await talk.settles()
    talk.says("five")
    began, late, back = f"> stream_begins alice {new} 1", "> stream_begins alice id 2", f"> stream_begins alice {new} 2"
    assert talk.heard == ["one", began, "three", late, "two", "two and a half", back, "four", "five"]


async def test_what_comes_late_for_one_who_is_away_waits_for_it(talk: Talk) -> None:
    talk.says("one")
    talk.goes(talk.alice)
    talk.alice_is_back()
    talk.says("three")
    talk.goes(talk.bob)
    talk.comes_late(talk.says_to_bob.streams[0], "two")
    talk.commits()
    talk.bob_is_back(StreamHeld("id.2", 1))
    await talk.settles()
    assert talk.heard == ["> stream_begins alice id 2", "two", "> stream_begins alice id.2 2"]


async def test_streams_in_which_nothing_was_said_are_passed_through(talk: Talk) -> None:
    talk.says("one")
    names = []
    for _ in range(3):
        talk.goes(talk.alice)
        names.append(talk.alice_is_back().name)
    talk.says("two")
    assert talk.heard == ["one", *(f"> stream_begins alice {name} 1" for name in names), "two"]


async def test_a_stream_that_the_store_has_not_noted_is_not_announced(talk: Talk) -> None:
    """10.4: else its name could come twice."""
    talk.says("one")
    talk.goes(talk.alice)
    begun = talk.says_to_bob.sender_returns(None).stream
    begun.is_begun = False
    talk.fills(talk.bob)
    talk.drains(talk.bob)
    await talk.settles()
    assert talk.heard == ["one"]
    begun.is_begun = True
    talk.alice = somebody("alice")
    talk.delivery.rejoin(talk.chat, talk.alice, begun)
    talk.says("two")
    assert talk.heard == ["one", f"> stream_begins alice {begun.name} 1", "two"]


async def test_who_comes_back_is_told_of_the_stream_and_number_that_follow(talk: Talk) -> None:
    talk.goes(talk.bob)
    talk.bob_is_back()
    assert fake(talk.bob.chat_socket).told == [StreamBegins("alice", "id", 1)]


# The whole: in any order


class InAnyOrder(RuleBasedStateMachine):
    """Bob drops by number what he holds already, as 10.5 asks of him; beyond that he believes what he hears."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.talk = Talk()
        self.talk.shelf.are_reads_slow = True
        self.stream, self.held = "id", {"id": 0}
        self.taken: list[int] = []
        self.said = 0
        self.next = 1
        self.unread = 0
        self.is_full = False
        self.is_owed = False

    def turns(self) -> None:
        """The loop goes round, until it waits for reads or has nothing to do."""
        for _ in range(5):
            self.loop.run_until_complete(asyncio.sleep(0))

    def in_loop(self, do: Callable[..., object], *what: object) -> None:
        async def inside() -> None:
            do(*what)

        self.loop.run_until_complete(inside())
        self.turns()

    # What happens

    @rule(number=st.integers(1, 8))
    def alice_says(self, number: int) -> None:
        if self.talk.alice.chat and not holds(self.talk.alice):
            self.in_loop(self.talk.says, *(str(self.said + n) for n in range(1, number + 1)))
            self.said += number

    @rule(most=st.integers(1, 10))
    def disk_commits(self, most: int) -> None:
        self.in_loop(self.talk.commits, most)

    @rule()
    def reads_end(self) -> None:
        self.in_loop(self.talk.shelf.lets_go)

    @rule()
    def bobs_queue_fills_or_empties(self) -> None:
        if self.talk.bob.chat:
            self.is_full = not self.is_full
            self.in_loop(self.talk.fills if self.is_full else self.talk.drains, self.talk.bob)

    @rule()
    def bobs_login_queue_fills_or_empties(self) -> None:
        """It is none of the chat's business."""
        backpressure, connection = self.talk.backpressure, self.talk.bob.login_socket
        if self.talk.bob.chat:
            is_full = backpressure.is_queue_full(connection)
            self.in_loop(backpressure.drained if is_full else backpressure.congested, connection)

    @rule()
    def the_rest_of_a_former_chat_has_come(self) -> None:
        if self.talk.bob.chat:
            self.is_owed = False
            self.in_loop(self.talk.rests.rest_ends, self.talk.bob)

    @rule(lines=st.integers(1, 12))
    def bob_reads(self, lines: int) -> None:
        connection = fake(self.talk.bob.chat_socket)
        for line in connection.wire.splitlines()[self.unread :][:lines]:
            self.unread += 1
            self.hears(line.decode())

    def hears(self, line: str) -> None:
        if line.startswith("stream_begins"):
            _, _, self.stream, first = line.split(" ")
            self.next = int(first)
            self.held[self.stream] = max(self.held.get(self.stream, 0), self.next - 1)
            return
        number, self.next = self.next, self.next + 1
        if number > self.held[self.stream]:
            self.held[self.stream] = number
            self.taken.append(int(line[1:]))

    @rule()
    def bob_pings(self) -> None:
        stream = self.talk.says_to_bob.named(self.stream)
        if stream and self.talk.bob.chat:
            self.talk.says_to_bob.acknowledge(stream, self.held[self.stream])

    @rule()
    def bob_goes(self) -> None:
        self.in_loop(self.talk.goes, self.talk.bob)

    @rule()
    def alice_goes(self) -> None:
        self.in_loop(self.talk.goes, self.talk.alice)

    @rule(is_owed=st.booleans())
    def bob_takes_over(self, is_owed: bool) -> None:
        """From himself, if he is there: all in one turn of the loop."""
        self.is_owed = is_owed
        self.in_loop(self.bob_again)
        self.unread, self.is_full = 0, False

    def bob_again(self) -> None:
        self.talk.goes(self.talk.bob)
        self.talk.rests.forget(self.talk.bob)
        self.talk.bob_is_back(StreamHeld(self.stream, self.held[self.stream]), is_owed_a_rest=self.is_owed)

    @rule(remembers=st.booleans())
    def alice_is_back(self, remembers: bool) -> None:
        self.in_loop(self.alice_again, remembers)

    def alice_again(self, remembers: bool) -> None:
        self.talk.goes(self.talk.alice)
        name = self.talk.says_to_bob.current.name
        self.talk.alice_is_back(StreamHeld(name, 0) if remembers else None)

    # What always holds

    @invariant()
    def bob_takes_everything_once_and_in_order(self) -> None:
        assert all(other == one + 1 for one, other in pairwise([0, *self.taken]))

    @invariant()
    def nothing_is_sent_twice_over_one_connection(self) -> None:
        lines = [line for line in fake(self.talk.bob.chat_socket).wire.splitlines() if line.startswith(b":")]
        assert len({*lines}) == len(lines)

    @invariant()
    def nothing_is_said_before_the_rest_of_a_former_chat(self) -> None:
        assert not self.is_owed or b":" not in fake(self.talk.bob.chat_socket).wire

    @invariant()
    def a_stream_is_read_by_one_at_a_time(self) -> None:
        assert not self.talk.shelf.overlapping_reads

    @invariant()
    def alice_waits_only_for_somebody_who_reads(self) -> None:
        if holds(self.talk.alice):
            assert self.talk.bob.chat
            assert not self.is_full
            assert not self.is_owed

    def teardown(self) -> None:
        self.bob_takes_over(is_owed=True)
        self.the_rest_of_a_former_chat_has_come()
        while len(self.taken) < self.said or holds(self.talk.alice):
            before = len(self.taken), len(fake(self.talk.bob.chat_socket).wire)
            self.disk_commits(10**6)
            self.reads_end()
            self.bob_reads(10**6)
            assert (len(self.taken), len(fake(self.talk.bob.chat_socket).wire)) != before, "it stands still"
        assert self.taken == [*range(1, self.said + 1)]
        self.bob_goes()
        self.reads_end()
        self.loop.close()


TestInAnyOrder = InAnyOrder.TestCase
TestInAnyOrder.settings = settings(
    max_examples=examples(100), stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
