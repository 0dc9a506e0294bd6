"""Which lines are shown for what happens."""

from __future__ import annotations

from duologue.client.face import Kind, Line
from duologue.client.happenings import ConnectionLost, Happening, Reconnected
from duologue.client.teller import Teller
from duologue.core.events import ChatPaused, ChatRequested, ChatStarted, MessageFrom, Probe, Said


def told(*events: Happening) -> list[Line]:
    lines: list[Line] = []
    teller = Teller(lines.append)
    for event in events:
        teller.tell(event)
    return lines


def test_kinds_of_lines() -> None:
    lines = told(ChatRequested("bob", 9), ChatStarted("bob", "x"), ChatPaused("bob", 60), ConnectionLost("reset", None))
    assert [line.kind for line in lines] == [Kind.REQUEST, Kind.NOTICE, Kind.TROUBLE, Kind.TROUBLE]


def test_a_message_has_its_speaker_and_is_neutralised() -> None:
    assert told(Said("bob", "\x1b[2J\nsecond")) == [Line(Kind.MESSAGE, "␛[2J\nsecond", "bob")]


def test_what_needs_no_words_shows_nothing() -> None:
    assert told(MessageFrom("bob", 0, "abc", 1, "old"), Probe())[2:] == []


def test_after_old_letters_the_day_turns_back_before_what_is_new() -> None:
    kinds = [line.kind for line in told(MessageFrom("bob", 0, "abc", 1, "old"), Said("carol", "new"))]
    assert kinds == [Kind.DAY, Kind.MESSAGE, Kind.DAY, Kind.MESSAGE]


def test_what_came_during_a_lost_connection_came_while_we_were_away() -> None:
    lines: list[Line] = []
    teller = Teller(lines.append)
    teller.tell(MessageFrom("bob", 1 << 33, "abc", 1, "to come"))
    teller._mail._clock = lambda: float(1 << 34)
    teller.tell(Reconnected("alice"))
    teller.tell(MessageFrom("bob", 1 << 33, "abc", 2, "came"))
    assert [line.speaker for line in lines if line.kind is Kind.MESSAGE] == [
        "bob (to you)",
        "bob (while you were away)",
    ]
