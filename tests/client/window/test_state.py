"""What the windows show at one moment."""

from __future__ import annotations

from duologue.client.window.changes import HistoryWanted
from duologue.client.window.scroll import said
from duologue.client.window.state import WindowState
from duologue.client.window.talk import TalkState
from duologue.core.room_rules import LOBBY


def test_a_talk_begins_where_it_stands() -> None:
    state = WindowState(lambda: 0.0)
    state.requests["bob"] = None
    assert state.talk("bob").standing is TalkState.ASKED
    assert state.talk("carol").standing is TalkState.ALONE
    assert state.talk(LOBBY).standing is TalkState.ENTERING
    assert state.talk("bob") is state.talk("bob")


def test_a_window_wants_its_history() -> None:
    state = WindowState(lambda: 0.0)
    assert state.open("bob") == [HistoryWanted("bob")]
    assert "bob" in state.open_places


def test_what_is_heard_is_counted_where_nobody_reads() -> None:
    state = WindowState(lambda: 0.0)
    state.reading = "bob"
    state.hear_from("bob", said("bob", "hi", 0.0))
    state.hear_from("carol", said("carol", "hi", 0.0))
    assert (state.talk("bob").unread, state.talk("carol").unread, state.unread) == (0, 1, 1)
