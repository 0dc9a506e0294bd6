"""One talk as its window shows it."""

from __future__ import annotations

import pytest

from duologue.client.window.talk import ACTS, Act, Talk, TalkState
from duologue.core.events.people import Presence, State
from duologue.core.room_rules import LOBBY

HERE = Presence("bob", State.ONLINE)


@pytest.mark.parametrize("standing", [standing for standing in TalkState if "room" not in standing.value])
def test_every_standing_has_words_and_something_to_do(standing: TalkState) -> None:
    talk = Talk("bob", standing, words="It is over." if standing in (TalkState.PAUSED, TalkState.ENDED) else "")
    assert talk.status(HERE)
    assert talk.acts == ACTS[standing] != ()
    assert talk.can_write


def test_a_letter_waits_for_who_is_not_here() -> None:
    away = Presence("bob", State.AWAY, "lunch")
    assert Talk("bob").status(away) == "bob is away: lunch. What you write arrives as a letter, without a chat."
    gone = Presence("bob", State.OFFLINE)
    assert Talk("bob").status(gone) == "bob is offline. What you write waits until they are here."


def test_a_room_says_who_is_there_and_what_it_is_about() -> None:
    room = Talk("#tea", TalkState.ROOM, members={"alice"})
    assert room.status(HERE) == "#tea · you are alone here"
    room.members.add("bob")
    room.topic = "\x1bmilk"
    assert room.status(HERE) == "#tea · 2 people here · ␛milk"
    assert room.acts == (Act.LEAVE_ROOM,)


def test_nobody_leaves_the_lobby() -> None:
    assert Talk(LOBBY, TalkState.ROOM).acts == ()


def test_nothing_is_written_into_a_room_that_one_is_not_in() -> None:
    talk = Talk("#tea", TalkState.OUTSIDE)
    assert not talk.can_write
    assert talk.status(HERE) == "You are not in #tea."
    talk.move(TalkState.ENTERING)
    assert not talk.can_write
    assert talk.status(HERE) == "Joining #tea…"


def test_the_count_stands_first_in_the_title() -> None:
    assert Talk("bob").title() == "bob - Duologue"
    assert Talk("bob", unread=3).title() == "(3) bob - Duologue"
