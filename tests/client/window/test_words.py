"""No window names a command of the terminal."""

from __future__ import annotations

import pytest

from duologue.client.events import ConnectionLost, Happening, MissedMore
from duologue.client.window.words import words
from duologue.core.events.chat import ChatEnded, ChatRequested, ChatStarted, RequestSent, Said
from duologue.core.events.people import PersonBlocked, State, YouAre
from duologue.core.events.rooms import RoomMissed
from duologue.core.requests import ChatEnd


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (ChatRequested("bob", 60), "bob wants to chat with you."),
        (RequestSent("bob", 60), "Waiting for bob to answer."),
        (ChatStarted("bob", "x"), "Chat with bob started."),
        (ChatEnded("bob", ChatEnd.YOU_LEFT), "Chat with bob ended: you left."),
        (ChatEnded("bob", ChatEnd.LEFT), "Chat with bob ended: bob left."),
        (ConnectionLost("no answer", None), "Connection lost (no answer). Connecting again; what you write is kept"),
        (YouAre(State.AWAY, "lunch"), "You are away: lunch."),
        (YouAre(State.ONLINE), "You are online."),
        (YouAre(State.DO_NOT_DISTURB), "Nobody can ask you for a chat now."),
        (PersonBlocked("b\x1bob"), "b␛ob is blocked"),
        (RoomMissed("#tea", 3), "You missed 3 messages."),
        (MissedMore("#tea"), "More was said in #tea"),
    ],
)
def test_words(event: Happening, text: str) -> None:
    said = words(event)
    assert said
    assert said.startswith(text)
    assert "/" not in said


def test_what_somebody_says_needs_no_words() -> None:
    assert words(Said("bob", "hi")) is None
