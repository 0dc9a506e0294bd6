"""The history of a place: what is shown of it, and that a message that came twice stands there once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.view.base import Kind
from duologue.client.window import scroll
from duologue.client.window.scroll import SHOWN, SLACK, STEP, Scroll, ScrollEntry, found, said
from duologue.core.events.chat import Recalled

NOON = 1_700_000_000
DAY = 86_400


def texts(blocks: list[scroll.Block]) -> list[str]:
    return ["".join(text for text, _ in block).rstrip("\n") for block in blocks]


def recalled(number: int, text: str, sender: str = "bob", at: int = NOON) -> Recalled:
    return Recalled(number, at, sender, "alice", text)


def shown(history: Scroll) -> list[str]:
    """Without days and times."""
    return [line[7:] for line in texts(history.blocks()) if not line.startswith("—")]


def test_a_day_line_stands_before_each_new_day() -> None:
    history = Scroll()
    first = history.add(said("bob", "one", NOON))
    same = history.add(said("bob", "two", NOON + 1))
    other = history.add(said("bob", "three", NOON + DAY))
    assert [len(blocks) for blocks in (first, same, other)] == [2, 1, 2]
    assert texts(first)[0].startswith("— ")
    assert history.blocks() == [*first, *same, *other]


def test_how_each_kind_is_painted() -> None:
    history = Scroll()
    history.add(said("bob", "hi", NOON))
    history.add(said("alice", "/me waves", NOON, is_own=True))
    history.add(ScrollEntry(NOON, Kind.TROUBLE, "no"))
    assert [[tag for _, tag in block] for block in history.blocks()] == [
        ["day"],
        ["time", "speaker", "message"],
        ["time", "own", "action"],
        ["time", "trouble"],
    ]
    assert shown(history) == ["bob  hi", "* alice waves", "no"]


def test_what_is_shown_is_safe() -> None:
    history = Scroll()
    history.add(said("b\u202eob", "a\x1bb\nc", NOON))
    assert shown(history) == ["b<U+202E>ob  a␛b\nc"]


def test_a_number_comes_once() -> None:
    history = Scroll()
    assert history.add(said("bob", "hi", NOON, number=7))
    assert history.add(said("bob", "hi", NOON, number=7)) == []


def test_numbers_need_only_be_new() -> None:
    """After a restart of a server without a history they go on far above, and pages may have come in between."""
    history = Scroll()
    history.load([recalled(1, "a"), recalled(5, "b")], None, "alice")
    numbers = (6, 9, 1 << 40, (1 << 40) + 1)
    assert all(history.add(said("bob", "hi", NOON, number=number)) for number in numbers)
    assert shown(history) == ["bob  a", "bob  b", *["bob  hi"] * 4]


def test_a_page_comes_before_what_is_here() -> None:
    history = Scroll()
    history.add(said("bob", "now", NOON))
    history.load([recalled(1, "old"), recalled(2, "older", "alice")], 1, "alice")
    assert shown(history) == ["bob  old", "alice  older", "bob  now"]
    assert history.before == 1
    assert history.has_earlier


@given(st.lists(st.sampled_from("abc"), max_size=6), st.integers(0, 6))
def test_what_came_live_and_in_the_history_stands_there_once(said_before: list[str], live: int) -> None:
    """The history has all, and the last `live` of it have come by themselves meanwhile."""
    history = Scroll()
    for text in said_before[len(said_before) - live :] if live else []:
        history.add(said("bob", text, NOON + 2))
    history.load([recalled(number, text) for number, text in enumerate(said_before)], None, "alice")
    assert shown(history) == [f"bob  {text}" for text in said_before]


def test_an_old_message_of_the_same_words_stays() -> None:
    history = Scroll()
    history.add(said("bob", "hi", NOON + DAY))
    history.load([recalled(1, "hi")], None, "alice")
    assert shown(history) == ["bob  hi", "bob  hi"]


def test_only_the_first_page_can_hold_what_came_live() -> None:
    history = Scroll()
    history.load([], 9, "alice")
    history.add(said("bob", "hi", NOON))
    history.load([recalled(1, "hi")], None, "alice")
    assert shown(history) == ["bob  hi", "bob  hi"]


def test_numbered_messages_are_told_by_their_number() -> None:
    history = Scroll()
    history.add(said("bob", "hi", NOON, number=2))
    history.load([recalled(1, "hi"), recalled(2, "hi")], None, "alice")
    assert shown(history) == ["bob  hi", "bob  hi"]


def test_a_long_history_is_trimmed_and_comes_back() -> None:
    history = Scroll()
    for number in range(SHOWN + SLACK):
        history.add(said("bob", str(number), NOON))
    assert not history.trim()
    history.add(said("bob", "last", NOON))
    assert history.trim()
    assert len(shown(history)) == SHOWN
    assert shown(history)[-1] == "bob  last"
    assert history.has_earlier
    assert history.show_earlier()
    assert len(shown(history)) == SHOWN + STEP
    assert history.show_earlier()
    assert shown(history)[0] == "bob  0"
    assert not history.show_earlier()


def test_memory_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    history = Scroll()
    history.before = 5
    monkeypatch.setattr(scroll, "MOST_KEPT", 3)
    for number in range(5):
        history.add(said("bob", str(number), NOON))
    assert shown(history) == ["bob  2", "bob  3", "bob  4"]
    assert history.before is None


def test_what_was_found_is_in_the_order_of_time() -> None:
    newest_first = [recalled(2, "b", at=NOON + 1), Recalled(1, NOON, "bob", "#tea", "a")]
    assert [line[7:] for line in texts(found(newest_first, "alice"))[1:]] == ["#tea bob  a", "bob to alice  b"]
