"""The socket of a native client that an event comes down on: each of the three tells its own story whole, in one order.

The login socket tells of requests, rooms, letters, people and errors; the chat socket is the conversation, and what is
stored besides, for a client that follows it, in one order; the check socket says who lives, and what has arrived
(docs/protocol.md 5).
"""

from __future__ import annotations

from duologue.core.commands.chat import SocketKind
from duologue.core.events.chat import (
    Acknowledged,
    ChatElsewhere,
    ChatEnded,
    ChatPaused,
    ChatResumed,
    ChatStarted,
    ChatUnknown,
    Event,
    PartnerResumed,
    Probe,
    Said,
    StreamBegins,
)
from duologue.core.events.devices import Cursor, Following, Kept

_CONVERSATION = (
    *(ChatStarted, StreamBegins, Said, ChatPaused, PartnerResumed, ChatEnded),
    *(ChatResumed, ChatUnknown, ChatElsewhere),
)
_FEED = (Following, Kept, Cursor)
_LIFE = (Acknowledged, Probe)

_CARRIERS: dict[type[Event], SocketKind] = {
    **dict.fromkeys((*_CONVERSATION, *_FEED), SocketKind.CHAT),
    **dict.fromkeys(_LIFE, SocketKind.CHECK),
}


def carrier_of(event: Event) -> SocketKind:
    """Return the socket that `event` comes down on."""
    return _CARRIERS.get(type(event), SocketKind.LOGIN)
