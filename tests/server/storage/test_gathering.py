"""Between two commits, what arrives is gathered by stream and numbered by its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.server.storage.backlog import STREAM_BEHIND_BYTES, Backlog
from duologue.server.storage.base import Numbered, Stored
from duologue.server.storage.gathering import CHUNK_BYTES, MUCH_BYTES, Gathering, OpenStream
from duologue.server.storage.rows import PLACE_BITS, NextNumbers


def in_chat() -> Gathering:
    gathering = Gathering([], NextNumbers(), print)
    gathering.chat_started("c", "alice", "bob", 1.0)
    return gathering


def test_all_of_a_stream_is_one_row_of_a_commit() -> None:
    gathering = in_chat()
    gathering.append("c", "alice", b":one\n", 1, 2.0)
    gathering.append("c", "bob", b":hi\n", 1, 2.5)
    gathering.append("c", "alice", b":two\n:three\n", 2, 3.0)
    batch = gathering.take()
    assert batch.chunks == [(1, 1, 0, 1, 3, 2.0, b":one\n:two\n:three\n"), (2, 2, 0, 1, 1, 2.5, b":hi\n")]
    assert batch.stored == [
        Stored("c", "alice", "c", 3, (Numbered(1 << PLACE_BITS, 1, 3),)),
        Stored("c", "bob", "c", 1, (Numbered(2 << PLACE_BITS, 1, 1),)),
    ]
    assert batch.streams == [(1, 1, "alice", 3, 0, 1, "c"), (2, 1, "bob", 1, 0, 2, "c")]


def test_the_next_commit_goes_on_where_the_last_ended() -> None:
    gathering = in_chat()
    for _ in range(2):
        gathering.append("c", "alice", b":a\n:b\n", 2, 2.0)
        batch = gathering.take()
    assert batch.chunks == [(2, 1, 1, 3, 2, 2.0, b":a\n:b\n")]
    assert batch.stored == [Stored("c", "alice", "c", 4, (Numbered(2 << PLACE_BITS, 3, 2),))]


def test_streams_are_numbered_in_the_order_of_their_first_lines() -> None:
    """A receipt comes before an answer, and changes a row: the answer is no earlier by that."""
    gathering = in_chat()
    gathering.take()
    gathering.received("c", "bob", "c", 1)
    gathering.append("c", "alice", b":how are you?\n", 1, 2.0)
    gathering.append("c", "bob", b":well\n", 1, 2.5)
    gathering.append("c", "alice", b":fine\n", 1, 3.0)
    assert [chunk.lines for chunk in gathering.take().chunks] == [b":how are you?\n:fine\n", b":well\n"]
    gathering.append("c", "bob", b":again\n", 1, 4.0)
    assert [chunk.lines for chunk in gathering.take().chunks] == [b":again\n"]


def test_a_stream_from_the_file_goes_on_where_it_stood() -> None:
    known = OpenStream(7, 3, "c", Backlog("c", "alice"), stored=9, received=4, last=30)
    gathering = Gathering([known], NextNumbers(4, 9, 31), print)
    gathering.append("c", "alice", b":ten\n", 1, 2.0)
    batch = gathering.take()
    assert batch.chunks == [(31, 7, 30, 10, 1, 2.0, b":ten\n")]
    assert batch.streams == [(7, 3, "alice", 10, 4, 31, "c")]


@given(st.lists(st.lists(st.integers(0, 120_000), min_size=1, max_size=6), max_size=5))
def test_a_chunk_has_a_size_and_the_numbers_have_no_gap(pieces: list[list[int]]) -> None:
    gathering = in_chat()
    total = 0
    for piece in pieces:
        lines = b"".join(b":" + b"x" * (length % 8000) + b"\n" for length in piece) * 20
        gathering.append("c", "alice", lines, 20 * len(piece), 1.0)
        total += 20 * len(piece)
    batch = gathering.take()
    chunks = batch.chunks
    told = [found for stored in batch.stored for found in stored.numbered]
    assert told == [(chunk.number << PLACE_BITS, chunk.first, chunk.messages) for chunk in chunks]
    position = 1
    for chunk in chunks:
        assert chunk.first == position
        assert chunk.messages == chunk.lines.count(b"\n")
        assert len(chunk.lines) <= CHUNK_BYTES
        assert chunk.previous == chunk.number - 1
        position += chunk.messages
    assert position == total + 1


def test_it_is_empty_after_it_was_taken_and_full_of_anything() -> None:
    gathering = in_chat()
    assert gathering
    gathering.take()
    assert not gathering
    says: list[Callable[[], None]] = [
        lambda: gathering.received("c", "bob", "c", 1),
        lambda: gathering.append("c", "bob", b":a\n", 1, 1.0),
        lambda: gathering.chat_ended("c", "left", 2.0),
    ]
    for say in says:
        say()
        assert gathering
        gathering.take()
        assert not gathering


def test_receipts_are_coalesced_and_go_forward_only() -> None:
    gathering = in_chat()
    gathering.take()
    for upto in (1, 3, 2):
        gathering.received("c", "alice", "c", upto)
    assert gathering.take().streams == [(1, 1, "alice", 0, 3, 0, "c")]
    gathering.received("c", "alice", "c", 3)
    assert not gathering


def test_outside_a_live_chat_nothing_can_be_appended_nor_received() -> None:
    gathering = in_chat()
    with pytest.raises(KeyError):
        gathering.append("c", "eve", b":a\n", 1, 1.0)
    gathering.append("c", "alice", b":last\n", 1, 1.0)
    gathering.chat_ended("c", "left", 2.0)
    with pytest.raises(KeyError):
        gathering.append("c", "alice", b":a\n", 1, 3.0)
    with pytest.raises(KeyError):
        gathering.received("c", "alice", "c", 1)
    batch = gathering.take()
    assert [chunk.lines for chunk in batch.chunks] == [b":last\n"], "said before the end"
    assert batch.ends == [(2.0, "left", "c")]


def test_what_waits_counts_until_it_has_been_written() -> None:
    told: list[tuple[str, str, bool]] = []
    gathering = Gathering([], NextNumbers(), lambda *news: told.append(news))
    gathering.chat_started("c", "alice", "bob", 1.0)
    half = b":" + b"x" * (STREAM_BEHIND_BYTES // 2) + b"\n"
    gathering.append("c", "alice", half, 1, 1.0)
    gathering.take()
    gathering.append("c", "bob", half, 1, 1.0)
    assert told == []
    gathering.append("c", "alice", half, 1, 1.0)
    assert told == [("c", "alice", True)], "in flight and waiting together"
    gathering.written()
    gathering.take()
    assert len(told) == 1, "just over half waits"
    gathering.written()
    assert told[1:] == [("c", "alice", False)]


def test_much_waits_when_a_commit_is_worth_its_price() -> None:
    gathering = in_chat()
    half = b":" + b"x" * (MUCH_BYTES // 2) + b"\n"
    much = []
    for sender in ("alice", "bob"):
        gathering.append("c", sender, half, 1, 1.0)
        much.append(gathering.is_much)
    gathering.take()
    gathering.written()
    assert [*much, gathering.is_much] == [False, True, False]


def test_a_sender_is_behind_whatever_stream_they_are_in_and_after_the_end_until_it_is_written() -> None:
    told: list[tuple[str, str, bool]] = []
    gathering = Gathering([], NextNumbers(), lambda *news: told.append(news))
    gathering.chat_started("c", "alice", "bob", 1.0)
    gathering.append("c", "alice", b":" + b"x" * STREAM_BEHIND_BYTES + b"\n", 1, 1.0)
    gathering.stream_began("c", "alice", "c.2")
    gathering.append("c", "alice", b":" + b"x" * STREAM_BEHIND_BYTES + b"\n", 1, 1.0)
    assert told == [("c", "alice", True)]
    gathering.chat_ended("c", "left", 2.0)
    gathering.take()
    gathering.written()
    assert told[1:] == [("c", "alice", False)]


def test_a_new_stream_counts_from_one_and_the_one_before_keeps_what_was_said_in_it() -> None:
    gathering = in_chat()
    gathering.append("c", "alice", b":one\n:two\n", 2, 2.0)
    gathering.stream_began("c", "alice", "c.2")
    gathering.append("c", "alice", b":new\n", 1, 3.0)
    gathering.received("c", "alice", "c", 1)
    batch = gathering.take()
    assert [(chunk.stream, chunk.first, chunk.lines) for chunk in batch.chunks] == [
        (1, 1, b":one\n:two\n"),
        (3, 1, b":new\n"),
    ]
    assert [stored[:4] for stored in batch.stored] == [("c", "alice", "c", 2), ("c", "alice", "c.2", 1)]
    assert batch.streams[0] == (1, 1, "alice", 2, 1, 1, "c")
    assert batch.streams[2] == (3, 1, "alice", 1, 0, 2, "c.2")
    gathering.received("c", "alice", "c", 2)
    gathering.received("c", "alice", "c.2", 1)
    assert [(row.name, row.received) for row in gathering.take().streams] == [("c", 2), ("c.2", 1)]
    with pytest.raises(KeyError):
        gathering.stream_began("c", "eve", "c.3")


def test_what_comes_late_goes_on_in_its_own_stream() -> None:
    gathering = in_chat()
    gathering.append("c", "alice", b":one\n", 1, 2.0)
    gathering.stream_began("c", "alice", "c.2")
    gathering.take()
    gathering.append("c", "alice", b":two\n", 1, 3.0, "c")
    gathering.append("c", "alice", b":new\n", 1, 3.0)
    batch = gathering.take()
    assert [chunk[1:5] for chunk in batch.chunks] == [(1, 1, 2, 1), (3, 0, 1, 1)]
    assert [stored[2:4] for stored in batch.stored] == [("c", 2), ("c.2", 1)]
    with pytest.raises(KeyError):
        gathering.append("c", "alice", b":lost\n", 1, 3.0, "c.7")


def test_questions_get_numbers_that_nobody_else_gets() -> None:
    gathering = in_chat()
    gathering.ask(print)
    gathering.ask(print)
    gathering.append("c", "alice", b":one\n", 1, 2.0)
    batch = gathering.take()
    assert batch.questions == [print, print]
    assert batch.numbers == NextNumbers(2, 3, 2)
    gathering.chat_started("d", "alice", "bob", 2.0)
    gathering.append("d", "alice", b":one\n", 1, 2.0)
    batch = gathering.take()
    assert (batch.chats[0].number, batch.streams[0].number, batch.chunks[0].number) == (4, 5, 4)
