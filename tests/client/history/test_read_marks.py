"""How far conversations have been read: what is shown where somebody is, and the rest when they turn to it."""

from __future__ import annotations

from duologue.client.events import MessageKept
from duologue.client.history.read_marks import ReadMarks
from duologue.core.commands.devices import MarkRead
from duologue.core.events.chat import Said
from duologue.core.events.devices import Cursor
from duologue.core.events.rooms import RoomSaid


def kept(nickname: str, number: int) -> MessageKept:
    return MessageKept(nickname, 9, "abc", 1, "hi", number)


def due(marks: ReadMarks) -> list[MarkRead]:
    found = []
    while marks.is_due:
        found.append(marks.next())
    return found


def test_what_is_shown_where_one_is_has_been_read_up_to_the_last() -> None:
    marks = ReadMarks()
    for number in (4, 5, 6):
        marks.shows(kept("bob", number), "bob")
    marks.shows(RoomSaid("#tea", "carol", 9, 7, "hi"), "bob")
    assert due(marks) == [MarkRead("bob", 6)]


def test_the_rest_is_read_when_one_turns_to_it() -> None:
    marks = ReadMarks()
    marks.shows(RoomSaid("#tea", "carol", 9, 7, "hi"), None)
    marks.shows(kept("bob", 8), None)
    assert due(marks) == []
    marks.reads("#tea")
    marks.reads("nobody")
    assert due(marks) == [MarkRead("#tea", 7)]


def test_it_goes_forwards_only() -> None:
    marks = ReadMarks()
    marks.reads_to("bob", 8)
    assert due(marks) == [MarkRead("bob", 8)]
    marks.reads_to("bob", 8)
    marks.shows(kept("bob", 7), "bob")
    assert due(marks) == []


def test_a_live_message_is_read_up_to_the_cursors_that_follow() -> None:
    """The first may have been sent before the message was stored."""
    marks = ReadMarks()
    marks.shows(Cursor(1), "bob")
    marks.shows(Said("bob", "hi"), "bob")
    assert due(marks) == []
    read = []
    for number in (5, 6, 7):
        marks.shows(Cursor(number), "bob")
        read += due(marks)
    assert read == [MarkRead("bob", 5), MarkRead("bob", 6)]


def test_what_the_server_was_not_told_is_told_later_unless_there_is_something_newer() -> None:
    marks = ReadMarks()
    marks.reads_to("bob", 5)
    mark = marks.next()
    marks.reads_to("bob", 6)
    marks.give_back(mark)
    assert due(marks) == [MarkRead("bob", 6)]
    marks.give_back(mark)
    assert due(marks) == [mark]
