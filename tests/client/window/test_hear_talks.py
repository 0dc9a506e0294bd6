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
from duologue.client.window.presenter import Presenter
from duologue.client.window.talk import TalkState
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
    RequestsEnded,
    RequestSent,
    RequestWithdrawn,
    Said,
)
from duologue.core.requests import ChatEnd, RequestState
from tests.client.window.at_presenter import NOW, hear, lines, live, presenter

__all__ = ["presenter"]


def test_a_chat_starts(presenter: Presenter) -> None:
    hear(presenter, RequestSent("bob", 60))
    assert presenter.talk("bob").standing is TalkState.ASKING
    changes = hear(presenter, ChatStarted("bob", "x"))
    assert Opened("bob") in changes
    assert presenter.partner == "bob"
    assert lines(presenter, "bob") == ["Chat with bob started."]


def test_whoever_is_in_a_chat_has_no_requests(presenter: Presenter) -> None:
    hear(presenter, ChatRequested("carol", 60), RequestSent("dave", 60))
    assert RequestGone("carol") in hear(presenter, RequestsEnded("bob"))
    hear(presenter, ChatStarted("bob", "x"))
    assert presenter.talk("dave").standing is presenter.talk("carol").standing is TalkState.ALONE


@pytest.mark.parametrize("request_of", [ChatRequested, RequestSent])
def test_a_chat_that_is_heard_of_before_its_request_is_on(
    presenter: Presenter, request_of: type[ChatRequested | RequestSent]
) -> None:
    """Protocol 5.5: the two come on different sockets."""
    hear(presenter, ChatStarted("bob", "x"), request_of("bob", 60), RequestsEnded("bob"))
    assert presenter.talk("bob").standing is TalkState.ON
    assert presenter.requests == {}


def test_a_request_after_a_chat_is_heard_of_before_the_chat_and_stays(presenter: Presenter) -> None:
    hear(presenter, ChatRequested("bob", 60), RequestsEnded("bob"), ChatRequested("carol", 60))
    hear(presenter, ChatStarted("bob", "x"), ChatEnded("bob", ChatEnd.LEFT))
    assert presenter.requests == {"carol": None}
    assert presenter.talk("carol").standing is TalkState.ASKED


def test_a_pause_and_an_end(presenter: Presenter) -> None:
    hear(presenter, ChatStarted("bob", "x"), ChatPaused("bob", 60))
    assert presenter.status("bob").startswith("bob lost the connection and has 60 s")
    hear(presenter, PartnerResumed("bob", "x"))
    assert presenter.status("bob") == "In a chat with bob."
    hear(presenter, ChatEnded("bob", ChatEnd.LEFT))
    assert presenter.talk("bob").standing is TalkState.ENDED
    assert presenter.partner is None


def test_the_mark_of_the_newest(presenter: Presenter) -> None:
    hear(presenter, ChatStarted("bob", "x"))
    presenter.type("bob", "hi")
    assert presenter.talk("bob").mark == "…"
    presenter.sent(Sent("bob", None, live(Acknowledged())))
    assert presenter.talk("bob").mark == "sent"
    hear(presenter, Acknowledged(1, 0), progress=live(Acknowledged(1, 0)))
    assert presenter.talk("bob").mark == "stored"
    changes = hear(presenter, Acknowledged(1, 1), progress=live(Acknowledged(1, 1)))
    assert presenter.talk("bob").mark == "delivered"
    assert changes == [Restated("bob")]


def test_what_did_not_go_out_is_said(presenter: Presenter) -> None:
    presenter.type("bob", "hi")
    presenter.not_sent("bob", "No.")
    assert lines(presenter, "bob") == ["alice  hi", "No."]
    assert presenter.talk("bob").mark == ""


def test_unread_messages_are_counted_until_they_are_read(presenter: Presenter) -> None:
    hear(presenter, ChatStarted("bob", "x"), Said("bob", "one"), Said("bob", "two"))
    assert presenter.talk("bob").unread == presenter.unread == 2
    assert presenter.rows()[0].unread == 2
    assert PeopleChanged() in presenter.read("bob")
    changes = hear(presenter, Said("bob", "three"))
    assert presenter.unread == 0
    assert [type(change) for change in changes] == [Added]
    assert presenter.read(None) == []


def test_a_request_comes_and_goes(presenter: Presenter) -> None:
    assert RequestCame("bob") in hear(presenter, ChatRequested("bob", 60))
    assert presenter.talk("bob").standing is TalkState.ASKED
    assert RequestGone("bob") in hear(presenter, RequestWithdrawn("bob", RequestState.EXPIRED))
    assert lines(presenter, "bob") == ["bob stopped waiting for your answer."]
    assert presenter.forget_request("bob") == []


@pytest.mark.parametrize(
    ("outcome", "standing", "status"),
    [
        (RequestState.DECLINED, TalkState.ENDED, "bob declined the chat."),
        (RequestState.CANCELLED, TalkState.ALONE, "bob is offline. What you write waits until they are here."),
    ],
)
def test_ones_own_request_is_answered(
    presenter: Presenter, outcome: RequestState, standing: TalkState, status: str
) -> None:
    hear(presenter, RequestSent("bob", 60), RequestAnswered("bob", outcome))
    assert presenter.talk("bob").standing is standing
    assert presenter.status("bob") == status


def test_an_answer_that_comes_late_ends_no_chat(presenter: Presenter) -> None:
    assert hear(presenter, ChatStarted("bob", "x"), RequestAnswered("bob", RequestState.CANCELLED)) == []
    assert presenter.partner == "bob"


def test_what_becomes_of_a_letter(presenter: Presenter) -> None:
    presenter.type("bob", "hi")
    presenter.sent(Sent("bob", "s1", Progress(is_connected=True)))
    assert presenter.talk("bob").mark == "sent"
    hear(presenter, Acknowledged(1, 0, "s1"))
    assert presenter.talk("bob").mark == "stored"
    hear(presenter, KeptFor("bob", "s1", 1))
    assert presenter.talk("bob").mark == "stored, waits for bob"
    assert hear(presenter, KeptFor("bob", "other", 1)) == []
    hear(presenter, LetterDelivered("bob", "s1", "hi"))
    assert presenter.talk("bob").mark == "delivered"
    assert lines(presenter, "bob") == ["alice  hi"]
    hear(presenter, LetterDelivered("bob", "older", "before"))
    assert lines(presenter, "bob")[-1] == "bob has your message: “before”"
    hear(presenter, NotKept("bob", "s1", 1, "mailbox_full", "Full."))
    assert presenter.talk("bob").mark == "refused"
    hear(presenter, HandedIn("bob", 2))
    assert "2 messages" in lines(presenter, "bob")[-1]


def test_a_letter_while_there_is_no_connection(presenter: Presenter) -> None:
    presenter.type("bob", "hi")
    presenter.sent(Sent("bob", "s1", Progress()))
    assert presenter.talk("bob").mark == "not sent yet"


def test_an_acknowledgement_of_something_else_changes_nothing(presenter: Presenter) -> None:
    presenter.type("bob", "hi")
    assert hear(presenter, Acknowledged(1, 1, "unknown")) == []
    assert hear(presenter, Acknowledged(1, 1)) == []


def test_a_letter_has_the_time_when_it_was_sent(presenter: Presenter) -> None:
    hear(presenter, MessageFrom("bob", int(NOW) - 90_000, "s", 1, "hi"), MessageFrom("bob", int(NOW), "s", 2, "ho"))
    days = [block for block in presenter.talk("bob").scroll.blocks() if block[0][1] == "day"]
    assert len(days) == 2
