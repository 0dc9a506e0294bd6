"""Lines in memory come out as they went in, by number, until they are let go of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from duologue.server.storage.held_lines import HeldLines

PIECES = st.lists(st.integers(1, 5), max_size=8)


def lines_of(first: int, count: int) -> bytes:
    return b"".join(b":%d\n" % number for number in range(first, first + count))


def filled(before: int, pieces: list[int]) -> HeldLines:
    held = HeldLines(before)
    for count in pieces:
        held.append(lines_of(held.last + 1, count), count, float(held.last))
    return held


def everything(held: HeldLines, after: int, limit: int = 1000, most: int = 1000) -> bytes:
    read = b""
    while part := held.part(after, limit, most):
        assert part.first == after + 1
        assert part.lines.count(b"\n") == part.messages <= most
        assert len(part.lines) <= limit or part.messages == 1
        read += part.lines
        after += part.messages
    return read


@given(st.integers(0, 20), PIECES, st.data())
def test_what_is_held_is_read_from_any_place(before: int, pieces: list[int], data: st.DataObject) -> None:
    held = filled(before, pieces)
    after = data.draw(st.integers(before, held.last))
    limit, most = data.draw(st.integers(1, 30)), data.draw(st.integers(1, 7))
    assert everything(held, after, limit, most) == lines_of(after + 1, held.last - after)


@given(PIECES, st.integers(0, 45))
def test_what_is_let_go_of_holds_nothing_that_is_still_wanted(pieces: list[int], upto: int) -> None:
    held = filled(0, pieces)
    gone = b"".join(held.let_go(upto))
    assert gone.count(b"\n") <= upto
    assert gone + everything(held, gone.count(b"\n")) == lines_of(1, held.last)
    assert everything(held, upto) == lines_of(upto + 1, held.last - upto)
    assert upto < held.last or held.let_go(10**9) == []


@given(PIECES, st.integers(0, 45), st.integers(1, 3))
def test_what_is_cut_off_can_come_again(pieces: list[int], last: int, count: int) -> None:
    held = filled(0, pieces)
    before = held.last
    held.cut_off(last)
    assert held.last == min(before, last)
    held.append(lines_of(held.last + 1, count), count, 1.0)
    assert everything(held, 0) == lines_of(1, min(before, last) + count)


def test_a_part_says_when_it_came() -> None:
    held = filled(0, [2, 3])
    part = held.part(3, 1000, 1000)
    assert part
    assert (part.first, part.messages, part.at) == (4, 2, 2.0)
