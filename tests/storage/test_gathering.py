"""Between two commits, what arrives is gathered by stream and numbered by its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.storage.base import Stored
from duologue.storage.gathering import CHUNK_BYTES, PIECE_OVERHEAD, Gathering, LateReceipt, NextNumbers, OpenStream


def in_chat() -> Gathering:
    gathering = Gathering([], NextNumbers())
    gathering.chat_started("c", "alice", "bob", 1.0)
    return gathering


def test_all_of_a_stream_is_one_row_of_a_commit() -> None:
    gathering = in_chat()
    gathering.append("c", "alice", b":one\n", 1, 2.0)
    gathering.append("c", "bob", b":hi\n", 1, 2.5)
    gathering.append("c", "alice", b":two\n:three\n", 2, 3.0)
    batch = gathering.take()
    assert batch.chunks == [(1, 1, 0, 1, 3, 2.0, b":one\n:two\n:three\n"), (2, 2, 0, 1, 1, 2.5, b":hi\n")]
    assert batch.stored == [Stored("c", "alice", 3), Stored("c", "bob", 1)]
    assert batch.streams == [(1, 1, "alice", 3, 0, 1), (2, 1, "bob", 1, 0, 2)]


def test_the_next_commit_goes_on_where_the_last_ended() -> None:
    gathering = in_chat()
    for _ in range(2):
        gathering.append("c", "alice", b":a\n:b\n", 2, 2.0)
        batch = gathering.take()
    assert batch.chunks == [(2, 1, 1, 3, 2, 2.0, b":a\n:b\n")]
    assert batch.stored == [Stored("c", "alice", 4)]


def test_a_stream_from_the_file_goes_on_where_it_stood() -> None:
    gathering = Gathering([OpenStream(7, 3, "c", "alice", stored=9, received=4, last=30)], NextNumbers(4, 9, 31))
    gathering.append("c", "alice", b":ten\n", 1, 2.0)
    batch = gathering.take()
    assert batch.chunks == [(31, 7, 30, 10, 1, 2.0, b":ten\n")]
    assert batch.streams == [(7, 3, "alice", 10, 4, 31)]


@given(st.lists(st.lists(st.integers(0, 120_000), min_size=1, max_size=6), max_size=5))
def test_a_chunk_has_a_size_and_the_numbers_have_no_gap(pieces: list[list[int]]) -> None:
    gathering = in_chat()
    total = 0
    for piece in pieces:
        lines = b"".join(b":" + b"x" * (length % 8000) + b"\n" for length in piece) * 20
        gathering.append("c", "alice", lines, 20 * len(piece), 1.0)
        total += 20 * len(piece)
    chunks = gathering.take().chunks
    position = 1
    for chunk in chunks:
        assert chunk.first == position
        assert chunk.messages == chunk.lines.count(b"\n")
        assert len(chunk.lines) <= CHUNK_BYTES
        assert chunk.previous == chunk.number - 1
        position += chunk.messages
    assert position == total + 1


def test_memory_is_counted_until_it_is_taken() -> None:
    gathering = in_chat()
    gathering.append("c", "alice", b":one\n", 1, 1.0)
    assert gathering.size == 5 + PIECE_OVERHEAD
    assert gathering.take().size == 5 + PIECE_OVERHEAD
    assert gathering.size == 0


def test_it_is_empty_after_it_was_taken_and_full_of_anything() -> None:
    gathering = in_chat()
    assert gathering
    gathering.take()
    assert not gathering
    says: list[Callable[[], None]] = [
        lambda: gathering.received("c", "bob", 1),
        lambda: gathering.append("c", "bob", b":a\n", 1, 1.0),
        lambda: gathering.chat_ended("c", "left", 2.0),
        lambda: gathering.received("c", "bob", 2),
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
        gathering.received("c", "alice", upto)
    assert gathering.take().streams == [(1, 1, "alice", 0, 3, 0)]
    gathering.received("c", "alice", 3)
    assert not gathering


def test_a_receipt_after_the_end_is_kept_for_the_file() -> None:
    gathering = in_chat()
    gathering.chat_ended("c", "left", 2.0)
    gathering.received("c", "alice", 1)
    assert gathering.take().receipts == [LateReceipt(1, "c", "alice")]


def test_outside_a_live_chat_nothing_can_be_appended() -> None:
    gathering = in_chat()
    with pytest.raises(KeyError):
        gathering.append("c", "eve", b":a\n", 1, 1.0)
    gathering.append("c", "alice", b":last\n", 1, 1.0)
    gathering.chat_ended("c", "left", 2.0)
    with pytest.raises(KeyError):
        gathering.append("c", "alice", b":a\n", 1, 3.0)
    batch = gathering.take()
    assert [chunk.lines for chunk in batch.chunks] == [b":last\n"], "said before the end"
    assert batch.ends == [(2.0, "left", "c")]
