"""What the windows show at one moment."""

from __future__ import annotations

from duologue.client.window.changes import HistoryWanted
from duologue.client.window.scroll import said
from duologue.client.window.state import Ground
from duologue.client.window.talk import Standing
from duologue.core.room_rules import LOBBY


def test_a_talk_begins_where_it_stands() -> None:
    ground = Ground(lambda: 0.0)
    ground.requests["bob"] = None
    assert ground.talk("bob").standing is Standing.ASKED
    assert ground.talk("carol").standing is Standing.ALONE
    assert ground.talk(LOBBY).standing is Standing.ENTERING
    assert ground.talk("bob") is ground.talk("bob")


def test_a_window_wants_its_history() -> None:
    ground = Ground(lambda: 0.0)
    assert ground.open("bob") == [HistoryWanted("bob")]
    assert "bob" in ground.open_places


def test_what_is_heard_is_counted_where_nobody_reads() -> None:
    ground = Ground(lambda: 0.0)
    ground.reading = "bob"
    ground.hear_from("bob", said("bob", "hi", 0.0))
    ground.hear_from("carol", said("carol", "hi", 0.0))
    assert (ground.talk("bob").unread, ground.talk("carol").unread, ground.unread) == (0, 1, 1)
