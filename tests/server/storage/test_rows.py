"""Numbers are given once."""

from __future__ import annotations

from duologue.server.storage.rows import PLACE_BITS, Batch, ChunkRow, NextNumbers


def test_numbers_set_aside_are_used_by_nobody_else() -> None:
    numbers = NextNumbers(3, 5, 7)
    assert numbers.set_aside(2) == NextNumbers(3, 5, 7)
    assert numbers == NextNumbers(5, 7, 9)


def batch(numbers: NextNumbers, *chunks: int) -> Batch:
    rows = [ChunkRow(number, 1, 0, 1, 1, 0.0, b":a\n") for number in chunks]
    return Batch([], [], rows, [], [], numbers, [], numbers.chunk)


def below(chunk: int) -> int:
    return (chunk << PLACE_BITS) - 1


def test_what_was_set_aside_and_not_used_is_not_stored() -> None:
    assert batch(NextNumbers(chunk=9)).newest_after(below(4)) == below(4)
    assert batch(NextNumbers(chunk=9), 7, 8).newest_after(below(4)) == below(9)
    asked = batch(NextNumbers(chunk=9), 8)
    asked.numbers.chunk = 11
    assert asked.newest_after(below(4)) == below(11)
