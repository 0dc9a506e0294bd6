"""Numbers are given once."""

from __future__ import annotations

from duologue.server.storage.rows import NextNumbers


def test_numbers_set_aside_are_used_by_nobody_else() -> None:
    numbers = NextNumbers(3, 5, 7)
    assert numbers.set_aside(2) == NextNumbers(3, 5, 7)
    assert numbers == NextNumbers(5, 7, 9)
