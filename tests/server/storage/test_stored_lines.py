"""Lines come out of the store as the texts that went in, whatever is in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from duologue.protocols.native.wire import encode_message, parse_message
from duologue.server.storage.stored_lines import FEW_LINES, between, cut, in_parts, offset, texts, texts_at

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0\v", exclude_categories=["Cs"]), max_size=50))


@given(TEXTS)
def test_the_texts_are_those_that_were_sent(sent: list[str]) -> None:
    assert texts(b"".join(map(encode_message, sent))) == sent


@given(TEXTS)
def test_the_store_and_the_wire_read_a_line_alike(sent: list[str]) -> None:
    lines = [encode_message(text) for text in sent]
    assert texts(b"".join(lines)) == [parse_message(line[:-1]) for line in lines]


def test_other_line_ends_of_unicode_end_no_message() -> None:
    assert texts(":a\x0c\x1c\x85\u2028\rb\n".encode()) == ["a\x0c\x1c\x85\u2028\rb"]


def test_half_a_character_is_readable() -> None:
    assert texts(b":caf\xc3\n:next\n") == ["caf\ufffd", "next"]


@given(st.lists(st.binary(max_size=20).map(lambda text: b":" + text.replace(b"\n", b"") + b"\n")), st.integers(1, 60))
def test_parts_are_whole_lines_within_the_limit(lines: list[bytes], limit: int) -> None:
    whole = b"".join(lines)
    parts = list(in_parts(whole, limit))
    assert b"".join(parts) == whole
    assert all(part.endswith(b"\n") and (len(part) <= limit or part.count(b"\n") == 1) for part in parts)


LINES = st.lists(st.binary(max_size=20).map(lambda text: b":" + text.replace(b"\n", b"") + b"\n"), min_size=1)


@given(LINES, st.data())
def test_a_cut_is_the_next_lines_as_many_as_there_is_room_for(lines: list[bytes], data: st.DataObject) -> None:
    passed = data.draw(st.integers(0, len(lines) - 1))
    limit, most = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 5))
    part, count = cut(b"".join(lines), passed, limit, most)
    following = lines[passed : passed + count]
    assert part == b"".join(following)
    assert 1 <= count <= most
    assert len(part) <= limit or count == 1
    rest = lines[passed + count :]
    assert not rest or count == most or len(part) + len(rest[0]) > limit


@given(LINES, st.data())
def test_lines_are_found_by_their_places(lines: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(lines)))
    last = data.draw(st.integers(first, len(lines)))
    whole = b"".join(lines)
    assert between(whole, first, last) == b"".join(lines[first:last])
    assert offset(whole, first) == len(b"".join(lines[:first]))
    assert offset(whole, last - first, offset(whole, first)) == offset(whole, last)


@given(LINES, st.data())
def test_texts_are_found_by_their_places_whether_few_or_many(lines: list[bytes], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(lines) - 1), max_size=3 * FEW_LINES))
    whole = b"".join(lines)
    assert texts_at(whole, places) == [texts(whole)[place] for place in places]


def test_long_and_short_lines_are_found_in_a_large_chunk() -> None:
    lines = [b":%d%s\n" % (number, b"x" * (number % 97)) for number in range(5000)]
    whole = b"".join(lines)
    for place in (0, 1, 17, 2500, 4999):
        assert between(whole, place, place + 1) == lines[place]
    assert offset(whole, 5000) == len(whole)
