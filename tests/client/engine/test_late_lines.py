"""Lines that came when the chat was over are refused once each, and nobody needs to read of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from duologue.client.engine.late_lines import LateLines


@given(late=st.integers(0, 5), before_end=st.integers(0, 5), stored_after_all=st.integers(0, 5), has_quit=st.booleans())
def test_each_is_explained_once_before_the_end_or_after_it(
    late: int, before_end: int, stored_after_all: int, has_quit: bool
) -> None:
    lines = LateLines()
    lines.chat_begins()
    due = late + has_quit
    before_end = min(before_end, due)
    assert all(lines.explain(is_live=True) for _ in range(before_end))
    lines.chat_ended(late + stored_after_all, has_quit=has_quit)
    lines.counted(late)
    assert all(lines.explain(is_live=False) for _ in range(due - before_end))
    assert not lines.explain(is_live=False), "one more is the user's own mistake"


def test_before_it_is_known_how_many_came_too_late_all_that_were_not_stored_may_have() -> None:
    lines = LateLines()
    lines.chat_begins()
    lines.chat_ended(2, has_quit=False)
    assert [lines.explain(is_live=False) for _ in range(3)] == [True, True, False]


def test_outside_a_chat_nothing_comes_too_late() -> None:
    assert not LateLines().explain(is_live=False)
