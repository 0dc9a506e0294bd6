"""Names, speakers and lists as the users of the old clients read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.events.chat import (
    Acknowledged,
    ChatEnded,
    ChatPaused,
    Event,
    MessageFrom,
    PeopleOnline,
    Recalled,
    Said,
    WaitingRequests,
)
from duologue.core.events.people import BlockedListed, State, YouAre
from duologue.core.events.rooms import RoomMembers, RoomSaid, RoomTopic
from duologue.core.names import nickname_key
from duologue.core.requests import ChatEnd
from duologue.protocols.legacy.wording import (
    LIST_BYTES,
    Wording,
    as_many_as_fit,
    bared,
    blocked,
    ended,
    listing,
    requested,
    shown_name,
    spoken,
    started,
    where_text_goes,
    with_mark,
    you_are,
)


@pytest.mark.parametrize("name", ["bob", "~Bob", "日本", "a_b-c.d", "Guest-51234"])
def test_names_are_shown_without_the_mark_of_guests(name: str) -> None:
    assert shown_name(name) == name.removeprefix("~")


@given(st.text(max_size=20))
def test_no_name_holds_what_divides_names_or_makes_a_tag(name: str) -> None:
    """None was let in, but what is shown here must not hang on that."""
    shown = shown_name(name)
    assert not set(shown) & set(" ,:;[](){}\"'\n\r\x1b\0")


@pytest.mark.parametrize("name", ["alice", "élan", "b.o-b_1"])
def test_every_nickname_that_may_be_is_shown_as_it_is(name: str) -> None:
    assert shown_name(nickname_key(name)) == nickname_key(name)


def test_events_with_names_as_they_are_shown() -> None:
    assert bared(ChatPaused("~Bob", 60)) == ChatPaused("Bob", 60)
    assert bared(PeopleOnline(("alice", "~Bob"))) == PeopleOnline(("alice", "Bob"))
    assert bared(RoomTopic("#tea", None, "x")) == RoomTopic("#tea", None, "x")
    assert bared(Acknowledged(1, 1)) == Acknowledged(1, 1)


@pytest.mark.parametrize(
    ("event", "speaker"),
    [
        (RoomSaid("#lobby", "~Bob", 1, 1, "hi"), "Bob"),
        (RoomSaid("#tea", "~Bob", 1, 1, "hi"), "#tea Bob"),
        (Said("alice", "hi"), "alice (only to you)"),
        (MessageFrom("~Bob", 1, "s", 1, "hi"), "Bob (private message)"),
        (Recalled(1, 1, "~Bob", "#lobby", "hi"), "(earlier) Bob"),
        (Recalled(1, 1, "~Bob", "#tea", "hi"), "(earlier) #tea Bob"),
    ],
)
def test_who_speaks_to_whom(event: Event, speaker: str) -> None:
    assert spoken(event) == (speaker, "hi")


def test_what_is_nobody_s_words() -> None:
    assert spoken(PeopleOnline(("bob",))) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hi", ("#tea bob: ", "hi")),
        ("/me waves", ("* #tea bob ", "waves")),
        ("/me ", ("#tea bob: ", "/me ")),
        ("/meow", ("#tea bob: ", "/meow")),
        ("* alice waves", ("#tea bob: ", "* alice waves")),
    ],
)
def test_what_somebody_says_or_does(text: str, shown: tuple[str, str]) -> None:
    assert with_mark("#tea bob", text) == shown


def test_lists() -> None:
    assert listing(BlockedListed(("alice", "~Bob"))) == "Blocked: alice, Bob"
    assert listing(BlockedListed(())) == "You have blocked nobody."
    assert listing(PeopleOnline(("alice", "~Bob"))) == "Online: alice, Bob"
    assert listing(RoomMembers("#tea", ("alice",))) == "In #tea: alice"
    assert listing(WaitingRequests(("alice", "~Bob"))) == "Waiting for your answer: alice, Bob"
    assert listing(WaitingRequests(())) == "Nobody is waiting for your answer."


def test_a_list_of_ten_thousand_fits_into_a_message_and_says_how_many_more() -> None:
    text = listing(PeopleOnline(tuple(f"user{number:05}" for number in range(10_000))))
    shown, more = text.rsplit(", ", 1)
    assert len(text.encode()) < 1_000
    assert more == f"… and {10_000 - shown.count('user')} more"


@given(st.lists(st.text(max_size=30)), st.integers(0, 200))
def test_as_many_as_fit(words: list[str], room: int) -> None:
    fitting = as_many_as_fit(words, len(words), room)
    if fitting == words:
        return
    *shown, more = fitting
    assert shown == words[: len(shown)]
    assert sum(len(word.encode()) for word in shown) <= room
    assert more == f"… and {len(words) - len(shown)} more"


def test_a_list_that_fits_is_whole() -> None:
    assert as_many_as_fit(["a" * (LIST_BYTES - 10)], 1) == ["a" * (LIST_BYTES - 10)]


def test_the_words_to_type_are_those_of_the_door() -> None:
    other = Wording(before="MSG ", end="/end")
    assert requested(Wording(), "~Bob", is_alone=True) == "Bob wants to chat with you. Type yes or no."
    assert requested(other, "~Bob", is_alone=True) == "Bob wants to chat with you. Type MSG yes or MSG no."
    assert (
        requested(Wording(), "~Bob", is_alone=False) == "Bob wants to chat with you. Type /accept Bob or /decline Bob."
    )
    assert started(other, "bob") == (
        "Chat with bob started: what you type goes to bob alone. MSG /end leaves the chat."
    )


@pytest.mark.parametrize(
    ("state", "text", "words"),
    [
        (State.AWAY, "", "You are away. MSG /back when you return."),
        (State.AWAY, "at /lunch\x1b", "You are away: at /lunch␛. MSG /back when you return."),
        (State.DO_NOT_DISTURB, "", "Nobody can ask you for a chat now. MSG /back ends that."),
        (State.ONLINE, "", "You are back."),
        (State.IN_CHAT, "", "You are back."),
    ],
)
def test_how_one_is_oneself(state: State, text: str, words: str) -> None:
    assert you_are(Wording(before="MSG "), YouAre(state, text)) == words


def test_whom_one_has_blocked() -> None:
    assert blocked(Wording(before="MSG "), "~Bob") == (
        "You have blocked Bob. To them it looks as if you do not answer. MSG /unblock Bob ends that."
    )


def test_the_end_of_a_chat_says_where_text_goes() -> None:
    left, mine = ChatEnded("bob", ChatEnd.LEFT), ChatEnded("bob", ChatEnd.YOU_LEFT)
    assert ended(left, "#lobby") == "Chat with bob ended: bob left. What you type goes to everyone in #lobby."
    assert ended(mine, None) == "Chat with bob ended: you left."
    assert where_text_goes(None) == ""


def test_of_a_page_before_others_the_rest_is_counted_too() -> None:
    assert listing(PeopleOnline(("alice", "~Bob"), 9_900)) == "Online: alice, Bob, … and 9900 more"
