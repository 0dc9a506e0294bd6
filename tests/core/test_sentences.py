"""What people read for what the server tells (design, section 1), and that nothing in it can command a terminal."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.people import MayAsk
from duologue.core.events.chat import (
    ChatElsewhere,
    ChatEnded,
    ChatFree,
    ChatHeld,
    ChatPaused,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    Disconnected,
    Event,
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
from duologue.core.events.people import (
    AskingAllowed,
    BlockedListed,
    PeopleListed,
    PersonBlocked,
    PersonDescribed,
    PersonUnblocked,
    Presence,
    State,
    YouAre,
)
from duologue.core.events.rooms import (
    RoomEntered,
    RoomEvent,
    RoomExited,
    RoomJoined,
    RoomLeft,
    RoomListed,
    RoomMembers,
    RoomSaid,
    RoomsListed,
    RoomTopic,
)
from duologue.core.requests import ChatEnd, RequestState
from duologue.core.sentences import room_or_topic, sentence
from duologue.core.text import visible


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (ChatRequested("alice", 120), "alice wants to chat with you. yes/no"),
        (Presence("bob", State.ONLINE), "bob is online."),
        (Presence("bob", State.AWAY, "back at noon"), "bob is away: back at noon"),
        (Presence("bob", State.DO_NOT_DISTURB), "bob is on Do Not Disturb."),
        (Presence("bob", State.OFFLINE), "bob is offline."),
        (YouAre(State.AWAY, "lunch"), "You are away: lunch. /back when you return."),
        (YouAre(State.AWAY), "You are away. /back when you return."),
        (YouAre(State.DO_NOT_DISTURB), "Nobody can ask you for a chat now. /back ends that."),
        (YouAre(State.ONLINE), "You are back."),
        (PersonDescribed("~Eve", State.IN_CHAT, 7, True), "~Eve (guest) is in a chat."),
        (PeopleListed((("alice", State.ONLINE), ("bob", State.AWAY))), "Online: alice, bob (away)"),
        (PeopleListed(()), "Nobody is online."),
        (
            PersonBlocked("bob"),
            "You have blocked bob. To them it looks as if you do not answer. /unblock bob ends that.",
        ),
        (PersonUnblocked("bob"), "bob is no longer blocked."),
        (BlockedListed(("bob", "carol")), "Blocked: bob, carol"),
        (BlockedListed(()), "You have blocked nobody."),
        (AskingAllowed(MayAsk.NOBODY), "Nobody may ask you for a chat."),
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
        (WaitingRequests(()), "Nobody is waiting for your answer."),
        (Refused("x", "No."), "No."),
        (Disconnected("shutting_down", "Server is shutting down. Goodbye!"), "Server is shutting down. Goodbye!"),
        (
            ChatPaused("bob", 60),
            "bob lost the connection and has 60 s to return. You can go on writing.",
        ),
        (PartnerResumed("bob", "id"), "bob is back."),
        (ChatResumed("bob", "id", 0, "id", 0), "Chat with bob goes on."),
        (
            ChatHeld("bob", "id"),
            "Your chat with bob is on another device. What you type reaches bob too.",
        ),
        (
            ChatElsewhere("bob", "id", 3),
            "Your chat with bob is on another device. What you type reaches bob too.",
        ),
        (ChatFree("bob", "id", 60), "Your chat with bob has lost its device. It goes on here when you type."),
        (ChatFree("bob", "id", 0), "Your chat with bob on another device is over."),
        (
            RequestWithdrawn("bob", RequestState.ACCEPTED),
            "You have accepted the request of bob on another device.",
        ),
        (
            RequestWithdrawn("bob", RequestState.DECLINED),
            "You have declined the request of bob on another device.",
        ),
        (KeptFor("bob", "s", 1), "Kept for bob, who is away."),
        (
            NotKept("bob", "s", 1, "unknown", "bob doesn't exist."),
            "Your message to bob was not kept. bob doesn't exist.",
        ),
        (Probe(), None),
        (Said("bob", "hello"), None),
    ],
)
def test_words(event: Event, words: str | None) -> None:
    assert sentence(event) == words


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (RoomEntered("#tea", 1, ""), "You are in #tea, with nobody else."),
        (RoomEntered("#tea", 2, ""), "You are in #tea, with 1 other person."),
        (RoomEntered("#tea", 3, "green"), "You are in #tea, with 2 other people. It is about: green"),
        (RoomExited("#tea"), "You have left #tea."),
        (RoomJoined("#tea", "bob"), "bob has joined #tea."),
        (RoomLeft("#tea", "~Bob"), "~Bob has left #tea."),
        (RoomTopic("#tea", None, ""), "#tea has no topic."),
        (RoomTopic("#tea", None, "green"), "#tea is about: green"),
        (RoomTopic("#tea", "bob", "green"), "bob set the topic of #tea: green"),
        (RoomTopic("#tea", "bob", ""), "bob removed the topic of #tea."),
        (RoomMembers("#tea", ("alice", "bob")), "In #tea: alice, bob"),
        (RoomMembers("#tea", ()), "Nobody is there."),
        (RoomListed("#tea", 3, False, "green"), "#tea (3): green"),
        (RoomListed("#tea", 3, True, ""), "#tea (3, with a password)"),
        (RoomsListed(0), "There are no rooms. /join NAME makes one."),
        (RoomsListed(2), "2 in all."),
        (RoomsListed(99, "#tea"), "99 in all. /rooms #tea shows more."),
        (RoomSaid("#tea", "bob", 1, 1, "hello"), None),
    ],
)
def test_words_about_rooms(event: RoomEvent, words: str | None) -> None:
    assert sentence(event) == words


@pytest.mark.parametrize("outcome", RequestState)
def test_every_end_of_a_request_has_words_for_both(outcome: RequestState) -> None:
    for event in (RequestAnswered("bob", outcome), RequestWithdrawn("bob", outcome)):
        words = sentence(event)
        assert words
        assert "bob" in words


@pytest.mark.parametrize("reason", ChatEnd)
def test_every_end_of_a_chat_has_words(reason: ChatEnd) -> None:
    words = sentence(ChatEnded("bob", reason))
    assert words
    assert words.startswith("Chat with bob ended: ")


EVIL = st.text().map(lambda text: f"\x1b[2J\r\n\u202e{text}")
OTHER_VALUES = {
    "int": st.integers(0, 99),
    "bool": st.booleans(),
    "tuple[str, ...]": st.tuples(EVIL),
    "RequestState": st.sampled_from(RequestState),
    "ChatEnd": st.sampled_from(ChatEnd),
    "State": st.sampled_from(State),
    "MayAsk": st.sampled_from(MayAsk),
    "tuple[tuple[str, State], ...]": st.tuples(st.tuples(EVIL, st.sampled_from(State))),
    "int | None": st.none() | st.integers(0, 99),
}


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_nothing_from_outside_is_raw(kind: type[Event], data: st.DataObject) -> None:
    """Whatever event there is, or will be: every text in it may come from a stranger."""
    event = kind(*(data.draw(OTHER_VALUES.get(str(field.type), EVIL)) for field in fields(kind)))
    words = sentence(event)
    assert words is None or visible(words) == words


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (PeopleOnline(("alice", "bob"), 9), "Online: alice, bob … and 9 more; /who bob shows more."),
        (PeopleListed((("bob", State.AWAY),), 9), "Online: bob (away) … and 9 more; /who bob shows more."),
        (RoomMembers("#tea", ("bob",), 9), "In #tea: bob … and 9 more; /names #tea bob shows more."),
        (BlockedListed(("bob",), 9), "Blocked: bob … and 9 more; /blocked bob shows more."),
        (WaitingRequests(("bob",), 9), "Waiting for your answer: bob … and 9 more."),
    ],
)
def test_a_page_of_a_list_says_how_it_goes_on(event: Event, words: str) -> None:
    assert sentence(event) == words


def test_how_to_say_whether_a_room_or_a_topic_is_meant() -> None:
    assert room_or_topic("#ops", "#tea", "ops \x1b[2J", "JOIN /topic") == (
        "Is that the room #ops, or a topic? JOIN /topic #ops asks for the topic of #ops; "
        "JOIN /topic #tea ops ␛[2J sets it in #tea."
    )
