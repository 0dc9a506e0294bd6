"""Earlier messages as lines to show or to write: days, times, names. Everything that comes from outside is made
`visible`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from duologue.client.history.since import local
from duologue.client.view.base import Kind, Line
from duologue.core.events.chat import Recalled
from duologue.core.room_rules import is_room
from duologue.core.text import action_in, visible

INDENT = "\n    "
"""Goes before the further lines of a message in plain text, so that none of them can pass for a message of its own."""


def in_room(room: str, nickname: str) -> str:
    """Return the name to put before what is said in a room."""
    return f"{visible(room)} {visible(nickname)}"


def by_sender(message: Recalled) -> str:
    """Return the name to put before a message in a chat of two, or in a room."""
    if is_room(message.recipient):
        return in_room(message.recipient, message.sender)
    return visible(message.sender)


def by_both(message: Recalled) -> str:
    """Return the names to put before a message among those of several chats and rooms."""
    if is_room(message.recipient):
        return in_room(message.recipient, message.sender)
    return f"{visible(message.sender)} to {visible(message.recipient)}"


def said_by(speaker: str, text: str, time: str = "") -> Line:
    """Return the line for what somebody says or does; the name is safe to show already."""
    action = action_in(text)
    if action is not None:
        return Line(Kind.ACTION, visible(action, keep="\n"), speaker, time)
    return Line(Kind.MESSAGE, visible(text, keep="\n"), speaker, time)


def with_speaker(line: Line) -> str:
    """Return what stands before the text: the name of the speaker, and the mark that tells speech from action."""
    return f"* {line.speaker} " if line.kind is Kind.ACTION else f"{line.speaker}: "


def day_line(day: date) -> Line:
    return Line(Kind.DAY, f"— {day:%A}, {day.day} {day:%B} {day.year} —")


def lines_of(messages: Iterable[Recalled], speaker: Callable[[Recalled], str] = by_sender) -> Iterator[Line]:
    """Return the messages in the order given, with a line before each new day."""
    day: date | None = None
    for message in messages:
        moment = local(message.at)
        if moment.date() != day:
            day = moment.date()
            yield day_line(day)
        yield said_by(speaker(message), message.text, f"{moment:%H:%M}")


def plain(line: Line) -> str:
    """Return a line without colours. A live message has no time: its reader knows it."""
    time = f"{line.time} " if line.time else ""
    text = f"{with_speaker(line)}{line.text}" if line.speaker else line.text
    return time + text.replace("\n", INDENT)


def count_of(number: int, noun: str = "message") -> str:
    """Return `1 message`, `2 messages`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
