"""Events as lines to show: the kind of line and its words. Does not know clients or screens."""

from __future__ import annotations

from collections.abc import Callable

from duologue.client.events import ConnectionLost, Happening, MemoryLost, Reconnected, RoomLost, SaidElsewhere
from duologue.client.history.transcript import said_by
from duologue.client.view.base import Kind, Line
from duologue.client.view.mail import Mail
from duologue.client.view.sentences import sentence
from duologue.core.events.chat import (
    ChatPaused,
    ChatRequested,
    Disconnected,
    MessageFrom,
    NotKept,
    Refused,
    RequestAnswered,
    Said,
)
from duologue.core.events.rooms import RoomSaid
from duologue.core.text import visible

_KINDS: dict[type, Kind] = {
    ChatRequested: Kind.REQUEST,
    Refused: Kind.TROUBLE,
    Disconnected: Kind.TROUBLE,
    ConnectionLost: Kind.TROUBLE,
    RequestAnswered: Kind.TROUBLE,
    ChatPaused: Kind.TROUBLE,
    NotKept: Kind.TROUBLE,
    MemoryLost: Kind.TROUBLE,
    RoomLost: Kind.TROUBLE,
}


class LineWriter:
    def __init__(self, show: Callable[[Line], None]) -> None:
        self._show = show
        self._mail = Mail()

    def come_back(self) -> None:
        """Note that we have just logged in: letters from before came while we were away."""
        self._mail.come_back()

    def tell(self, event: Happening) -> None:
        if isinstance(event, Reconnected):
            self.come_back()
        for line in self._lines_of(event):
            self._show(line)

    def _lines_of(self, event: Happening) -> list[Line]:
        if isinstance(event, MessageFrom):
            return self._mail.lines_of(event)
        if isinstance(event, SaidElsewhere):
            return self._mail.lines_from_elsewhere(event)
        if isinstance(event, RoomSaid):
            return self._mail.lines_in_room(event)
        if isinstance(event, Said):
            return [*self._mail.back_to_today(), said_by(visible(event.nickname), event.text)]
        text = sentence(event)
        return [*self._mail.back_to_today(), Line(_KINDS.get(type(event), Kind.NOTICE), text)] if text else []
