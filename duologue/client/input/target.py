"""The target of typed text, as the person knew it when the line was begun. Sans-I/O."""

from __future__ import annotations

from duologue.client.events import Happening
from duologue.core.events.chat import ChatEnded, ChatHeld, ChatResumed, ChatStarted, MessageFrom
from duologue.core.requests import ChatEnd


class Target:
    """Target of a line. One begun for a partner, or for a room that did not let us in, must not reach another room."""

    def __init__(self) -> None:
        self._partner: str | None = None
        self._room: str | None = None
        self._writers: dict[str, None] = {}

    @property
    def writers(self) -> tuple[str, ...]:
        """The writer of the newest private message when Enter was last pressed, and those who have written since."""
        return tuple(self._writers)

    def note(self, partner: str | None, room: str | None) -> None:
        """Note that the person has just pressed Enter, or changed the target by that."""
        self._partner, self._room = partner, room
        self._writers = dict.fromkeys([*self._writers][-1:])

    def hears(self, event: Happening) -> None:
        match event:
            case ChatStarted(nickname) | ChatResumed(nickname):
                self._partner = nickname
            case ChatHeld(nickname) if self._partner is None and self._room is None:
                self._partner = nickname
            case ChatEnded(_, ChatEnd.YOU_LEFT):
                self._partner = None
            case MessageFrom(nickname):
                self._writers.pop(nickname, None)
                self._writers[nickname] = None

    def has_turned_to(self, partner: str | None) -> bool:
        """Return whether this partner, in a chat on another device, is not who the line was begun for."""
        return partner is not None and partner != self._partner

    def left(self, partner: str | None, room: str | None) -> str | None:
        """Return the partner or the room that the line was begun for, if that is over; otherwise None."""
        if partner is not None:
            return None
        return self._partner or (None if self._room == room else self._room)
