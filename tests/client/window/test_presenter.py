"""What was said before, and what is no business of the windows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duologue.client.events import Happening
from duologue.client.history.pages import Page
from duologue.client.view.base import Kind, Line
from duologue.client.window.changes import (
    HistoryWanted,
    Restated,
    Revealed,
    Rewritten,
)
from duologue.client.window.news import Exported
from duologue.client.window.presenter import MOST_PAGES, Desk
from duologue.client.window.state import Changes
from duologue.core.events.chat import (
    MessageFrom,
    PeopleOnline,
    Recalled,
    Said,
)
from duologue.core.events.people import Presence, State
from duologue.core.events.rooms import RoomSaid
from tests.client.window.at_desk import NOW, desk, hear, lines

__all__ = ["desk"]


def test_a_page_is_asked_for_once(desk: Desk) -> None:
    assert desk.open("bob") == [HistoryWanted("bob")]
    changes = desk.turn_page("bob", Page((Recalled(4, int(NOW), "bob", "alice", "old"),), 4))
    assert changes == [Rewritten("bob"), Restated("bob")]
    assert desk.open("bob") == []
    assert desk.earlier("bob") == [HistoryWanted("bob", 4)]
    desk.turn_page("bob", Page((), None))
    assert desk.earlier("bob") == []


def test_a_server_without_a_history_is_not_complained_about(desk: Desk) -> None:
    assert desk.no_page("bob", "No history.") == []
    assert desk.open("bob") == []
    desk.no_page("bob", "No.")
    assert lines(desk, "bob") == ["No."]


def test_earlier_first_shows_what_is_remembered(desk: Desk) -> None:
    for number in range(2600):
        hear(desk, RoomSaid("#tea", "bob", int(NOW), number, "hi"))
    assert desk.talk("#tea").scroll.trim()
    assert desk.earlier("#tea") == [Rewritten("#tea")]


def test_what_is_no_business_of_the_windows_changes_nothing(desk: Desk) -> None:
    assert hear(desk, PeopleOnline(("bob",))) == []


def test_an_export_is_told_in_its_window(desk: Desk) -> None:
    desk.exported(Exported("bob", Line(Kind.HINT, "2 messages written to b.txt")))
    assert lines(desk, "bob") == ["2 messages written to b.txt"]


_MESSAGES: list[tuple[Happening, str]] = [
    (Said("bob", "hi"), "bob"),
    (MessageFrom("bob", 1_700_000_000, "s", 1, "hi"), "bob"),
    (RoomSaid("#tea", "bob", 1_700_000_000, 1, "hi"), "#tea"),
]


@pytest.mark.parametrize(("event", "place"), _MESSAGES)
@pytest.mark.parametrize("step", ["hear_from", "add", "_tell_written", "_nothing"])
def test_whatever_fails_a_message_is_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, event: Happening, place: str, step: str
) -> None:
    desk.talk(place)

    def fail(*_: object, **__: object) -> Changes:
        raise LookupError("no such window")

    with monkeypatch.context() as patched:
        patched.setattr(desk, step, fail, raising=False)
        hear(desk, event)
    assert lines(desk, place) == ["bob  hi"]
    assert desk.talk(place).unread == 1
    hear(desk, RoomSaid("#milk", "carol", 1_700_000_000, 2, "and me"))
    assert lines(desk, "#milk") == ["carol  and me"]


def test_what_is_no_message_may_fail_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.people, "note", lambda _: 1 / 0)
    assert hear(desk, Presence("bob", State.ONLINE)) == []


def _recalled(number: int) -> Recalled:
    return Recalled(number, int(NOW), "bob", "alice", f"line {number}")


def test_a_message_is_sought_page_by_page(desk: Desk) -> None:
    desk.open("bob")
    assert desk.seek("bob", _recalled(3)) == []  # the newest are on their way
    changes = desk.turn_page("bob", Page(tuple(map(_recalled, range(20, 30))), 20))
    assert HistoryWanted("bob", 20) in changes
    changes = desk.turn_page("bob", Page(tuple(map(_recalled, range(20))), None))
    assert Revealed("bob", 5) in changes  # the day is the first line
    assert desk.talk("bob").sought is None


def test_a_message_that_is_not_there_is_sought_to_an_end(desk: Desk) -> None:
    desk.turn_page("bob", Page((_recalled(5),), 5))
    wanted = desk.seek("bob", replace(_recalled(1), text="other"))
    asked = 0
    while any(isinstance(change, HistoryWanted) for change in wanted):
        asked += 1
        wanted = desk.turn_page("bob", Page((_recalled(1000 + asked),), 5))
    assert asked == MOST_PAGES
    assert "further back" in lines(desk, "bob")[-1]


def test_a_message_that_came_live_is_found_without_a_number(desk: Desk) -> None:
    hear(desk, Said("bob", "one"), Said("bob", "two"))
    desk.turn_page("bob", Page((), None))
    assert Revealed("bob", 3) in desk.seek("bob", Recalled(9, int(NOW) + 2, "bob", "alice", "two"))
