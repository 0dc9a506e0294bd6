"""Characters as people count them: where they begin and end, and how wide a terminal draws them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from duologue.client.view.graphemes import (
    columns_of,
    end_of_grapheme,
    graphemes,
    nearest_boundary,
    start_of_grapheme,
    terminal_of,
)

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1e9\U0001f1ea"
TEXTS = st.text(
    st.sampled_from([*"ab e\u0301\u200d\ufe0f\u2764", *FAMILY, *FLAG, "\u1100", "\u1161", "\u0915", "\u094d"])
)


@pytest.mark.parametrize(
    "one", [FAMILY, FLAG, "e\u0301", "\u2764\ufe0f", "\u1100\u1161\u11a8", "\U0001f44d\U0001f3fd", "x"]
)
def test_from_any_place_inside_of_one_its_ends_are_found(one: str) -> None:
    text = f"a{one}b"
    for place in range(1, 1 + len(one)):
        assert start_of_grapheme(text, place + 1) == 1
        assert end_of_grapheme(text, place) == 1 + len(one)
    assert nearest_boundary(text, 1, 0) == 1
    if len(one) > 1:
        assert nearest_boundary(text, 2, 1) == 1 + len(one)
        assert nearest_boundary(text, len(one), 1 + len(one)) == 1


def test_at_the_ends_of_a_text_there_is_nothing_more() -> None:
    assert start_of_grapheme("ab", 0) == 0
    assert end_of_grapheme("ab", 2) == 2
    assert nearest_boundary("", 0, 1) == 0


@given(TEXTS, st.integers(0, 40), st.integers(0, 40))
def test_a_cursor_stands_between_two_and_goes_where_it_was_sent(text: str, to: int, before: int) -> None:
    to = min(to, len(text))
    ends = {0}
    for one in iter_graphemes(text):
        ends.add(max(ends) + len(one))
    found = nearest_boundary(text, to, before)
    assert found in ends
    assert found == to or (found < to) == (to < before)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "vte"),
        ({"TERM": "xterm", "XTERM_VERSION": "XTerm(380)"}, "xterm"),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "230800"}, "konsole"),
        ({"TERM": "tmux-256color", "VTE_VERSION": "7600"}, None),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "ghostty", "VTE_VERSION": "7600"}, None),
        ({"TERM": "xterm-256color"}, None),
        ({}, None),
    ],
)
def test_which_terminal_it_is(environ: dict[str, str], name: str | None) -> None:
    assert terminal_of(environ) == name


def test_a_family_is_as_wide_as_the_terminal_draws_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERM_PROGRAM", raising=False)
    monkeypatch.setenv("TERM", "tmux-256color")
    assert columns_of(FAMILY, None) == 2
    assert columns_of(FAMILY, "xterm") == 6
    assert columns_of(FLAG, "xterm") == 2
    assert columns_of("\u0301", None) >= 0


@pytest.mark.parametrize(
    "one",
    ["a", "é", "e\u0301", "👩‍👩‍👧", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️‍🔥", "🇩🇪", "각", "\r\n"],
)
def test_what_is_seen_as_one_is_one(one: str) -> None:
    assert graphemes(f"ab{one}c") == ["a", "b", one, "c"]


def test_two_flags_are_two() -> None:
    assert graphemes("🇩🇪🇫🇷") == ["🇩🇪", "🇫🇷"]


def test_nothing_is_nothing() -> None:
    assert graphemes("") == []
