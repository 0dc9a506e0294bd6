"""Chats, requests and letters."""

from __future__ import annotations

import pytest

from duologue.client.events import (
    HandedIn,
    LetterDelivered,
)
from duologue.client.window.changes import (
    Added,
    Opened,
    PeopleChanged,
    RequestCame,
    RequestGone,
    Restated,
)
from duologue.client.window.news import Progress, Sent
from duologue.client.window.presenter import Desk
from duologue.client.window.talk import Standing
from duologue.core.events.chat import (
    Acknowledged,
    ChatEnded,
    ChatPaused,
    ChatRequested,
    ChatStarted,
    KeptFor,
    MessageFrom,
    NotKept,
    PartnerResumed,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
)
from duologue.core.requests import ChatEnd, RequestState
from tests.client.window.at_desk import NOW, desk, hear, lines, live

__all__ = ["desk"]


def test_a_chat_starts(desk: Desk) -> None:
    hear(desk, RequestSent("bob", 60))
    assert desk.talk("bob").standing is Standing.ASKING
    changes = hear(desk, ChatStarted("bob", "x"))
    assert Opened("bob") in changes
    assert desk.partner == "bob"
    assert lines(desk, "bob") == ["Chat with bob started."]


def test_whoever_is_in_a_chat_has_no_requests(desk: Desk) -> None:
    hear(desk, ChatRequested("carol", 60), RequestSent("dave", 60))
    changes = hear(desk, ChatStarted("bob", "x"))
    assert RequestGone("carol") in changes
    assert desk.talk("dave").standing is desk.talk("carol").standing is Standing.ALONE


def test_a_pause_and_an_end(desk: Desk) -> None:
    hear(desk, ChatStarted("bob", "x"), ChatPaused("bob", 60))
    assert desk.status("bob").startswith("bob's connection is lost; 60 s")
    hear(desk, PartnerResumed("bob", "x"))
    assert desk.status("bob") == "In a chat with bob."
    hear(desk, ChatEnded("bob", ChatEnd.LEFT))
    assert desk.talk("bob").standing is Standing.ENDED
    assert desk.partner is None


def test_the_mark_of_the_newest(desk: Desk) -> None:
    hear(desk, ChatStarted("bob", "x"))
    desk.type("bob", "hi")
    assert desk.talk("bob").mark == "…"
    desk.sent(Sent("bob", None, live(Acknowledged())))
    assert desk.talk("bob").mark == "sent"
    hear(desk, Acknowledged(1, 0), progress=live(Acknowledged(1, 0)))
    assert desk.talk("bob").mark == "stored"
    changes = hear(desk, Acknowledged(1, 1), progress=live(Acknowledged(1, 1)))
    assert desk.talk("bob").mark == "delivered"
    assert changes == [Restated("bob")]


def test_what_did_not_go_out_is_said(desk: Desk) -> None:
    desk.type("bob", "hi")
    desk.not_sent("bob", "No.")
    assert lines(desk, "bob") == ["alice  hi", "No."]
    assert desk.talk("bob").mark == ""


def test_unread_messages_are_counted_until_they_are_read(desk: Desk) -> None:
    hear(desk, ChatStarted("bob", "x"), Said("bob", "one"), Said("bob", "two"))
    assert desk.talk("bob").unread == desk.unread == 2
    assert desk.rows()[0].unread == 2
    assert PeopleChanged() in desk.read("bob")
    changes = hear(desk, Said("bob", "three"))
    assert desk.unread == 0
    assert [type(change) for change in changes] == [Added]
    assert desk.read(None) == []


def test_a_request_comes_and_goes(desk: Desk) -> None:
    assert RequestCame("bob") in hear(desk, ChatRequested("bob", 60))
    assert desk.talk("bob").standing is Standing.ASKED
    assert RequestGone("bob") in hear(desk, RequestWithdrawn("bob", RequestState.EXPIRED))
    assert lines(desk, "bob") == ["bob stopped waiting for your answer."]
    assert desk.forget_request("bob") == []


@pytest.mark.parametrize(
    ("outcome", "standing", "status"),
    [
        (RequestState.DECLINED, Standing.ENDED, "bob declined the chat."),
        (RequestState.CANCELLED, Standing.ALONE, "bob is offline. What you write waits until they are here."),
    ],
)
def test_ones_own_request_is_answered(desk: Desk, outcome: RequestState, standing: Standing, status: str) -> None:
    hear(desk, RequestSent("bob", 60), RequestAnswered("bob", outcome))
    assert desk.talk("bob").standing is standing
    assert desk.status("bob") == status


def test_an_answer_that_comes_late_ends_no_chat(desk: Desk) -> None:
    assert hear(desk, ChatStarted("bob", "x"), RequestAnswered("bob", RequestState.CANCELLED)) == []
    assert desk.partner == "bob"


def test_what_becomes_of_a_letter(desk: Desk) -> None:
    desk.type("bob", "hi")
    desk.sent(Sent("bob", "s1", Progress(is_connected=True)))
    assert desk.talk("bob").mark == "sent"
    hear(desk, Acknowledged(1, 0, "s1"))
    assert desk.talk("bob").mark == "stored"
    hear(desk, KeptFor("bob", "s1", 1))
    assert desk.talk("bob").mark == "stored, waits for bob"
    assert hear(desk, KeptFor("bob", "other", 1)) == []
    hear(desk, LetterDelivered("bob", "s1", "hi"))
    assert desk.talk("bob").mark == "delivered"
    assert lines(desk, "bob") == ["alice  hi"]
    hear(desk, LetterDelivered("bob", "older", "before"))
    assert lines(desk, "bob")[-1] == "bob has your message: “before”"
    hear(desk, NotKept("bob", "s1", 1, "mailbox_full", "Full."))
    assert desk.talk("bob").mark == "refused"
    hear(desk, HandedIn("bob", 2))
    assert "2 messages" in lines(desk, "bob")[-1]


def test_a_letter_while_there_is_no_connection(desk: Desk) -> None:
    desk.type("bob", "hi")
    desk.sent(Sent("bob", "s1", Progress()))
    assert desk.talk("bob").mark == "not sent yet"


def test_an_acknowledgement_of_something_else_changes_nothing(desk: Desk) -> None:
    desk.type("bob", "hi")
    assert hear(desk, Acknowledged(1, 1, "unknown")) == []
    assert hear(desk, Acknowledged(1, 1)) == []


def test_a_letter_has_the_time_when_it_was_sent(desk: Desk) -> None:
    hear(desk, MessageFrom("bob", int(NOW) - 90_000, "s", 1, "hi"), MessageFrom("bob", int(NOW), "s", 2, "ho"))
    days = [block for block in desk.talk("bob").scroll.blocks() if block[0][1] == "day"]
    assert len(days) == 2
