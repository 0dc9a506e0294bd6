"""Sentences for a window where the terminal would name a command; all others are worded as there. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable

from duologue.client.events import ConnectionLost, Happening, MissedMore
from duologue.client.history.transcript import count_of
from duologue.client.view import sentences
from duologue.core.events.chat import ChatEnded, ChatRequested, ChatStarted, Refused, RequestSent
from duologue.core.events.people import PersonBlocked, State, YouAre
from duologue.core.events.rooms import RoomMissed
from duologue.core.requests import ChatEnd
from duologue.core.text import visible

LOCKED = "room_locked"
"""The server's code for a room password that is missing or wrong."""

_YOU = {
    State.AWAY: "You are away{}.",
    State.DO_NOT_DISTURB: "Nobody can ask you for a chat now.",
}


def words(event: Happening) -> str | None:
    """Return a sentence for people, without control characters; None for what needs no words, and for messages."""
    return _WORDS.get(type(event), sentences.sentence)(event)


def _ended(event: ChatEnded) -> str | None:
    if event.reason is ChatEnd.YOU_LEFT:
        return f"Chat with {visible(event.nickname)} ended: you left."
    return sentences.sentence(event)


def _lost(event: ConnectionLost) -> str:
    return f"Connection lost ({visible(event.reason)}). Connecting again; what you write is kept and sent then."


def _you_are(event: YouAre) -> str:
    return _YOU.get(event.state, "You are online.").format(f": {visible(event.text)}" if event.text else "")


def _missed(event: RoomMissed) -> str:
    return f"You missed {count_of(event.count)}. Open the room again to see what was said."


def _refused(event: Refused) -> str | None:
    if event.code == LOCKED:
        return "This room has a password, which was missing or wrong. “Join again” asks for it."
    return sentences.sentence(event)


_WORDS: dict[type[Happening], Callable[..., str | None]] = {
    ChatRequested: lambda event: f"{visible(event.nickname)} wants to chat with you.",
    RequestSent: lambda event: f"Waiting for {visible(event.nickname)} to answer.",
    ChatStarted: lambda event: f"Chat with {visible(event.nickname)} started.",
    ChatEnded: _ended,
    ConnectionLost: _lost,
    YouAre: _you_are,
    Refused: _refused,
    PersonBlocked: lambda event: f"{visible(event.nickname)} is blocked. To them it looks as if you don't answer.",
    RoomMissed: _missed,
    MissedMore: lambda event: f"More was said in {visible(event.room)} than is shown here.",
}
