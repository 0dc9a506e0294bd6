"""What is said again in a new session."""

from __future__ import annotations

from duologue.client.engine.preferences import Preferences
from duologue.core.commands.chat import ListOnline
from duologue.core.commands.people import ComeBack, DoNotDisturb, GoAway, WatchPeople


def test_the_last_word_counts() -> None:
    preferences = Preferences()
    assert [*preferences] == []
    preferences.note(GoAway("lunch"))
    preferences.note(WatchPeople(True))
    preferences.note(ListOnline())
    assert [*preferences] == [GoAway("lunch"), WatchPeople(True)]
    preferences.note(DoNotDisturb())
    preferences.note(WatchPeople(False))
    assert [*preferences] == [DoNotDisturb()]
    preferences.note(ComeBack())
    assert [*preferences] == []
