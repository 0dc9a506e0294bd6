"""System 004: group texts, private ones behind a tag, and a list of users that is always true."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import (
    AcceptChat,
    AskForChat,
    ComeIn,
    Command,
    DeclineChat,
    ListOnline,
    QuitChat,
    Say,
)
from duologue.core.commands.rooms import SayInRoom, SayPrivately
from duologue.core.errors import PeerError
from duologue.core.events.chat import (
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Disconnected,
    Event,
    LoggedIn,
    LoginDenied,
    MessageFrom,
    PeopleOnline,
    Probe,
    Recalled,
    Refused,
    Said,
)
from duologue.core.events.rooms import RoomEntered, RoomJoined, RoomLeft, RoomSaid, RoomTopic
from duologue.core.requests import ChatEnd
from duologue.protocols.legacy.desktop_lines import DesktopLinesCodec

TAGS = ("[USERS]:", "[PRIVATE MESSAGE]")


def door(*events: Event) -> DesktopLinesCodec:
    """One whose client has come in as bob."""
    made = DesktopLinesCodec(("alice", "bob", "~bob", "Carol", "~Carol").__contains__)
    assert [*made.receive_data(b"bob")] == [ComeIn("bob")]
    online = PeopleOnline(("alice", "~bob", "~Carol"))
    for event in (LoggedIn("", "~bob"), RoomEntered("#lobby", 2, ""), online, *events):
        made.encode(event)
    return made


def heard(made: DesktopLinesCodec, *reads: str | bytes) -> list[Command | str]:
    data = [read.encode() if isinstance(read, str) else read for read in reads]
    commands = [command for read in data for command in made.receive_data(read)]
    return [command.code if isinstance(command, PeerError) else command for command in commands]


def shown(event: Event) -> list[str]:
    return [message.decode() for message in door().encode(event)]


def to_lobby(text: str) -> SayInRoom:
    return SayInRoom("#lobby", text)


def test_it_hears_itself_and_watches_who_comes() -> None:
    made = DesktopLinesCodec(("alice", "bob", "~bob", "Carol", "~Carol").__contains__)
    assert (made.hears_itself, made.watches, made.lobby, made.greet()) == (True, True, True, ())


def test_the_first_text_is_the_name_and_coming_in_is_silent() -> None:
    made = DesktopLinesCodec(("alice", "bob", "~bob", "Carol", "~Carol").__contains__)
    assert heard(made, " bob ") == [ComeIn("bob")]
    assert made.encode(LoggedIn("", "~bob")) == ()
    assert made.encode(RoomEntered("#lobby", 1, "")) == ()


def test_a_taken_name_is_said() -> None:
    made = DesktopLinesCodec(("alice", "bob", "~bob", "Carol", "~Carol").__contains__)
    heard(made, "bob")
    assert made.encode(LoginDenied("taken", "bob is taken.")) == (b"bob is taken.",)


def test_texts_for_all_and_for_one() -> None:
    assert heard(door(), "hi", "[PRIVATE MESSAGE] alice: hi: you") == [to_lobby("hi"), SayPrivately("alice", "hi: you")]


def test_a_private_text_is_no_command() -> None:
    assert heard(door(), "[PRIVATE MESSAGE] alice: /quit", "[PRIVATE MESSAGE] alice: yes") == [
        SayPrivately("alice", "/quit"),
        SayPrivately("alice", "yes"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[USERS]:alice",
        "[PRIVATE MESSAGE]",
        "[PRIVATE MESSAGE] alice",
        "[PRIVATE MESSAGE] alice:hi",
        "[PRIVATE MESSAGE] : hi",
        "[private message] alice: hi",
        "NICKNAME",
        '{"type": "ERROR"}',
        "chat_ended x",
        "see [PRIVATE MESSAGE] nobody: hi",
        "see [USERS]:alice",
    ],
)
def test_what_only_looks_like_a_tag_is_text(text: str) -> None:
    assert heard(door(), text) == [to_lobby(text)]


@pytest.mark.parametrize("text", ["", " ", "\n", "[PRIVATE MESSAGE] alice: "])
def test_an_empty_text_is_nothing(text: str) -> None:
    assert heard(door(), text) == []


def test_what_is_for_one_reaches_nobody_else_when_two_sends_come_as_one() -> None:
    assert heard(door(), "hello[PRIVATE MESSAGE] alice: secret[PRIVATE MESSAGE] Carol: another") == [
        to_lobby("hello"),
        SayPrivately("alice", "secret"),
        SayPrivately("Carol", "another"),
    ]


# The list


def test_the_list_of_users() -> None:
    assert shown(PeopleOnline(("alice", "~bob", "~日本"))) == ["[USERS]:alice,bob,日本"]
    assert shown(PeopleOnline(())) == ["[USERS]:"]
    assert shown(PeopleOnline(("alice", "~bob"), 7)) == ["[USERS]:alice,bob,… and 7 more"]


def test_a_name_can_neither_be_two_nor_a_tag() -> None:
    assert shown(PeopleOnline(("a,b", "~c: d", "[USERS]:x", "\x1b"))) == [
        "[USERS]:a<U+002C>b,c<U+003A><U+0020>d,<U+005B>USERS<U+005D><U+003A>x,␛"
    ]


@given(st.lists(st.text(max_size=32), max_size=300))
def test_the_list_is_one_message_whatever_is_in_it(names: list[str]) -> None:
    [message] = door().encode(PeopleOnline(tuple(names)))
    assert len(message) < 1024
    entries = message.decode().removeprefix("[USERS]:").split(",")
    assert len(entries) == max(len(names), 1) or entries[-1] == f"… and {len(names) - len(entries) + 1} more"


def test_who_asks_for_the_list_reads_it_too() -> None:
    made = door()
    assert heard(made, "/who") == [ListOnline()]
    assert made.encode(PeopleOnline(("alice", "~bob"))) == (b"[USERS]:alice,bob", b"Online: alice, bob")
    assert made.encode(PeopleOnline(("alice",))) == (b"[USERS]:alice",)


# A chat


def test_a_chat_is_in_the_private_window_and_in_the_entry() -> None:
    made = door()
    assert made.encode(ChatRequested("alice", 120)) == (b"alice wants to chat with you. Type yes or no.",)
    assert heard(made, "yes") == [AcceptChat("alice")]
    made.encode(ChatStarted("alice", "id"))
    assert heard(made, "hi", "[PRIVATE MESSAGE] alice: ho", "[PRIVATE MESSAGE] Carol: hm") == [
        Say("hi"),
        Say("ho"),
        SayPrivately("Carol", "hm"),
    ]
    assert made.encode(Said("alice", "hi")) == (b"[PRIVATE MESSAGE] alice: hi",)
    assert heard(made, "[PRIVATE MESSAGE] alice: /quit", "[PRIVATE MESSAGE] alice: ") == [QuitChat()]
    made.encode(ChatEnded("alice", ChatEnd.YOU_LEFT))
    assert heard(made, "hi", "/chat alice") == [to_lobby("hi"), AskForChat("alice")]


@pytest.mark.parametrize(("word", "command"), [("yes", AcceptChat("alice")), ("no", DeclineChat("alice"))])
def test_a_request_is_answered_in_the_window_of_who_asks_too(word: str, command: Command) -> None:
    made = door(ChatRequested("alice", 120))
    assert heard(made, "[PRIVATE MESSAGE] alice: wait", f"[PRIVATE MESSAGE] alice: {word}") == [
        SayPrivately("alice", "wait"),
        command,
    ]


# What is shown


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (RoomSaid("#lobby", "~bob", 1, 1, "my own"), "bob: my own"),
        (RoomSaid("#tea", "alice", 1, 1, "hi"), "#tea alice: hi"),
        (MessageFrom("~Carol", 1, "s", 1, "hi"), "[PRIVATE MESSAGE] Carol: hi"),
        (Recalled(1, 1, "alice", "#lobby", "hi"), "(earlier) alice: hi"),
        (RoomSaid("#lobby", "~bob", 1, 1, "/me waves"), "* bob waves"),
        (MessageFrom("~Carol", 1, "s", 1, "/me nods"), "[PRIVATE MESSAGE] Carol: * Carol nods"),
        (Said("alice", "/me nods"), "[PRIVATE MESSAGE] alice: * alice nods"),
        (RoomJoined("#tea", "alice"), "alice has joined #tea."),
        (Refused("x", "That is not possible."), "That is not possible."),
        (Disconnected("x", "Server is shutting down. Goodbye!"), "Server is shutting down. Goodbye!"),
    ],
)
def test_words(event: Event, words: str) -> None:
    assert shown(event) == [words]


def test_actions_and_a_reply() -> None:
    made = door(MessageFrom("~Carol", 1, "s", 1, "hi"))
    assert heard(made, "/me waves", "[PRIVATE MESSAGE] alice: /me nods", "/reply hi") == [
        to_lobby("/me waves"),
        SayPrivately("alice", "/me nods"),
        SayPrivately("~Carol", "hi"),
    ]


@pytest.mark.parametrize("event", [RoomJoined("#lobby", "alice"), RoomLeft("#lobby", "alice"), Probe()])
def test_what_the_list_says_or_nothing_does_needs_no_words(event: Event) -> None:
    assert shown(event) == []


HOSTILE = ["[USERS]:x", "[PRIVATE MESSAGE] alice: hi", " [USERS]:x", "[users]:x", ("[USERS]:x " * 300).strip()]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["alice", "[USERS]", "[PRIVATE MESSAGE] alice", "[USERS]:x"])
def test_no_group_text_begins_with_a_tag(text: str, name: str) -> None:
    events: list[Event] = [
        RoomSaid("#lobby", name, 1, 1, text),
        RoomSaid("#tea", name, 1, 1, text),
        Recalled(1, 1, name, "#lobby", text),
        RoomTopic("#lobby", name, text),
        Refused("code", text),
        LoginDenied("code", text),
    ]
    for event in events:
        for message in shown(event):
            assert not message.strip().upper().startswith(TAGS)
            assert len(message.encode()) < 1024


@pytest.mark.parametrize("name", ["carol: hi", "[USERS]:x", "a b"])
def test_a_private_message_is_from_whom_it_is(name: str) -> None:
    [message] = shown(MessageFrom(name, 1, "s", 1, "bob: hi"))
    sender, _, text = message.removeprefix("[PRIVATE MESSAGE] ").partition(": ")
    assert text == "bob: hi"
    assert not set(sender) & set(":[] ")


@given(st.text(max_size=3000), st.text(max_size=20))
def test_every_part_of_a_private_message_has_its_tag(text: str, name: str) -> None:
    for message in door().encode(Said(name, text)):
        assert len(message) < 1024
        assert message.startswith(b"[PRIVATE MESSAGE] ")


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_any_bytes_whatever_are_taken(reads: list[bytes]) -> None:
    for command in heard(door(), *reads):
        assert isinstance(command, (str, *get_args(Command)))
