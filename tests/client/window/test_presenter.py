"""What was said before, and what is no business of the windows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duologue.client.events import Happening
from duologue.client.history.pages import HistoryPage
from duologue.client.view.base import Kind, Line
from duologue.client.window.changes import (
    HistoryWanted,
    Restated,
    Revealed,
    Rewritten,
)
from duologue.client.window.news import Exported
from duologue.client.window.presenter import MOST_PAGES, Presenter
from duologue.client.window.state import Changes
from duologue.core.events.chat import (
    ChatRequested,
    ChatStarted,
    MessageFrom,
    PeopleOnline,
    Recalled,
    Said,
)
from duologue.core.events.people import Presence, State
from duologue.core.events.rooms import RoomMembers, RoomSaid
from tests.client.window.at_presenter import NOW, hear, lines, presenter

__all__ = ["presenter"]


def test_a_page_is_asked_for_once(presenter: Presenter) -> None:
    assert presenter.open("bob") == [HistoryWanted("bob")]
    changes = presenter.turn_page("bob", HistoryPage((Recalled(4, int(NOW), "bob", "alice", "old"),), 4))
    assert changes == [Rewritten("bob"), Restated("bob")]
    assert presenter.open("bob") == []
    assert presenter.earlier("bob") == [HistoryWanted("bob", 4)]
    presenter.turn_page("bob", HistoryPage((), None))
    assert presenter.earlier("bob") == []


def test_a_server_without_a_history_is_not_complained_about(presenter: Presenter) -> None:
    assert presenter.no_page("bob", "No history.") == []
    assert presenter.open("bob") == []
    presenter.no_page("bob", "No.")
    assert lines(presenter, "bob") == ["No."]


def test_earlier_first_shows_what_is_remembered(presenter: Presenter) -> None:
    for number in range(2600):
        hear(presenter, RoomSaid("#tea", "bob", int(NOW), number, "hi"))
    assert presenter.talk("#tea").scroll.trim()
    assert presenter.earlier("#tea") == [Rewritten("#tea")]


def test_what_is_no_business_of_the_windows_changes_nothing(presenter: Presenter) -> None:
    assert hear(presenter, PeopleOnline(("bob",))) == []


def test_an_export_is_told_in_its_window(presenter: Presenter) -> None:
    presenter.exported(Exported("bob", Line(Kind.HINT, "2 messages written to b.txt")))
    assert lines(presenter, "bob") == ["2 messages written to b.txt"]


_MESSAGES: list[tuple[Happening, str]] = [
    (Said("bob", "hi"), "bob"),
    (MessageFrom("bob", 1_700_000_000, "s", 1, "hi"), "bob"),
    (RoomSaid("#tea", "bob", 1_700_000_000, 1, "hi"), "#tea"),
]


@pytest.mark.parametrize(("event", "place"), _MESSAGES)
@pytest.mark.parametrize("step", ["hear_from", "add", "_tell_written", "_nothing"])
def test_whatever_fails_a_message_is_there(
    presenter: Presenter, monkeypatch: pytest.MonkeyPatch, event: Happening, place: str, step: str
) -> None:
    presenter.talk(place)

    def fail(*_: object, **__: object) -> Changes:
        raise LookupError("no such window")

    with monkeypatch.context() as patched:
        patched.setattr(presenter, step, fail, raising=False)
        hear(presenter, event)
    assert lines(presenter, place) == ["bob  hi"]
    assert presenter.talk(place).unread == 1
    hear(presenter, RoomSaid("#milk", "carol", 1_700_000_000, 2, "and me"))
    assert lines(presenter, "#milk") == ["carol  and me"]


def test_what_is_no_message_may_fail_alone(presenter: Presenter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presenter.people, "note", lambda _: 1 / 0)
    assert hear(presenter, Presence("bob", State.ONLINE)) == []


def _recalled(number: int) -> Recalled:
    return Recalled(number, int(NOW), "bob", "alice", f"line {number}")


def test_a_message_is_sought_page_by_page(presenter: Presenter) -> None:
    presenter.open("bob")
    assert presenter.seek("bob", _recalled(3)) == []  # the newest are on their way
    changes = presenter.turn_page("bob", HistoryPage(tuple(map(_recalled, range(20, 30))), 20))
    assert HistoryWanted("bob", 20) in changes
    changes = presenter.turn_page("bob", HistoryPage(tuple(map(_recalled, range(20))), None))
    assert Revealed("bob", 5) in changes  # the day is the first line
    assert presenter.talk("bob").sought is None


def test_a_message_that_is_not_there_is_sought_to_an_end(presenter: Presenter) -> None:
    presenter.turn_page("bob", HistoryPage((_recalled(5),), 5))
    wanted = presenter.seek("bob", replace(_recalled(1), text="other"))
    asked = 0
    while any(isinstance(change, HistoryWanted) for change in wanted):
        asked += 1
        wanted = presenter.turn_page("bob", HistoryPage((_recalled(1000 + asked),), 5))
    assert asked == MOST_PAGES
    assert "too far back" in lines(presenter, "bob")[-1]


def test_a_message_that_came_live_is_found_without_a_number(presenter: Presenter) -> None:
    hear(presenter, Said("bob", "one"), Said("bob", "two"))
    presenter.turn_page("bob", HistoryPage((), None))
    assert Revealed("bob", 3) in presenter.seek("bob", Recalled(9, int(NOW) + 2, "bob", "alice", "two"))


def test_people_are_read_as_their_accounts_spell_them(presenter: Presenter) -> None:
    spelled = replace(presenter.progress, spellings={"alice": "Alice", "νίκοσ": "νίκος"})
    events = Presence("νίκοσ", State.ONLINE), ChatRequested("νίκοσ", 9), ChatStarted("νίκοσ", "x"), Said("νίκοσ", "hi")
    hear(presenter, *events, progress=spelled)
    presenter.type("νίκοσ", "ho")
    presenter.turn_page("νίκοσ", HistoryPage((Recalled(4, int(NOW) - 99, "νίκοσ", "alice", "old"),), None))
    assert lines(presenter, "νίκοσ") == ["νίκος  old", "Chat with νίκος started.", "νίκος  hi", "Alice  ho"]
    assert presenter.name == "Alice"
    assert [(row.nickname, row.name) for row in presenter.rows()] == [("νίκοσ", "νίκος")]
    talk = presenter.talk("νίκοσ")
    assert (talk.title(), presenter.status("νίκοσ")) == ("(1) νίκος - Duologue", "In a chat with νίκος.")
    assert presenter.found([Recalled(4, int(NOW), "νίκοσ", "alice", "old")])[-1][1][0].strip() == "νίκος to Alice"


def test_the_people_in_a_room_are_read_so_too(presenter: Presenter) -> None:
    presenter.log_in("alice", {"bob": "Bob"})
    hear(
        presenter, RoomMembers("#tea", ("alice", "bob")), progress=replace(presenter.progress, spellings={"bob": "Bob"})
    )
    assert presenter.talk("#tea").names == ["alice", "Bob"]


def test_what_is_sought_is_found_under_any_spelling(presenter: Presenter) -> None:
    presenter.log_in("alice", {"bob": "Bob"})
    presenter.turn_page("bob", HistoryPage((_recalled(5),), None))
    assert Revealed("bob", 2) in presenter.seek("bob", _recalled(5))
