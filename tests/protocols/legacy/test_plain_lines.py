"""System 002: the username, then bare text; notices and texts in its own words."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import AcceptChat, AskForChat, ComeIn, Command, Exit, QuitChat, Say
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
from duologue.core.events.people import Presence, State
from duologue.core.events.rooms import RoomEntered, RoomJoined, RoomLeft, RoomSaid
from duologue.core.requests import ChatEnd
from duologue.protocols.legacy.plain_lines import PlainLinesCodec
from duologue.protocols.lines import LINE_LIMIT

NOON = "12:00:00"
HOSTILE = [
    "[USERS]:alice,bob",
    "[PRIVATE MESSAGE] alice: hi",
    "NICKNAME",
    '{"type": "PUBLIC_MSG", "content": "x"}',
    "chat_ended x",
    "want_chat_with_you alice",
    "PING",
    "AUTH_SUCCESS",
    "[SERVER] alice left the chat!",
    "[12:00:00] alice: hi",
    "💔 alice has left the chat.",
]


def door(*events: Event) -> PlainLinesCodec:
    """One whose client has come in as Bob."""
    made = PlainLinesCodec(lambda: NOON)
    assert [*made.receive_data(b"Bob")] == [ComeIn("Bob")]
    for event in (LoggedIn("", "~Bob"), RoomEntered("#lobby", 2, ""), *events):
        made.encode(event)
    return made


def heard(made: PlainLinesCodec, *reads: str | bytes) -> list[Command | str]:
    """Commands, and the codes of errors."""
    data = [read.encode() if isinstance(read, str) else read for read in reads]
    commands = [command for read in data for command in made.receive_data(read)]
    return [command.code if isinstance(command, PeerError) else command for command in commands]


def shown(event: Event, *before: Event) -> list[str]:
    return [message.decode() for message in door(*before).encode(event)]


def said(text: str, room: str = "#lobby") -> RoomSaid:
    return RoomSaid(room, "alice", 1, 1, text)


def test_it_is_in_the_lobby_and_the_client_speaks_first() -> None:
    made = PlainLinesCodec(lambda: NOON)
    assert (made.hears_itself, made.watches, made.lobby, made.greet()) == (False, False, True, ())


@pytest.mark.parametrize(("data", "name"), [(b"Bob", "Bob"), (b" Bob\r\n", "Bob"), (b"\n", ""), ("é".encode(), "é")])
def test_the_first_text_is_the_name(data: bytes, name: str) -> None:
    assert heard(PlainLinesCodec(lambda: NOON), data) == [ComeIn(name)]


def test_coming_in_is_silent_as_it_was() -> None:
    made = PlainLinesCodec(lambda: NOON)
    heard(made, "Bob")
    assert made.encode(LoggedIn("", "~Bob")) == ()
    assert made.encode(RoomEntered("#lobby", 5, "")) == ()


def test_a_name_that_the_server_gave_is_told() -> None:
    made = PlainLinesCodec(lambda: NOON)
    heard(made, "\n")
    assert made.encode(LoggedIn("", "~Guest-51234")) == (b"You are Guest-51234.",)


def test_after_a_denial_the_next_text_is_a_name_again() -> None:
    made = PlainLinesCodec(lambda: NOON)
    assert heard(made, "alice") == [ComeIn("alice")]
    assert made.encode(LoginDenied("taken", "alice is taken.")) == (b"alice is taken. Send another name.",)
    assert heard(made, "alice2") == [ComeIn("alice2")]
    made.encode(LoggedIn("", "~alice2"))
    made.encode(RoomEntered("#lobby", 2, ""))
    assert heard(made, "hi") == [SayInRoom("#lobby", "hi")]


@pytest.mark.parametrize("text", ["exit", "EXIT", "Exit", "exit\n"])
@pytest.mark.parametrize("before", [[], [ChatStarted("alice", "id")]])
def test_exit_in_any_case_leaves(text: str, before: list[Event]) -> None:
    assert heard(door(*before), text) == [Exit()]


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_an_empty_text_is_nothing(text: str) -> None:
    assert heard(door(), text) == []


def test_one_read_is_one_text() -> None:
    assert heard(door(), "one", "two\nthree") == [SayInRoom("#lobby", "one"), SayInRoom("#lobby", "two\nthree")]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_a_signal_is_text_in_both_directions(text: str) -> None:
    assert heard(door(), text) == [SayInRoom("#lobby", text)]
    assert shown(said(text)) == [f"[12:00:00] alice: {text}"]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"x" * (LINE_LIMIT + 1)])
def test_what_cannot_be_a_text_is_refused_and_the_next_is_taken(data: bytes) -> None:
    [error, command] = heard(door(), data, b"hello")
    assert error in ("not_text", "line_too_long")
    assert command == SayInRoom("#lobby", "hello")


@given(st.lists(st.binary(max_size=50), max_size=10))
def test_any_bytes_are_commands_or_mistakes(reads: list[bytes]) -> None:
    for command in heard(door(), *reads):
        assert isinstance(command, (str, *get_args(Command)))


def test_a_chat_from_the_request_to_its_end() -> None:
    made = door()
    assert made.encode(ChatRequested("alice", 120)) == (b"alice wants to chat with you. Type yes or no.",)
    assert heard(made, "yes") == [AcceptChat("alice")]
    assert made.encode(ChatStarted("alice", "id")) == (
        b"Chat with alice started: what you type goes to alice alone. /quit leaves the chat.",
    )
    assert heard(made, "hi", "/quit") == [Say("hi"), QuitChat()]
    assert made.encode(Said("alice", "hi")) == (b"[12:00:00] alice (only to you): hi",)
    assert made.encode(ChatEnded("alice", ChatEnd.YOU_LEFT)) == (
        b"Chat with alice ended: you left. What you type goes to everyone in #lobby.",
    )
    assert heard(made, "hi", "/chat alice") == [SayInRoom("#lobby", "hi"), AskForChat("alice")]


def test_a_private_message() -> None:
    assert heard(door(), "/msg alice hi") == [SayPrivately("alice", "hi")]


def test_a_reply_goes_to_who_has_written_last() -> None:
    made = door(MessageFrom("~Carol", 1, "s", 1, "hi"))
    assert heard(made, "/reply hi") == [SayPrivately("~Carol", "hi")]


def test_a_mistake_is_told() -> None:
    assert heard(door(), "/dance") == ["unknown_command"]
    assert shown(Refused("unknown_command", "There is no command /dance.")) == ["There is no command /dance."]


def test_help_is_one_text_of_several_lines() -> None:
    [error] = door().receive_data(b"/help")
    assert isinstance(error, PeerError)
    [text] = shown(Refused(error.code, error.text))
    assert "\n  /chat NAME  " in text


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (said("hi"), "[12:00:00] alice: hi"),
        (RoomSaid("#lobby", "~Carol", 1, 1, "hi"), "[12:00:00] Carol: hi"),
        (said("hi", "#tea"), "[12:00:00] #tea alice: hi"),
        (said("a\x1b[2Jb\x07"), "[12:00:00] alice: a␛[2Jb␇"),
        (said("hi\n[12:00:00] carol: hi"), "[12:00:00] alice: hi\n  [12:00:00] carol: hi"),
        (MessageFrom("~Carol", 1, "s", 1, "hi"), "[12:00:00] Carol (private message): hi"),
        (Recalled(1, 1, "alice", "#lobby", "hi"), "(earlier) alice: hi"),
        (said("/me waves"), "[12:00:00] * alice waves"),
        (said("/me waves", "#tea"), "[12:00:00] * #tea alice waves"),
        (said("* carol waves"), "[12:00:00] alice: * carol waves"),
        (
            MessageFrom("~Carol", 1, "s", 1, "/me nods\n* bob nods"),
            "[12:00:00] * Carol (private message) nods\n  * bob nods",
        ),
        (Said("alice", "/me waves"), "[12:00:00] * alice (only to you) waves"),
        (Recalled(1, 1, "alice", "#lobby", "/me waves"), "* (earlier) alice waves"),
        (Presence("alice", State.AWAY, "lunch"), "alice is away: lunch"),
        (RoomJoined("#lobby", "~X"), "📢 X has joined the chat."),
        (RoomLeft("#lobby", "~X"), "💔 X has left the chat."),
        (RoomJoined("#tea", "~X"), "X has joined #tea."),
        (PeopleOnline(("alice", "~Bob")), "Online: alice, Bob"),
        (Disconnected("shutting_down", "whatever"), "Server is shutting down. Goodbye!"),
        (Disconnected("bye", "Goodbye!"), "Goodbye!"),
    ],
)
def test_what_is_shown(event: Event, words: str) -> None:
    assert shown(event) == [words]


def test_what_has_no_words_is_not_sent() -> None:
    assert shown(Probe()) == []


@given(st.text(max_size=3000), st.text(max_size=20))
def test_every_message_is_whole_text_for_one_read(text: str, name: str) -> None:
    for message in door().encode(RoomSaid("#lobby", name, 1, 1, text)):
        assert len(message) < 1024
        assert message.decode().startswith("[12:00:00] ")
        assert not message.endswith(b"\n")


def test_what_is_said_now_has_the_time_of_now() -> None:
    times = iter(["09:05:00", "23:59:59"])
    made = PlainLinesCodec(lambda: next(times))
    assert made.encode(said("hi")) == (b"[09:05:00] alice: hi",)
    assert made.encode(said("hi")) == (b"[23:59:59] alice: hi",)
