"""What people read for what happens to their client, and that nothing in it can command a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.events import (
    ConnectionLost,
    HandedIn,
    Happening,
    LetterDelivered,
    MemoryLost,
    Reconnected,
)
from duologue.client.history.since import local
from duologue.client.view.sentences import about_unsent, mark, sentence
from duologue.core.events.chat import Acknowledged, Probe, Refused
from duologue.core.events.people import PersonDescribed, State
from duologue.core.text import visible


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Reconnected("alice"), "Reconnected as alice."),
        (
            PersonDescribed("bob", State.AWAY, 1795217400, False, "lunch"),
            f"bob (registered) has been away since {local(1795217400):%Y-%m-%d %H:%M}: lunch",
        ),
        (
            PersonDescribed("bob", State.IN_CHAT, 1795217400, False, ""),
            f"bob (registered) has been in a chat since {local(1795217400):%Y-%m-%d %H:%M}.",
        ),
        (PersonDescribed("~Eve", State.OFFLINE, None, True), "~Eve (guest) is offline."),
        (ConnectionLost("reset", None), "Connection lost (reset). Connecting again; /exit leaves."),
        (
            ConnectionLost("reset", "bob"),
            "Connection lost (reset). Connecting again; what you type is kept.",
        ),
        (LetterDelivered("bob", "s", "see you\nat noon"), "bob has your message: “see you at noon”"),
        (LetterDelivered("bob", "s", "x" * 99), f"bob has your message: “{'x' * 40}…”"),
        (HandedIn("bob", 2), "2 messages that bob did not get were put into their mailbox."),
        (HandedIn("bob", 1), "1 message that bob did not get was put into their mailbox."),
        (HandedIn("bob", 0, 2, "No room."), "2 messages to bob are lost: No room."),
        (
            HandedIn("bob", 1, 1, "No room."),
            "1 message that bob did not get was put into their mailbox. 1 message to bob is lost: No room.",
        ),
        (MemoryLost("f: full"), "Unsent messages are kept only while this program runs (f: full)."),
        (Refused("x", "No."), "No."),
        (Probe(), None),
    ],
)
def test_words(event: Happening, words: str | None) -> None:
    assert sentence(event) == words


EVIL = st.text().map(lambda text: f"\x1b[2J\r\n\u202e{text}")


@given(EVIL)
def test_nothing_from_outside_is_raw(evil: str) -> None:
    events: list[Happening] = [
        Refused(evil, evil),
        ConnectionLost(evil, evil),
        Reconnected(evil),
        LetterDelivered(evil, evil, evil),
        HandedIn(evil, 1, 1, evil),
        MemoryLost(evil),
        PersonDescribed(evil, State.AWAY, 86400, False, evil),
    ]
    for event in events:
        words = sentence(event)
        assert words
        assert visible(words) == words


def test_the_question_before_many_lines_counts_them() -> None:
    assert about_unsent("1\n2\n3\n4\n5") == "Send these 5 lines as one message? yes/no"


@pytest.mark.parametrize(
    ("sent", "acknowledged", "word"),
    [
        (0, Acknowledged(), ""),
        (1, Acknowledged(), "sent"),
        (3, Acknowledged(2, 2, "x"), "sent"),
        (3, Acknowledged(3, 2, "x"), "stored"),
        (3, Acknowledged(3, 3, "x"), "delivered"),
        (3, Acknowledged(2, 3, "x"), "delivered"),  # the relay does not wait for the disk
    ],
)
def test_the_mark_is_about_the_newest_message(sent: int, acknowledged: Acknowledged, word: str) -> None:
    assert mark(sent, acknowledged, is_live=True) == word
    assert mark(sent, acknowledged, is_live=False) == word.replace("sent", "not sent yet")
