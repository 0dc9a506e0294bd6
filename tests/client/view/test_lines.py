"""Which lines are shown for what happens."""

from __future__ import annotations

from duologue.client.events import (
    ConnectionLost,
    Happening,
    MessageKept,
    MissedMore,
    Reconnected,
    RoomLost,
    SaidElsewhere,
)
from duologue.client.view.base import Kind, Line
from duologue.client.view.lines import LineWriter
from duologue.core.events.chat import ChatPaused, ChatRequested, ChatStarted, MessageFrom, Probe, Said
from duologue.core.events.rooms import RoomSaid


def told(*events: Happening) -> list[Line]:
    lines: list[Line] = []
    line_writer = LineWriter(lines.append)
    for event in events:
        line_writer.tell(event)
    return lines


def test_kinds_of_lines() -> None:
    lines = told(ChatRequested("bob", 9), ChatStarted("bob", "x"), ChatPaused("bob", 60), ConnectionLost("reset", None))
    assert [line.kind for line in lines] == [Kind.REQUEST, Kind.NOTICE, Kind.TROUBLE, Kind.TROUBLE]


def test_a_message_has_its_speaker_and_is_neutralised() -> None:
    assert told(Said("bob", "\x1b[2J\nsecond")) == [Line(Kind.MESSAGE, "␛[2J\nsecond", "bob")]


def test_what_is_said_in_a_room_names_it_and_is_neutralised() -> None:
    said = RoomSaid("#tea", "b\x07b", 1 << 33, 7, "\x1b[2J\nsecond")
    assert told(said) == [Line(Kind.MESSAGE, "␛[2J\nsecond", "#tea b␇b")]


def test_what_was_missed_in_a_room_has_its_time_and_day() -> None:
    day, missed, today, now = told(RoomSaid("#tea", "bob", 0, 7, "old"), RoomSaid("#tea", "bob", 1 << 33, 8, "new"))
    assert (day.kind, today.kind) == (Kind.DAY, Kind.DAY)
    assert (missed.speaker, now.speaker) == ("#tea bob", "#tea bob")
    assert missed.time
    assert not now.time


def test_a_room_that_cannot_be_come_back_into_is_named() -> None:
    lost, more = told(RoomLost("#tea", "wrong_password", "That is not its \x1bpassword."), MissedMore("#ops"))
    assert lost == Line(Kind.TROUBLE, "You are no longer in #tea. That is not its ␛password.")
    assert more == Line(Kind.NOTICE, "You missed more in #ops than is shown here; /history #ops 500 shows it.")


def test_whoever_is_in_rooms_is_told_that_what_is_typed_is_kept() -> None:
    (line,) = told(ConnectionLost("reset", None, 0, ("#tea",)))
    assert line.text == "Connection lost (reset). Connecting again; what you type is kept."


def test_what_needs_no_words_shows_nothing() -> None:
    assert told(MessageFrom("bob", 0, "abc", 1, "old"), Probe())[2:] == []


def test_after_old_letters_the_day_turns_back_before_what_is_new() -> None:
    kinds = [line.kind for line in told(MessageFrom("bob", 0, "abc", 1, "old"), Said("carol", "new"))]
    assert kinds == [Kind.DAY, Kind.MESSAGE, Kind.DAY, Kind.MESSAGE]


def test_what_came_during_a_lost_connection_came_while_we_were_away() -> None:
    lines: list[Line] = []
    line_writer = LineWriter(lines.append)
    line_writer.tell(MessageFrom("bob", 1 << 33, "abc", 1, "to come"))
    line_writer._mail._clock = lambda: float(1 << 34)
    line_writer.tell(Reconnected("alice"))
    line_writer.tell(MessageFrom("bob", 1 << 33, "abc", 2, "came"))
    assert [line.speaker for line in lines if line.kind is Kind.MESSAGE] == [
        "bob (to you)",
        "bob (while you were away)",
    ]


def test_own_words_from_another_device_say_to_whom_and_are_neutralised() -> None:
    said = SaidElsewhere("bob", "alice", 1 << 33, 7, "\x1b[2Jhi")
    *_, line = told(said)
    assert (line.speaker, line.text) == ("alice to bob", "␛[2Jhi")
    lines = told(SaidElsewhere("bob", "alice", 0, 7, "old"))
    assert [line.kind for line in lines] == [Kind.DAY, Kind.MESSAGE]
    assert lines[1].time


def test_what_another_device_was_told_is_a_message_like_any() -> None:
    *_, line = told(MessageKept("bob", 1 << 33, "abc", 1, "hi", 7))
    assert (line.speaker, line.text) == ("bob (to you)", "hi")
