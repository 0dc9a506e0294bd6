"""What people read (design, section 1), and that nothing in it can command a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.happenings import (
    ConnectionLost,
    HandedIn,
    Happening,
    LetterDelivered,
    MemoryLost,
    Reconnected,
)
from duologue.client.sentences import about_unsent, mark, message, sentence
from duologue.core.chat import ChatEnd, RequestState
from duologue.core.events import (
    Acknowledged,
    ChatEnded,
    ChatPaused,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    Disconnected,
    KeptFor,
    NotKept,
    PartnerResumed,
    PeopleOnline,
    Probe,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
    WaitingRequests,
)
from duologue.core.text import visible


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (ChatRequested("alice", 120), "alice wants to chat with you. yes/no"),
        (ChatStarted("bob", "id"), "Chat with bob started. /quit leaves the chat."),
        (ChatEnded("alice", ChatEnd.LEFT), "Chat with alice ended: alice left."),
        (ChatEnded("bob", ChatEnd.YOU_LEFT), "Chat with bob ended: you left. /exit leaves the app."),
        (ChatEnded("bob", ChatEnd.LOST), "Chat with bob ended: the connection to bob was lost."),
        (ChatEnded("bob", ChatEnd.LOST, "id", 3), "Chat with bob ended: the connection was lost for too long."),
        (ChatEnded("bob", ChatEnd.LEFT, "id", 3), "Chat with bob ended: bob left."),
        (RequestSent("bob", 120), "Waiting for bob to answer. /cancel withdraws."),
        (RequestAnswered("bob", RequestState.DECLINED), "bob declined the chat."),
        (RequestAnswered("bob", RequestState.OFFLINE), "bob is offline."),
        (RequestAnswered("bob", RequestState.BUSY), "bob is not available."),
        (RequestAnswered("bob", RequestState.UNKNOWN), "bob doesn't exist."),
        (RequestWithdrawn("alice", RequestState.CANCELLED), "alice no longer wants to chat."),
        (PeopleOnline(("alice", "bob")), "Online: alice, bob"),
        (WaitingRequests(()), "Nobody waits for your answer."),
        (Refused("x", "No."), "No."),
        (Disconnected("shutting_down", "Server is shutting down. Goodbye!"), "Server is shutting down. Goodbye!"),
        (Reconnected("alice"), "Reconnected as alice."),
        (ConnectionLost("reset", None), "Connection lost (reset). Connecting again; /exit leaves."),
        (
            ConnectionLost("reset", "bob"),
            "Connection lost (reset). Connecting again; what you type is kept.",
        ),
        (
            ChatPaused("bob", 60),
            "bob's connection is lost; 60 s to come back. You can go on writing.",
        ),
        (PartnerResumed("bob", "id"), "bob is back."),
        (ChatResumed("bob", "id", 0, "id", 0), "Chat with bob goes on."),
        (KeptFor("bob", "s", 1), "Kept for bob, who is away."),
        (
            NotKept("bob", "s", 1, "unknown", "bob doesn't exist."),
            "Your message to bob was not kept. bob doesn't exist.",
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
        (Probe(), None),
    ],
)
def test_words(event: Happening, words: str | None) -> None:
    assert sentence(event) == words


@pytest.mark.parametrize("outcome", RequestState)
def test_every_end_of_a_request_has_words_for_both(outcome: RequestState) -> None:
    for event in (RequestAnswered("bob", outcome), RequestWithdrawn("bob", outcome)):
        words = sentence(event)
        assert words
        assert words.startswith("bob ")


@pytest.mark.parametrize("reason", ChatEnd)
def test_every_end_of_a_chat_has_words(reason: ChatEnd) -> None:
    words = sentence(ChatEnded("bob", reason))
    assert words
    assert words.startswith("Chat with bob ended: ")


EVIL = st.text().map(lambda text: f"\x1b[2J\r\n\u202e{text}")


@given(EVIL)
def test_nothing_from_outside_is_raw(evil: str) -> None:
    events: list[Happening] = [
        ChatRequested(evil, 1),
        ChatStarted(evil, evil),
        ChatEnded(evil, ChatEnd.LEFT),
        RequestAnswered(evil, RequestState.OFFLINE),
        PeopleOnline((evil,)),
        Refused(evil, evil),
        Disconnected(evil, evil),
        ConnectionLost(evil, evil),
        Reconnected(evil),
        ChatPaused(evil, 1),
        PartnerResumed(evil, evil),
        ChatResumed(evil, evil, 0, evil, 0),
        KeptFor(evil, evil, 1),
        NotKept(evil, evil, 1, evil, evil),
        LetterDelivered(evil, evil, evil),
        HandedIn(evil, 1, 1, evil),
        MemoryLost(evil),
    ]
    for event in events:
        words = sentence(event)
        assert words
        assert visible(words) == words


@given(EVIL, EVIL)
def test_a_message_keeps_its_lines_and_nothing_else(nickname: str, text: str) -> None:
    speaker, lines = message(Said(nickname, text))
    assert "\n" not in speaker
    assert len(lines) == text.count("\n") + 1
    assert not set("\x1b\r\u202e").intersection("".join([speaker, *lines]))


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
