"""The hot path: only messages go out raw, in order, each counted once; all else falls to the slow path."""

from __future__ import annotations

from itertools import pairwise
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import Command, NoCommand, QuitChat, Say
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.streams import Direction, Stream
from duologue.protocols.lines import LINE_LIMIT, is_text
from duologue.protocols.native.codec import NativeCodec
from duologue.protocols.native.commands import parse_command
from duologue.server.chats import long_chunks
from duologue.server.chats.relay import Relay
from tests.server.chats.test_bookkeeping import BySettling

Heard = list[bytes | Command | str]
"""Lines that went out raw, commands that came back, codes of errors."""


class Chatter:
    """The server's end of a chat socket in a chat, and what became of all that it received."""

    def __init__(self) -> None:
        door = NativeCodec()
        self.codec = door
        [_] = door.receive_data(b"duologue/1 chat_socket t\n")
        self.heard: Heard = []
        self.chunks: list[bytes] = []
        self.kept: list[tuple[bytes, int]] = []
        self.paid: list[tuple[int, int]] = []
        self.has_enough = True
        self.relay = Relay(
            stream=Stream("c"),
            hears=Direction("bob", "alice", [Stream("c")]),
            send=self.send,
            keep=lambda chunk, count: self.kept.append((chunk, count)),
            pay=self.pay,
            bookkeeping=BySettling(),
        )

    def pay(self, lines: int, size: int) -> bool:
        self.paid.append((lines, size))
        return self.has_enough

    def send(self, chunk: bytes) -> None:
        assert chunk.endswith(b"\n")
        self.chunks.append(chunk)
        self.heard += chunk.split(b"\n")[:-1]

    def receive(self, data: bytes) -> bool:
        try:
            commands = self.relay.reader(self.codec)(data)
            self.relay.settle()
            for command in commands:
                if command != NoCommand():  # for a part of a line
                    self.heard.append(command.code if isinstance(command, PeerError) else command)
        except FatalPeerError as error:
            self.heard.append(error.code)
            return False
        return True


def chatter(data: bytes, cuts: list[int]) -> Chatter:
    talker = Chatter()
    for start, end in pairwise([0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]):
        if end > start and not talker.receive(data[start:end]):
            break
    return talker


def one_by_one(data: bytes) -> Heard:
    """What each whole line means, up to the one after which nothing can be trusted."""
    meant: Heard = []
    for line in data.split(b"\n")[:-1]:
        try:
            meant.append(parse_command(line))
        except PeerError as error:
            meant.append(error.code)
            if isinstance(error, FatalPeerError):
                break
    return meant


def meaning(heard: Heard) -> Heard:
    return [parse_command(item) if isinstance(item, bytes) else item for item in heard]


messages = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\0"), max_size=20).map(":{}".format).map(str.encode),
    st.sampled_from([b":", b"::", b":/quit", b":\v"]),
)
others = st.sampled_from([b"/quit", b"/chat bob", b"yes", b"", b" :x", b"/nonsense", b"PING", "é:".encode()])
broken = st.sampled_from([b":\xff", b":\0", b"\xc3", b":\xed\xa0\x80", b"/quit\0"])
cuts = st.lists(st.integers(0, 400), max_size=20)


def joined(lines: list[bytes]) -> bytes:
    return b"".join(line.replace(b"\n", b"") + b"\n" for line in lines)


conversation = st.lists(st.one_of(messages, messages, messages, others), max_size=15).map(joined)
rough = st.one_of(
    st.lists(st.one_of(messages, others, broken, st.binary(max_size=20)), max_size=15).map(joined),
    st.binary(max_size=200),
    st.text(":\n", max_size=30).map(str.encode),
)


@given(data=conversation | rough, cuts=cuts)
def test_what_goes_out_and_what_comes_back_is_what_came_in_in_order(data: bytes, cuts: list[int]) -> None:
    assert meaning(chatter(data, cuts).heard) == one_by_one(data)


@given(data=conversation | rough, cuts=cuts)
def test_a_long_chunk_is_looked_at_in_another_way_and_means_the_same(data: bytes, cuts: list[int]) -> None:
    with mock.patch.object(long_chunks, "LONG", 0), mock.patch.object(long_chunks, "is_ready", return_value=True):
        long = chatter(data, cuts)
    assert (long.heard, long.kept) == (chatter(data, cuts).heard, chatter(data, cuts).kept)


@pytest.mark.parametrize("count", [1, 10_000])
def test_of_many_messages_at_once_each_counts(count: int) -> None:
    assert chatter(b":hello\n" * count, []).kept == [(b":hello\n" * count, count)]


def test_a_command_among_many_messages_is_found() -> None:
    many = b":hello\n" * 10_000
    assert QuitChat() in chatter(many + b"/quit\n" + many, []).heard


@given(data=rough, cuts=cuts)
def test_only_messages_of_valid_text_go_out_raw(data: bytes, cuts: list[int]) -> None:
    """Protocol 2.2, 2.3."""
    for line in chatter(data, cuts).heard:
        if isinstance(line, bytes):
            assert line.startswith(b":")
            assert is_text(line)


@given(data=conversation | rough, cuts=cuts)
def test_what_goes_out_is_counted_kept_and_paid_for(data: bytes, cuts: list[int]) -> None:
    """Protocol 7.1: numbers are counted, so one too many or too few would shift every message after it."""
    talker = chatter(data, cuts)
    raw = [line for line in talker.heard if isinstance(line, bytes)]
    assert talker.relay.stream.sent == len(raw)
    assert talker.kept == [(chunk, chunk.count(b"\n")) for chunk in talker.chunks]
    assert sum(lines for lines, _ in talker.paid) == len(raw)


@given(st.lists(messages, min_size=1).map(joined))
def test_a_chunk_of_messages_goes_out_as_it_came(data: bytes) -> None:
    """Design, section 4: no work for a single message."""
    talker = chatter(data, [])
    assert talker.chunks == [data]
    assert talker.chunks[0] is data
    assert talker.paid == [(data.count(b"\n"), len(data))]


@given(st.lists(messages), st.lists(messages))
def test_a_command_in_the_middle_keeps_its_place(before: list[bytes], after: list[bytes]) -> None:
    talker = chatter(joined([*before, b"/quit", *after]), [])
    assert talker.heard == [*map(parse_command, before), QuitChat(), *map(parse_command, after)]
    assert talker.chunks == []


@pytest.mark.parametrize("size", [1, 1000, LINE_LIMIT, 65536])
def test_an_endless_line_is_refused_and_nothing_of_it_goes_out(size: int) -> None:
    talker = Chatter()
    fed = 0
    while talker.receive((b":" if fed == 0 else b"") + b"x" * size) and fed <= 2 * LINE_LIMIT:
        fed += size
    assert fed < LINE_LIMIT
    assert talker.heard == ["line_too_long"]


@given(cuts=cuts, excess=st.integers(1, 100))
def test_messages_before_a_line_too_long_arrive_in_any_split(cuts: list[int], excess: int) -> None:
    data = b":one\n:two\n" + b":" + b"x" * (LINE_LIMIT + excess) + b"\n:three\n"
    heard = meaning(chatter(data, cuts).heard)
    assert heard == [Say("one"), Say("two"), "line_too_long"]


@given(cuts=st.lists(st.integers(0, LINE_LIMIT), max_size=5))
def test_the_longest_line_goes_out(cuts: list[int]) -> None:
    line = b":" + b"x" * (LINE_LIMIT - 2)
    assert chatter(line + b"\n", cuts).heard == [line]


def test_a_message_that_came_among_commands_is_counted_sent_and_kept_like_the_others() -> None:
    talker = Chatter()
    talker.relay.pass_on(b":one\n", 1)
    assert (talker.relay.stream.sent, talker.chunks, talker.kept) == (1, [b":one\n"], [(b":one\n", 1)])
    assert talker.paid == [], "it has been paid for as a command"


def test_of_lines_that_cannot_all_be_paid_for_each_goes_the_long_way() -> None:
    """There each is paid for, and its sender waits where that is too much."""
    talker = Chatter()
    talker.has_enough = False
    talker.receive(b":one\n:two\n")
    assert talker.heard == [Say("one"), Say("two")]
    assert (talker.chunks, talker.kept) == ([], [])


def test_who_falls_behind_by_a_chunk_has_been_sent_it() -> None:
    """Its count is in the stream before it is sent, and it is stored after."""
    talker = Chatter()
    seen: list[tuple[int, int]] = []
    talker.relay.send = lambda _: seen.append((talker.relay.stream.sent, len(talker.kept)))
    talker.receive(b":one\n:two\n")
    assert seen == [(2, 0)]


def test_where_it_goes_can_change_between_two_chunks() -> None:
    talker = Chatter()
    talker.receive(b":one\n")
    talker.relay.send = lambda _: None
    talker.receive(b":two\n")
    assert talker.chunks == [b":one\n"]
    assert talker.relay.stream.sent == 2
    assert [chunk for chunk, _ in talker.kept] == [b":one\n", b":two\n"]
