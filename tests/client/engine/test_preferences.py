"""What is said again in a new session."""

from __future__ import annotations

from duologue.client.engine.preferences import Wishes
from duologue.core.commands.chat import ListOnline
from duologue.core.commands.people import ComeBack, DoNotDisturb, GoAway, WatchPeople


def test_the_last_word_counts() -> None:
    wishes = Wishes()
    assert [*wishes] == []
    wishes.note(GoAway("lunch"))
    wishes.note(WatchPeople(True))
    wishes.note(ListOnline())
    assert [*wishes] == [GoAway("lunch"), WatchPeople(True)]
    wishes.note(DoNotDisturb())
    wishes.note(WatchPeople(False))
    assert [*wishes] == [DoNotDisturb()]
    wishes.note(ComeBack())
    assert [*wishes] == []
