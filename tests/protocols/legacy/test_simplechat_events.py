"""What an original client of system 000 is told, in its own signals or as text that is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import AcceptChat, Ping, ResumeChat
from duologue.core.commands.rooms import SayPrivately
from duologue.core.events.chat import (
    Acknowledged,
    ChatPaused,
    ChatUnknown,
    ChatWaits,
    Disconnected,
    Event,
    KeptFor,
    MessageFrom,
    PartnerResumed,
    Probe,
    Said,
    StreamBegins,
)
from duologue.core.events.people import PersonBlocked, Presence, State
from duologue.core.events.rooms import RoomEntered, RoomExited, RoomSaid, RoomTopic
from duologue.protocols.legacy.simplechat_events import Told
from duologue.protocols.legacy.unframed import MESSAGE_LIMIT
from tests.protocols.simplechat_client import Client, asked, in_chat


def test_what_the_partner_says_has_the_name_in_front() -> None:
    client = in_chat()
    client.told(*(Said("~Bob", text) for text in ("PING", "chat_ended x", "a\nPING", "\x1b[2J", "")))
    assert client.heard == ["Bob: PING", "Bob: chat_ended x", "Bob: a\n  PING", "Bob: ␛[2J", "Bob: "]


def test_what_the_partner_does() -> None:
    client = in_chat()
    client.told(Said("~Bob", "/me waves"), Said("~Bob", "/me "))
    assert client.heard == ["* Bob waves", "Bob: /me"]


def test_who_is_blocked_is_announced_no_more() -> None:
    client = asked("bob", "carol")
    client.told(PersonBlocked("carol"))
    assert client.heard == [
        "You have blocked carol. To them it looks as if you do not answer. /unblock carol ends that.",
        "want_chat_with_you bob",
        "bob",
    ]
    assert client.types("yes") == [AcceptChat("bob")]


@pytest.mark.parametrize(
    ("event", "read"),
    [
        (MessageFrom("bob", 0, "s", 1, "PING"), "bob (private message): PING"),
        (MessageFrom("bob", 0, "s", 1, "/me waves"), "* bob (private message) waves"),
        (RoomSaid("#tea", "bob", 0, 1, "/me waves"), "* #tea bob waves"),
        (Presence("bob", State.AWAY, "lunch"), "bob is away: lunch"),
        (KeptFor("bob", "s", 1), "Kept for bob, who is away."),
        (ChatPaused("bob", 60), "bob lost the connection and has 60 s to return. You can go on writing."),
        (PartnerResumed("bob", "id"), "bob is back."),
        (Disconnected("bye", "Goodbye!"), "Goodbye!"),
        (RoomSaid("#tea", "bob", 0, 1, "hi"), "#tea bob: hi"),
        (RoomSaid("#lobby", "~Bob", 0, 1, "hi"), "#lobby Bob: hi"),
        (RoomTopic("#tea", "bob", "PING"), "bob set the topic of #tea: PING"),
        (RoomEntered("#tea", 1, ""), "You are in #tea, with nobody else. /msg #tea TEXT talks there."),
        (RoomExited("#tea"), "You have left #tea."),
    ],
)
def test_everything_else_is_printed(event: Event, read: str) -> None:
    client = Client()
    client.told(event)
    assert (client.heard, client.answered) == ([read], [])


@pytest.mark.parametrize("event", [Acknowledged(3, 2, "s"), StreamBegins("bob", "s", 1), ChatUnknown("id")])
def test_some_things_need_no_words(event: Event) -> None:
    client = Client()
    client.told(event)
    assert (client.heard, client.answered) == ([], [])


# What a native client would do besides


def test_a_chat_that_waits_is_resumed_for_a_client_that_remembers_nothing() -> None:
    told = Client().login.told(ChatWaits("bob", "id", 60))
    assert told == Told(commands=(ResumeChat("id"),))


def test_a_letter_is_reported_when_all_of_it_has_been_taken() -> None:
    told = Client().login.told(MessageFrom("bob", 0, "s", 3, "b" * 2000))
    assert (told.login, told.chat, told.commands) == ((), (), ())
    assert told.in_turn
    assert (told.in_turn.size, told.in_turn.receipt) == (2000, Ping(3, "s"))
    assert [message[:24] for message in told.in_turn.make()] == [b"bob (private message): b"] * 2


def test_a_letter_is_unknown_to_its_user_until_its_turn_has_come() -> None:
    client = Client(MessageFrom("bob", 0, "s", 1, "hi"))
    from_carol = client.login.told(MessageFrom("carol", 0, "t", 1, "hi")).in_turn
    assert client.types("/reply yes") == [SayPrivately("bob", "yes")]
    assert from_carol
    from_carol.make()
    assert client.types("/reply yes") == []
    assert client.heard == ["carol has written since. /reply once more for carol, or /msg bob TEXT."]


def test_what_it_types_is_read_when_it_is_in() -> None:
    assert Client().login.told(Acknowledged()) == Told(is_in=True)


@pytest.mark.parametrize("event", [Said("bob", "hi"), Probe(), PartnerResumed("bob", "id"), Acknowledged(1, 1, "s")])
def test_a_native_client_does_nothing_either(event: Event) -> None:
    told = Client().login.told(event)
    assert (told.in_turn, told.commands) == (None, ())


SIGNALS = ("PING", "chat_ended x", "want_chat_with_you x", "start_chat", "AUTH_SUCCESS")


@given(text=st.lists(st.sampled_from([*SIGNALS, "ü", "€" * 300, "\n", "a" * 500])).map(" ".join))
@pytest.mark.parametrize("make", [lambda text: Said("bob", text), lambda text: RoomTopic("#tea", "bob", text)])
def test_whatever_somebody_types_is_no_signal_and_no_message_too_long(make: Callable[[str], Event], text: str) -> None:
    client = in_chat()
    client.told(make(text))
    for message in client.heard:
        assert len(message.encode()) <= MESSAGE_LIMIT
        assert message.split()[0] not in {"PING", "chat_ended", "want_chat_with_you", "start_chat", "AUTH_SUCCESS"}
        assert message == message.rstrip("\n")
