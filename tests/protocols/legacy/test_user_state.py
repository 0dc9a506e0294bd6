"""What the events say of where somebody stands, and what is read for them."""

from __future__ import annotations

import pytest

from duologue.core.commands.people import MayAsk
from duologue.core.events.chat import (
    Acknowledged,
    ChatEnded,
    ChatPaused,
    ChatRequested,
    ChatStarted,
    Event,
    LoggedIn,
    MessageFrom,
    PartnerResumed,
    PeopleOnline,
    Probe,
    RecallEnded,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    StreamBegins,
    WaitingRequests,
)
from duologue.core.events.people import (
    AskingAllowed,
    BlockedListed,
    PersonBlocked,
    PersonDescribed,
    PersonUnblocked,
    Presence,
    State,
    YouAre,
)
from duologue.core.events.rooms import (
    RoomEntered,
    RoomExited,
    RoomJoined,
    RoomListed,
    RoomMembers,
    RoomsListed,
    RoomTopic,
)
from duologue.core.requests import ChatEnd, RequestState
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording


def user_state(*events: Event) -> UserState:
    user = UserState(Wording())
    for event in events:
        user.told(event)
    return user


IN_LOBBY = RoomEntered("#lobby", 3, "")


def test_a_new_user_is_nowhere() -> None:
    user = user_state()
    assert (user.is_in, user.partner, user.room, dict(user.waiting), user.ended) == (False, None, None, {}, None)


def test_coming_in_under_the_name_that_was_given_needs_no_words() -> None:
    user = user_state()
    user.given = "Bob"
    assert user.told(LoggedIn("", "~Bob")) is None
    assert user.is_in


def test_another_name_than_the_given_one_is_told() -> None:
    assert user_state().told(LoggedIn("", "~Guest-51234")) == "You are Guest-51234."


def test_rooms() -> None:
    user = user_state(IN_LOBBY, RoomEntered("#tea", 1, ""), RoomEntered("#cake", 1, ""))
    assert user.room == "#cake"
    user.told(RoomEntered("#tea", 1, ""))
    assert user.room == "#tea"
    user.told(RoomExited("#tea"))
    assert user.room == "#cake"
    assert user.told(RoomExited("#cake")) == "You have left #cake. What you type goes to everyone in #lobby."
    assert user.told(RoomExited("#lobby")) == "You have left #lobby."
    assert user.room is None


def test_the_lobby_needs_no_words_until_it_is_asked_for() -> None:
    user = user_state()
    assert user.told(IN_LOBBY) is None
    user.asked_to_join = True
    assert user.told(IN_LOBBY) == "You are in #lobby, with 2 other people. What you type goes to everyone in #lobby."
    assert user.told(IN_LOBBY) is None


def test_requests_wait_in_their_order_until_something_comes_of_them() -> None:
    user = user_state(ChatRequested("alice", 120))
    assert user.told(ChatRequested("~Bob", 120)) == "Bob wants to chat with you. Type /accept Bob or /decline Bob."
    assert [*user.waiting] == ["alice", "~Bob"]
    assert [user.who_waits(name) for name in ("bob", "~BOB", "Alice", "carol")] == ["~Bob", "~Bob", "alice", None]
    assert user.told(RequestWithdrawn("~Bob", RequestState.CANCELLED)) == "Bob no longer wants to chat."
    assert [*user.waiting] == ["alice"]
    user.told(WaitingRequests(("carol",)))
    assert [*user.waiting] == ["carol"]


def test_a_request_of_somebody_blocked_waits_no_more() -> None:
    user = user_state(ChatRequested("~Bob", 120), ChatRequested("alice", 120))
    words = user.told(PersonBlocked("~Bob"))
    assert words == "You have blocked Bob. To them it looks as if you do not answer. /unblock Bob ends that."
    assert [*user.waiting] == ["alice"]
    user.told(PersonBlocked("carol"))
    assert [*user.waiting] == ["alice"]


def test_who_has_written() -> None:
    user = user_state()
    for writer, writers in (
        ("~Bob", ("~Bob",)),
        ("alice", ("~Bob", "alice")),
        ("alice", ("~Bob", "alice")),
        ("carol", ("~Bob", "carol")),
        ("~Bob", ("carol", "~Bob")),
    ):
        assert user.spoken(MessageFrom(writer, 0, "s", 1, "hi")) is not None
        assert user.writers == writers
    user.has_typed()
    assert user.writers == ("~Bob",)
    assert user.spoken(Probe()) is None


def test_a_chat_begins_and_ends() -> None:
    user = user_state(IN_LOBBY, ChatRequested("carol", 120), ChatStarted("~Bob", "id"))
    assert (user.partner, [*user.waiting]) == ("~Bob", [])
    assert [user.is_partner(name) for name in ("Bob", "bob", "~Bob", "carol")] == [True, True, True, False]
    assert user.told(ChatPaused("~Bob", 60)) == "Bob lost the connection and has 60 s to return. You can go on writing."
    assert user.partner == "~Bob"
    words = user.told(ChatEnded("~Bob", ChatEnd.LEFT))
    assert words == "Chat with Bob ended: Bob left. What you type goes to everyone in #lobby."
    assert user.ended == "~Bob"
    assert not user.is_partner("Bob")
    user.told(ChatStarted("carol", "id"))
    assert user.ended is None


def test_who_leaves_the_chat_knows_that_it_is_over() -> None:
    assert user_state(ChatStarted("bob", "id"), ChatEnded("bob", ChatEnd.YOU_LEFT)).ended is None


def test_the_list_of_rooms_is_one_text() -> None:
    user = user_state(RoomListed("#lobby", 3, False, ""), RoomListed("#tea", 1, True, ""))
    assert user.told(RoomsListed(2)) == "Rooms:\n#lobby (3)\n#tea (1, with a password)"
    assert user.told(RoomsListed(0)) == "There are no rooms. /join ROOM makes one."


def test_ten_thousand_rooms_are_counted_and_not_kept() -> None:
    user = user_state(*(RoomListed(f"#room{number}", 1, False, "about tea") for number in range(10_000)))
    text = user.told(RoomsListed(10_000))
    assert text is not None
    assert len(text.encode()) < 1_000
    assert text.endswith(f"… and {10_000 - text.count('#room')} more")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (RequestSent("~Bob", 120), "Waiting for Bob to answer. /cancel withdraws."),
        (RequestAnswered("~Bob", RequestState.DECLINED), "Bob declined the chat."),
        (PartnerResumed("~Bob", "id"), "Bob is back."),
        (PeopleOnline(("alice", "~Bob")), "Online: alice, Bob"),
        (RoomJoined("#tea", "~Bob"), "Bob has joined #tea."),
        (RoomMembers("#tea", ("~Bob",)), "In #tea: Bob"),
        (RoomTopic("#tea", "~Bob", "tea"), "Bob set the topic of #tea: tea"),
        (RecallEnded(0), "Nothing was said here before."),
        (RecallEnded(3), None),
        (Refused("help", "one\ntwo"), "one\ntwo"),
        (Presence("~Bob", State.AWAY, "lunch"), "Bob is away: lunch"),
        (PersonDescribed("~Bob", State.ONLINE, 5, True), "Bob (guest) is online."),
        (PersonDescribed("bob", State.AWAY, None, False, "lunch"), "bob (registered) is away: lunch"),
        (YouAre(State.AWAY), "You are away. /back when you return."),
        (BlockedListed(("alice", "~Bob")), "Blocked: alice, Bob"),
        (PersonUnblocked("~Bob"), "Bob is no longer blocked."),
        (AskingAllowed(MayAsk.NOBODY), "Nobody may ask you for a chat."),
        (Acknowledged(), None),
        (Probe(), None),
        (StreamBegins("bob", "s", 1), None),
    ],
)
def test_what_is_read(event: Event, words: str | None) -> None:
    assert user_state().told(event) == words
