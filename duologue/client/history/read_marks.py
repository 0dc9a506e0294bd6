"""How far conversations have been read here, as the server is to be told. Sans-I/O.

What is shown of the conversation that the person is in has been read; the rest when they turn to it.
"""

from __future__ import annotations

from duologue.client.events import Happening, MessageKept
from duologue.core.commands.devices import MarkRead
from duologue.core.events.chat import Said
from duologue.core.events.devices import Cursor
from duologue.core.events.rooms import RoomSaid

_CURSORS = 2
"""Cursors that are awaited after a live message, which has no number: it may not be stored yet at the first."""


class ReadMarks:
    """Numbers are those of the store, and only grow."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._read: dict[str, int] = {}
        self._due: dict[str, int] = {}
        self._live: dict[str, int] = {}

    def shows(self, event: Happening, place: str | None) -> None:
        """Note that an event has been shown to a person who is in the conversation `place`."""
        match event:
            case Said(nickname):
                self._live[nickname] = _CURSORS
            case Cursor(number):
                self._live_read_to(number)
            case MessageKept():
                self._sees(event.nickname, event.kept_as, place)
            case RoomSaid():
                self._sees(event.room, event.number, place)

    def _live_read_to(self, number: int) -> None:
        for nickname in self._live:
            self.reads_to(nickname, number)
        self._live = {nickname: left - 1 for nickname, left in self._live.items() if left > 1}

    def _sees(self, name: str, number: int, place: str | None) -> None:
        self._seen[name] = max(number, self._seen.get(name, 0))
        if name == place:
            self.reads(name)

    def reads(self, name: str) -> None:
        """Note that the person has turned to a conversation, and so read what has been shown of it."""
        if name in self._seen:
            self.reads_to(name, self._seen[name])

    def reads_to(self, name: str, number: int) -> None:
        """Note that a conversation has been read up to a message."""
        if number > self._read.get(name, 0):
            self._read[name] = self._due[name] = number

    @property
    def is_due(self) -> bool:
        return bool(self._due)

    def next(self) -> MarkRead:
        """Return what the server is to be told next, which has waited longest."""
        name = next(iter(self._due))
        return MarkRead(name, self._due.pop(name))

    def give_back(self, mark: MarkRead) -> None:
        """Note that it was not told that."""
        self._due.setdefault(mark.name, mark.number)
