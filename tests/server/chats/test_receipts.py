"""The short way of a PING says what the long one does, and nothing else takes it (protocol, section 7)."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from duologue.core.commands.chat import Command, Ping
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.requests import Chat
from duologue.core.streams import Stream
from duologue.protocols.lines import LINE_LIMIT
from duologue.protocols.native.codec import NativeCodec
from duologue.server.chats.receipts import Receipts
from duologue.server.session import Receiver, Session
from tests.server.chats.test_acknowledgements import Desk, Disk, heard_on_check
from tests.server.test_session import fake

SENT = 5
ATTACHES = b"duologue/1 check_socket t\n"

Noted = tuple[list[tuple[str, str, str, int]], list[int], list[object], str]
"""What became of it: what the store was told, what bob has received, what is on his check socket, and the mistake."""


class Check:
    """Bob's check socket in a chat in which alice has said `SENT` messages, the last ones in a second stream."""

    def __init__(self, *, is_back: bool) -> None:
        self.disk = Disk()
        self.desk = Desk(self.disk)
        _, self.bob, self.chat = self.desk.chat()
        self.bob.has_resumed = is_back
        first, second = Stream("id", sent=SENT), Stream("id.2", sent=SENT)
        self.chat.says("alice").streams[:] = [first, second]
        self.codec = NativeCodec()
        [_] = self.codec.receive_data(ATTACHES)

    def hears(self, receive: Receiver, chunks: list[bytes]) -> str:
        """The code of the mistake that ends the session, or nothing."""
        try:
            for chunk in chunks:
                for command in receive(chunk):
                    self.carry_out(command)
        except FatalPeerError as error:
            return error.code
        return ""

    def carry_out(self, command: Command | PeerError) -> None:
        if isinstance(command, Ping):
            self.desk.acks.check_from_client(self.bob, command)

    async def noted(self, mistake: str) -> Noted:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return (
            self.disk.receipts,
            [stream.received for stream in self.chat.says("alice").streams],
            heard_on_check(self.bob),
            mistake,
        )


def receiver(session: Session) -> Receiver:
    """What reads for its check socket."""
    receive = fake(session.check_socket).receiver
    assert receive
    return receive


async def by_both_ways(chunks: list[bytes], *, is_back: bool) -> tuple[Noted, Noted]:
    with mock.patch("duologue.server.chats.acknowledgements.ACKNOWLEDGE_WITHIN", 0):
        long = Check(is_back=is_back)
        at_length = await long.noted(long.hears(long.codec.receive_data, chunks))
        short = Check(is_back=is_back)
        fake(short.bob.check_socket).codec = short.codec
        short.desk.acks.listen(short.chat, short.bob)
        return at_length, await short.noted(short.hears(receiver(short.bob), chunks))


counts = st.one_of(
    st.integers(0, SENT + 1).map(str), st.sampled_from(["-1", "+1", "1_0", " 1", "٣", "0" * 19, "9" * 5000])
)
names = st.sampled_from(["", " id", " id.2", " other", "  id", " id ", " id x", " \n"])
pings = st.builds("PING {}{}\n".format, counts, names)
lines = st.one_of(
    pings, pings, pings, st.sampled_from(["PONG\n", "PING\n", "\n", "PING \n", "ping 1\n", "PING 1 \0\n"])
)
talk = st.lists(lines, max_size=6).map(lambda said: "".join(said).encode())
cuts = st.lists(st.integers(0, 60), max_size=4)


@example(data=b"PING %s\n" % (b"9" * 5000), cuts=[], is_back=False)
@given(data=talk | st.binary(max_size=30), cuts=cuts, is_back=st.booleans())
def test_it_means_what_it_means_at_length(data: bytes, cuts: list[int], is_back: bool) -> None:
    ends = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    chunks = [data[start:end] for start, end in pairwise(ends) if end > start]
    at_length, shortly = asyncio.run(by_both_ways(chunks, is_back=is_back))
    assert shortly == at_length


@pytest.mark.parametrize("said", [b"PING 3\n", b"PING 3 id\n"])
async def test_what_is_said_most_makes_no_command(said: bytes) -> None:
    check = Check(is_back=False)
    check.desk.acks.listen(check.chat, check.bob)
    assert [*receiver(check.bob)(said)] == []
    assert check.disk.receipts == [("id", "alice", "id", 3)]


async def test_who_has_come_back_has_to_name_the_stream() -> None:
    """10.2: it may not have heard yet which it is being handed."""
    check = Check(is_back=True)
    fake(check.bob.check_socket).codec = check.codec
    check.desk.acks.listen(check.chat, check.bob)
    assert [*receiver(check.bob)(b"PING 3\n")] == [Ping(3)]
    assert check.disk.receipts == []


def test_the_stream_is_the_one_that_is_being_received_by_then() -> None:
    noted: list[str] = []
    direction = Chat("id", "alice", "bob").says("alice")
    direction.streams.append(Stream("id.2", sent=SENT))
    receipts = Receipts(
        direction, is_certain=True, note=lambda stream, _: noted.append(stream.name), pay=lambda *_: True
    )
    receive = receipts.reader(NativeCodec())
    assert not [*receive(b"PING 0\n")]
    direction.next_stream()
    assert not [*receive(b"PING 0\n"), *receive(b"PING 1 id.2\n")]
    assert noted == ["id", "id.2", "id.2"]


async def test_of_a_line_that_is_too_long_the_ones_before_it_count() -> None:
    check = Check(is_back=False)
    fake(check.bob.check_socket).codec = check.codec
    check.desk.acks.listen(check.chat, check.bob)
    assert check.hears(receiver(check.bob), [b"PING 3\n" + b"x" * LINE_LIMIT]) == "line_too_long"
    assert check.disk.receipts == [("id", "alice", "id", 3)]
