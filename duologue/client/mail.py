"""Messages from the mailbox as lines to show: with the time when they were sent, and the day where it is not today."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from duologue.client.face import Kind, Line
from duologue.client.since import local
from duologue.client.transcript import day_line
from duologue.core.events import MessageFrom
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
        moment = local(message.at)
        # The server gives whole seconds: what comes in the second in which we came is taken for new.
        how = "while you were away" if message.at < int(self._came) else "to you"
        speaker = f"{visible(message.nickname)} ({how})"
        line = Line(Kind.MESSAGE, visible(message.text, keep="\n"), speaker, f"{moment:%H:%M}")
        return [*self._turn_to(moment.date()), line]

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
