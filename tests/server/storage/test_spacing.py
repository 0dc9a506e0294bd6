"""Commits are further apart while many people say a little each."""

from __future__ import annotations

import pytest

from duologue.server.storage import spacing
from duologue.server.storage.rows import Batch, ChunkRow, NextNumbers


def batch(chunks: int, messages: int, size: int) -> Batch:
    rows = [ChunkRow(number, number, 0, 1, messages, 0.0, b"x" * size) for number in range(chunks)]
    return Batch([], [], rows, [], [], NextNumbers(), [], 0)


@pytest.mark.parametrize(
    ("chunks", "messages", "size", "expected"),
    [
        (0, 0, 0, spacing.COMMIT_SPACING),
        (1, 1, 40, spacing.COMMIT_SPACING),
        (50, 2, 80, spacing.COMMIT_SPACING),
        (101, 1, 40, spacing.BUSY_SPACING),
        (50, 8, 400, spacing.BUSY_SPACING),
        (2, 2000, spacing.BUSY_BYTES // 2, spacing.COMMIT_SPACING),
    ],
)
def test_after_a_commit(chunks: int, messages: int, size: int, expected: float) -> None:
    assert spacing.after(batch(chunks, messages, size)) == expected
