"""What both directions of the wire have in common (docs/protocol.md, section 2): messages, and texts in pieces."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.names import BadNickname, nickname_key
from duologue.protocols.lines import LINE_LIMIT, is_text
from duologue.protocols.native.wire import (
    ROOM_FOR_TEXT,
    count,
    encode_message,
    is_count,
    on_one_line,
    parse_message,
    parts_of,
)


def is_nickname(text: str) -> bool:
    with contextlib.suppress(BadNickname):
        return nickname_key(text) == text
    return False


nicknames = st.text(st.sampled_from("abcwz019_-.éñλж日अ"), min_size=1, max_size=32).filter(is_nickname)
ids = st.text(st.sampled_from("abcXYZ019_-"), min_size=1, max_size=43)
rooms = nicknames.map(lambda name: f"#{name}")
seconds = st.integers(0, 10**6)
counts = st.integers(0, 10**17)
# What the server says in words of its own has no line breaks.
# 2.4, 2.5: all that people can type. VT is how a line break travels, so it comes back as one.
sentences = st.text(st.characters(codec="utf-8", exclude_characters="\n\0\v"), min_size=1, max_size=200)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\v"), max_size=300)
lists = st.lists(nicknames, max_size=8).map(tuple)


def one_line(encoded: bytes) -> bytes:
    assert encoded.endswith(b"\n")
    assert encoded.count(b"\n") == 1
    return encoded[:-1]


@given(texts)
def test_a_message_comes_back_as_it_was(text: str) -> None:
    """2.3, 2.4."""
    line = one_line(encode_message(text))
    assert line.startswith(b":")
    assert is_text(line)
    assert parse_message(line) == text


@pytest.mark.parametrize(("text", "back"), [("a\0b", "a\u2400b"), ("a\ud800b", "a?b"), ("a\vb", "a\nb")])
def test_what_no_line_can_hold_is_sent_as_the_nearest_that_it_can(text: str, back: str) -> None:
    """2.2: NUL is nowhere allowed, and half a surrogate pair is no UTF-8."""
    assert parse_message(one_line(encode_message(text))) == back


@pytest.mark.parametrize("letter", ["x", "é", "日", "🙂"])
def test_the_longest_message_fits_exactly(letter: str) -> None:
    """2.1."""
    size = len(letter.encode())
    longest = letter * ((LINE_LIMIT - 2) // size) + "x" * ((LINE_LIMIT - 2) % size)
    assert len(encode_message(longest)) == LINE_LIMIT
    with pytest.raises(PeerError, match="line_too_long"):
        encode_message(longest + "x")


# Texts in pieces


@given(st.integers(0, 30_000), st.sampled_from(["x", "é", "日", "🙂", "\v", "a🙂"]))
def test_a_text_in_pieces_is_the_same_text_and_each_fits_beside_other_words(size: int, letter: str) -> None:
    """5.1."""
    pieces = parts_of(letter * size)
    assert "".join(pieces) == letter * size
    assert all(len(piece.encode()) <= ROOM_FOR_TEXT for piece in pieces)
    assert all(pieces) or pieces == [""]


@given(texts)
def test_a_text_on_one_line_has_no_end_of_line_in_it(text: str) -> None:
    """2.2, 2.4."""
    assert not {"\n", "\0"} & {*on_one_line(text)}


# Numbers


@given(counts)
def test_a_number_is_its_digits(number: int) -> None:
    assert count(str(number)) == number


@pytest.mark.parametrize("word", ["", "-1", "+1", "1.0", "1_0", "x", "١", " 1", "9" * 19, "9" * 5000])
def test_what_is_no_number(word: str) -> None:
    assert not is_count(word)
    with pytest.raises(FatalPeerError, match="bad_check_line"):
        count(word)
