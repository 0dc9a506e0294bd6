"""What was said before, and what is no business of the windows."""

from __future__ import annotations

from duologue.client.face import Kind, Line
from duologue.client.recaller import Page
from duologue.client.window.changes import (
    HistoryWanted,
    Restated,
    Rewritten,
)
from duologue.client.window.desk import Desk
from duologue.client.window.news import Exported
from duologue.core.events import (
    PeopleOnline,
    Recalled,
)
from duologue.core.room_events import RoomSaid
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
