"""Lines out of bytes (protocol, section 2): the same however the bytes are cut, and never more held than one line."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.errors import FatalPeerError
from duologue.protocols.lines import LINE_LIMIT, LineBuffer, is_text, lines_of, text_of

# Around the limit, where mistakes live, and small enough for several in one chunk.
LENGTHS = st.sampled_from([1, 2, 100, LINE_LIMIT - 1, LINE_LIMIT, LINE_LIMIT + 1, 3 * LINE_LIMIT])


@st.composite
def pieces(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> list[bytes]:
    """Bytes, cut anywhere: some pieces of many lines, some of half a character. None is empty, as asyncio promises."""
    data = draw(whole)
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=20)))
    return [data[start:end] for start, end in pairwise([0, *cuts, len(data)]) if end > start]


def fed(chunks: list[bytes]) -> bytes:
    buffer = LineBuffer()
    return b"".join(buffer.feed(chunk) for chunk in chunks)


@given(pieces(st.lists(st.binary(max_size=50)).map(b"\n".join)))
def test_what_comes_out_is_every_whole_line_that_came_in(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    assert fed(chunks) == whole[: whole.rfind(b"\n") + 1]


@given(pieces(st.binary()))
def test_each_answer_is_whole_lines(chunks: list[bytes]) -> None:
    buffer = LineBuffer()
    for chunk in chunks:
        lines = buffer.feed(chunk)
        assert not lines or lines.endswith(b"\n")


@given(st.lists(st.binary(max_size=5).map(lambda line: line.replace(b"\n", b""))))
def test_the_lines_of_a_chunk_come_one_by_one(lines: list[bytes]) -> None:
    assert [*lines_of(b"".join(line + b"\n" for line in lines))] == lines


def test_byte_by_byte_gives_the_same() -> None:
    data = ":hé\n/quit\n\n:".encode()
    assert fed([bytes([byte]) for byte in data]) == data[:-1]


def test_a_chunk_of_many_lines_stays_one_chunk() -> None:
    chunk = b":hello\n" * 5000
    assert LineBuffer().feed(chunk) is chunk


@given(st.lists(LENGTHS, min_size=1, max_size=6))
def test_a_line_too_long_is_found_wherever_it_stands_in_a_chunk(lengths: list[int]) -> None:
    """2.1: at most 8192 bytes with its LF."""
    chunk = b"".join(b"x" * (length - 1) + b"\n" for length in lengths)
    if max(lengths) <= LINE_LIMIT:
        assert LineBuffer().feed(chunk) == chunk
    else:
        with pytest.raises(FatalPeerError, match="line_too_long"):
            LineBuffer().feed(chunk)


@given(st.integers(1, LINE_LIMIT - 1))
def test_the_longest_line_goes_through_in_any_two_pieces(cut: int) -> None:
    line = b"x" * (LINE_LIMIT - 1) + b"\n"
    assert fed([line[:cut], line[cut:]]) == line


@pytest.mark.parametrize("size", [1, 7, 1000, LINE_LIMIT - 1, LINE_LIMIT, 65536, 1 << 20])
def test_an_endless_line_is_refused_before_more_than_a_line_of_it_is_held(size: int) -> None:
    buffer = LineBuffer()
    for _ in range((LINE_LIMIT - 1) // size):
        assert buffer.feed(b"x" * size) == b""
    with pytest.raises(FatalPeerError, match="line_too_long"):
        buffer.feed(b"x" * size)


def test_an_endless_line_after_good_ones_is_refused_as_soon() -> None:
    buffer = LineBuffer()
    assert buffer.feed(b":hello\n" + b"x" * (LINE_LIMIT - 1)) == b":hello\n"
    with pytest.raises(FatalPeerError, match="line_too_long"):
        buffer.feed(b"x")


def test_a_refused_line_is_not_held() -> None:
    """The connection may take its time to close; what it sent does not wait with it."""
    buffer = LineBuffer()
    tracemalloc.start()
    try:
        with pytest.raises(FatalPeerError):
            buffer.feed(b"x" * 1_000_000)
        assert tracemalloc.get_traced_memory()[0] < 100_000
    finally:
        tracemalloc.stop()


def test_the_rest_of_a_chunk_does_not_keep_the_chunk() -> None:
    buffer = LineBuffer()
    tracemalloc.start()
    try:
        buffer.feed(b":hello\n" * 100_000 + b"x")
        assert tracemalloc.get_traced_memory()[0] < 100_000
    finally:
        tracemalloc.stop()


def decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        return False
    return True


@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode(errors="surrogatepass"))))
def test_text_is_utf8_without_nul(data: bytes) -> None:
    """2.2."""
    assert is_text(data) == (decodes(data) and b"\0" not in data)
    if is_text(data):
        assert text_of(data) == data.decode()
    else:
        with pytest.raises(FatalPeerError, match="not_text"):
            text_of(data)


@pytest.mark.parametrize(
    "data",
    [b"\0", b"a\0b", b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", "é".encode()[1:], b"\xe9"],
    ids=["NUL", "NUL inside", "no UTF-8", "half", "overlong", "surrogate", "past the end", "second half", "latin-1"],
)
def test_what_is_no_text(data: bytes) -> None:
    assert not is_text(data)


@given(st.lists(st.binary(max_size=20)))
def test_a_chunk_is_text_if_every_line_of_it_is(lines: list[bytes]) -> None:
    """So one look at a whole chunk is enough: an LF is never part of a longer character."""
    lines = [line.replace(b"\n", b"") for line in lines]
    assert is_text(b"\n".join(lines)) == all(is_text(line) for line in lines)
