"""What the cursor steps over, and what one Backspace takes away."""

from __future__ import annotations

import pytest

from duologue.client.clusters import clusters


@pytest.mark.parametrize(
    "one",
    ["a", "é", "e\u0301", "👩‍👩‍👧", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️‍🔥", "🇩🇪", "각", "\r\n"],
)
def test_what_is_seen_as_one_is_one(one: str) -> None:
    assert clusters(f"ab{one}c") == ["a", "b", one, "c"]


def test_two_flags_are_two() -> None:
    assert clusters("🇩🇪🇫🇷") == ["🇩🇪", "🇫🇷"]


def test_nothing_is_nothing() -> None:
    assert clusters("") == []
