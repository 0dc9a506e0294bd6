"""What happens to a client by itself: plain values that a bot can match."""

from __future__ import annotations

from duologue.client.events import ConnectionLost, Happening, Reconnected


def told(event: Happening) -> str:
    match event:
        case ConnectionLost(reason, None):
            return f"lost: {reason}"
        case ConnectionLost(_, partner):
            return f"chat with {partner} goes on"
        case Reconnected(nickname):
            return f"back as {nickname}"
    return "from the server"


def test_they_can_be_matched_by_position() -> None:
    assert told(ConnectionLost("reset", None)) == "lost: reset"
    assert told(ConnectionLost("reset", "bob")) == "chat with bob goes on"
    assert told(Reconnected("alice")) == "back as alice"
