"""Messages of before as lines: a new day, a time, a name, and nothing in them that moves a cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.history.since import local
from duologue.client.history.transcript import by_both, count_of, lines_of, plain, said_by
from duologue.client.view.base import Kind, Line
from duologue.core.events.chat import Recalled

NOON = 1795176000  # 2026-11-20 12:00 UTC
DAY = 86400


def said(at: int, text: str = "hi", sender: str = "bob") -> Recalled:
    return Recalled(at, at, sender, "alice", text)


def test_a_day_has_one_line_and_a_message_its_time() -> None:
    day, first, second, next_day, third = lines_of([said(NOON), said(NOON + 60, "you"), said(NOON + DAY)])
    when = local(NOON)
    assert day == Line(Kind.DAY, f"— {when:%A}, {when.day} {when:%B} {when.year} —")
    assert first == Line(Kind.MESSAGE, "hi", "bob", f"{when:%H:%M}")
    assert second.text == "you"
    assert (next_day.kind, third.kind) == (Kind.DAY, Kind.MESSAGE)
    assert next_day.text != day.text


def test_the_day_is_written_as_people_write_it() -> None:
    (day, _) = lines_of([said(NOON)])
    assert day.text in ("— Friday, 20 November 2026 —", "— Saturday, 21 November 2026 —")  # by zone


def test_no_messages_no_lines() -> None:
    assert [*lines_of([])] == []


def test_among_several_chats_both_are_named() -> None:
    (_, line) = lines_of([said(NOON)], by_both)
    assert line.speaker == "bob to alice"


def test_in_a_room_it_is_named_before_whoever_speaks() -> None:
    message = Recalled(1, NOON, "bob", "#tea", "hi")
    for _, line in (lines_of([message]), lines_of([message], by_both)):
        assert line.speaker == "#tea bob"


def test_what_comes_from_outside_is_neutralised() -> None:
    (_, line) = lines_of([said(NOON, "\x1b[2J\nnext", "b\x07b")], by_both)
    assert (line.text, line.speaker) == ("␛[2J\nnext", "b␇b to alice")


def test_further_lines_are_moved_in() -> None:
    assert plain(Line(Kind.MESSAGE, "one\n12:35 alice: two", "bob", "12:34")) == "12:34 bob: one\n    12:35 alice: two"
    assert plain(Line(Kind.NOTICE, "Chat with bob started.")) == "Chat with bob started."


@pytest.mark.parametrize(("number", "text"), [(0, "0 messages"), (1, "1 message"), (5000, "5,000 messages")])
def test_counts(number: int, text: str) -> None:
    assert count_of(number) == text


EVIL = st.text().map(lambda text: f"\x1b[2J\r\n\u202e{text}")


@given(EVIL)
def test_what_is_said_keeps_its_lines_and_nothing_else(text: str) -> None:
    line = said_by("bob", text)
    assert line.text.count("\n") == text.count("\n")
    assert not set("\x1b\r\u202e").intersection(line.text)


def test_what_is_done_has_a_mark_and_the_name_of_who_does_it() -> None:
    assert plain(said_by("bob", "/me waves\nagain")) == "* bob waves\n    again"
    assert plain(said_by("#tea bob", "/me waves", "12:00")) == "12:00 * #tea bob waves"
    (_, line) = lines_of([said(NOON, "/me waves")])
    assert (line.kind, line.text, line.speaker) == (Kind.ACTION, "waves", "bob")


@pytest.mark.parametrize(
    "text", ["/me", "/me ", "/ME waves", " /me waves", "* alice waves", "/meet me", "/me\u00a0waves"]
)
def test_everything_else_is_said(text: str) -> None:
    """So what begins with the star is always the work of who is named."""
    assert plain(said_by("bob", text)) == f"bob: {text}"
