"""Messages that may be old, as lines to show: from the mailbox, and those missed in a room. They carry the time when
they were sent, and the date unless that is today.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from duologue.client.events import SaidElsewhere
from duologue.client.history.since import local
from duologue.client.history.transcript import day_line, in_room, said_by
from duologue.client.view.base import Line
from duologue.core.events.chat import MessageFrom
from duologue.core.events.rooms import RoomSaid
from duologue.core.text import visible


class Mail:
    """Lines for such messages. The screen is at today until something older is shown. `clock` returns seconds since
    1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._came = clock()
        self._day = self._today()

    def come_back(self) -> None:
        """Note that we have been away until now."""
        self._came = self._clock()

    def lines_of(self, message: MessageFrom) -> list[Line]:
        how = "while you were away" if self._is_old(message) else "to you"
        return self._with_time(message, f"{visible(message.nickname)} ({how})")

    def lines_from_elsewhere(self, said: SaidElsewhere) -> list[Line]:
        """Return the lines for what we have said on another device."""
        speaker = f"{visible(said.sender)} to {visible(said.nickname)}"
        if self._is_old(said):
            return self._with_time(said, speaker)
        return [*self.back_to_today(), said_by(speaker, said.text)]

    def lines_in_room(self, said: RoomSaid) -> list[Line]:
        """Return the lines for messages in a room. What is said there now shows no time."""
        speaker = in_room(said.room, said.nickname)
        if self._is_old(said):
            return self._with_time(said, speaker)
        return [*self.back_to_today(), said_by(speaker, said.text)]

    def _is_old(self, message: MessageFrom | RoomSaid | SaidElsewhere) -> bool:
        # The server gives whole seconds: a message from the second in which we came counts as new.
        return message.at < int(self._came)

    def _with_time(self, message: MessageFrom | RoomSaid | SaidElsewhere, speaker: str) -> list[Line]:
        moment = local(message.at)
        return [*self._turn_to(moment.date()), said_by(speaker, message.text, f"{moment:%H:%M}")]

    def back_to_today(self) -> list[Line]:
        """Return the line that leads back to today, before anything current is shown."""
        return self._turn_to(self._today())

    def _turn_to(self, day: date) -> list[Line]:
        if day == self._day:
            return []
        self._day = day
        return [day_line(day)]

    def _today(self) -> date:
        return local(self._clock()).date()
