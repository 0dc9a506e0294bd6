"""Messages that may be old as lines to show: from the mailbox, and what was missed in a room. With the time when they
were sent, and the day where it is not today.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from duologue.client.history.since import local
from duologue.client.history.transcript import day_line, in_room, said_by
from duologue.client.view.base import Line
from duologue.core.events.chat import MessageFrom
from duologue.core.events.rooms import RoomSaid
from duologue.core.text import visible


class Mail:
    """What is on the screen is of today until something older is shown. `clock` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._came = clock()
        self._day = self._today()

    def come_back(self) -> None:
        """We have been away until now."""
        self._came = self._clock()

    def lines_of(self, message: MessageFrom) -> list[Line]:
        how = "while you were away" if self._is_old(message) else "to you"
        return self._with_time(message, f"{visible(message.nickname)} ({how})")

    def lines_in_room(self, said: RoomSaid) -> list[Line]:
        """What is said there now has no time of its own."""
        speaker = in_room(said.room, said.nickname)
        if self._is_old(said):
            return self._with_time(said, speaker)
        return [*self.back_to_today(), said_by(speaker, said.text)]

    def _is_old(self, message: MessageFrom | RoomSaid) -> bool:
        # The server gives whole seconds: what comes in the second in which we came is taken for new.
        return message.at < int(self._came)

    def _with_time(self, message: MessageFrom | RoomSaid, speaker: str) -> list[Line]:
        moment = local(message.at)
        return [*self._turn_to(moment.date()), said_by(speaker, message.text, f"{moment:%H:%M}")]

    def back_to_today(self) -> list[Line]:
        """Before anything of now is shown."""
        return self._turn_to(self._today())

    def _turn_to(self, day: date) -> list[Line]:
        if day == self._day:
            return []
        self._day = day
        return [day_line(day)]

    def _today(self) -> date:
        return local(self._clock()).date()
