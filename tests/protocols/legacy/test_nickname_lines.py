"""System 003: the server asks for a nickname, and the client writes it before every text. Here it is checked."""

from __future__ import annotations

from itertools import pairwise

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
    Probe,
    Refused,
    Said,
)
from duologue.core.events.rooms import RoomEntered, RoomJoined, RoomLeft, RoomSaid, RoomTopic
from duologue.core.requests import ChatEnd
from duologue.protocols.legacy.nickname_lines import NicknameLinesCodec

ASKS = b"NICKNAME"


class Peer:
    """The server's end of one socket, which lets everybody in but those in `taken`."""

    def __init__(self, taken: tuple[str, ...] = ()) -> None:
        self.codec = NicknameLinesCodec(lambda: "12:00:00")
        self.taken = taken
        self.heard: list[Command | str] = []

    def receive(self, *reads: str | bytes) -> list[Command | str]:
        for read in reads:
            for command in self.codec.receive_data(read.encode() if isinstance(read, str) else read):
                self.heard.append(command.code if isinstance(command, PeerError) else command)
                if isinstance(command, ComeIn):
                    self._answer(command.nickname)
        return self.heard

    def _answer(self, name: str) -> None:
        if name in self.taken:
            self.codec.encode(LoginDenied("taken", f"{name} is taken."))
        else:
            self.codec.encode(LoggedIn("", f"~{name or 'Guest-5'}"))
            self.codec.encode(RoomEntered("#lobby", 2, ""))


def bob(*events: Event) -> Peer:
    peer = Peer()
    peer.receive("bob")
    for event in events:
        peer.codec.encode(event)
    peer.heard.clear()
    return peer


def shown(event: Event) -> list[str]:
    return [message.decode() for message in bob().codec.encode(event)]


def to_lobby(text: str) -> SayInRoom:
    return SayInRoom("#lobby", text)


def test_the_server_asks_first_and_in_one_word() -> None:
    door = NicknameLinesCodec(lambda: "12:00:00")
    assert (door.hears_itself, door.watches, door.lobby, door.greet()) == (False, False, True, (ASKS,))


def test_the_answer_is_the_nickname_and_then_every_text_has_it() -> None:
    assert Peer().receive("bob", "bob: hi", "bob: how are you") == [
        ComeIn("bob"),
        to_lobby("hi"),
        to_lobby("how are you"),
    ]


def test_who_comes_in_is_told_so() -> None:
    peer = Peer()
    [*peer.codec.receive_data(b"bob")]
    assert peer.codec.encode(LoggedIn("", "~bob")) == (b"[SERVER] Connected to the server!",)
    [*peer.codec.receive_data(b"bob: hi")]


def test_a_name_that_the_server_gave_is_told() -> None:
    assert Peer().codec.encode(LoggedIn("", "~Guest-5")) == (
        b"[SERVER] Connected to the server!",
        b"[SERVER] You are Guest-5.",
    )


# Glued and split


@pytest.mark.parametrize("name", ["bob", "b", "bobo", "bobbob", "日本", "Bob Smith"])
@given(text=st.text(st.sampled_from("ab: é"), max_size=10))
def test_a_first_text_glued_to_the_nickname_is_told_apart(name: str, text: str) -> None:
    glued, apart = Peer().receive(f"{name}{name}: {text}"), Peer().receive(name, f"{name}: {text}")
    assert glued == apart
    assert glued[0] == ComeIn(name)


def test_a_nickname_of_two_halves_is_one_nickname() -> None:
    assert Peer().receive("bobo", "bobo: hi") == [ComeIn("bobo"), to_lobby("hi")]


def test_what_is_glued_to_a_name_that_is_taken_is_no_second_name() -> None:
    assert Peer(taken=("bob",)).receive("bobbob: hi") == [ComeIn("bob")]


def test_what_is_neither_is_a_name_that_nobody_can_have() -> None:
    assert Peer(taken=("bob: hi",)).receive("bob: hi") == [ComeIn("bob: hi")]


def test_an_empty_nickname() -> None:
    """Nothing is sent for it, so the first text comes first."""
    assert Peer().receive(": hi", ": ho") == [ComeIn(""), to_lobby("hi"), to_lobby("ho")]


@given(cuts=st.lists(st.integers(0, 40), max_size=4))
def test_a_text_cut_within_a_character_comes_whole(cuts: list[int]) -> None:
    whole = "bob: 日本🙂é日本🙂é".encode()
    inside = sorted({cut for cut in cuts if 0 < cut < len(whole) and whole[cut] & 0xC0 == 0x80})
    peer = bob()
    assert peer.receive(*(whole[start:end] for start, end in pairwise([0, *inside, len(whole)]))) == [
        to_lobby("日本🙂é日本🙂é")
    ]


# Names in front


def test_a_wrong_name_in_front_is_a_text_of_the_real_one() -> None:
    assert bob().receive("alice: hi", "bob:hi", "Bob: hi", "hi") == [
        to_lobby("alice: hi"),
        to_lobby("bob:hi"),
        to_lobby("Bob: hi"),
        to_lobby("hi"),
    ]


def test_the_name_is_taken_off_once() -> None:
    assert bob().receive("bob: bob: hi") == [to_lobby("bob: hi")]


def test_after_a_denial_the_client_still_writes_the_name_that_was_denied() -> None:
    """It cannot know: what its user types after the refusal is the new name, and then texts."""
    peer = Peer(taken=("alice", "al"))
    assert peer.receive("alice", "alice: al", "alice: alison", "alice: hi") == [
        ComeIn("alice"),
        ComeIn("al"),
        ComeIn("alison"),
        to_lobby("hi"),
    ]


def test_a_denial_is_told_with_what_to_do() -> None:
    assert Peer().codec.encode(LoginDenied("taken", "bob is taken.")) == (b"[SERVER] bob is taken. Send another name.",)


# What is typed


def test_words_are_understood_behind_the_name() -> None:
    peer = bob(ChatRequested("alice", 120))
    assert peer.receive("bob: yes", "bob: /chat carol", "bob: /dance", "bob: //dance") == [
        AcceptChat("alice"),
        AskForChat("carol"),
        "unknown_command",
        to_lobby("/dance"),
    ]


def test_an_action_and_a_reply() -> None:
    peer = bob(MessageFrom("alice", 1, "s", 1, "hi"))
    assert peer.receive("bob: /me waves", "bob: /reply hi") == [to_lobby("/me waves"), SayPrivately("alice", "hi")]


@pytest.mark.parametrize("text", ["/quit", "bob: /quit", "/QUIT\n"])
@pytest.mark.parametrize("before", [[], [ChatStarted("alice", "id")]])
def test_quit_is_the_client_s_own_word_and_leaves(text: str, before: list[Event]) -> None:
    assert bob(*before).receive(text) == [Exit()]


def test_so_a_chat_is_left_by_another_word_and_that_one_is_told() -> None:
    peer = bob()
    assert b"/end leaves the chat" in peer.codec.encode(ChatStarted("alice", "id"))[0]
    assert peer.receive("bob: hi", "bob: /end") == [Say("hi"), QuitChat()]
    [ended] = peer.codec.encode(ChatEnded("alice", ChatEnd.LEFT))
    assert b"/quit" not in ended
    [*peer.codec.receive_data(b"bob: hi")]
    assert peer.receive("bob: /end")[-1] == "no_chat"


@pytest.mark.parametrize("text", ["bob: ", "bob:  ", "", " "])
def test_an_empty_text_is_nothing(text: str) -> None:
    assert bob().receive(text) == []


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_any_bytes_whatever_are_taken(reads: list[bytes]) -> None:
    for command in Peer().receive(*reads):
        assert str(command)


# What is shown


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (RoomSaid("#lobby", "~Bob", 1, 1, "text"), "Bob: text"),
        (RoomSaid("#tea", "~Bob", 1, 1, "text"), "#tea Bob: text"),
        (RoomSaid("#lobby", "~Bob", 1, 1, "a\x1b[2J\rb"), "Bob: a␛[2J␍b"),
        (Said("alice", "hi"), "alice (only to you): hi"),
        (RoomSaid("#lobby", "~Bob", 1, 1, "/me waves"), "* Bob waves"),
        (MessageFrom("alice", 1, "s", 1, "/me waves"), "* alice (private message) waves"),
        (MessageFrom("alice", 1, "s", 1, "hi"), "alice (private message): hi"),
        (RoomJoined("#lobby", "~Bob"), "[SERVER] Bob joined the chat!"),
        (RoomLeft("#lobby", "~Bob"), "[SERVER] Bob left the chat!"),
        (RoomLeft("#tea", "~Bob"), "[SERVER] Bob has left #tea."),
        (ChatRequested("alice", 120), "[SERVER] alice wants to chat with you. Type yes or no."),
        (Disconnected("shutting_down", "Server is shutting down. Goodbye!"),
         "[SERVER] Server is shutting down. Goodbye!"),
        (Refused("NICKNAME", "NICKNAME"), "[SERVER] NICKNAME"),
    ],
)  # fmt: skip
def test_words(event: Event, words: str) -> None:
    assert shown(event) == [words]


def test_what_has_no_words_is_not_sent() -> None:
    assert shown(Probe()) == []


PADDED = ("NICKNAME " * 300).strip()
"""Long enough for several messages, each of which would be all NICKNAME without the name in front."""


@pytest.mark.parametrize("text", ["NICKNAME", "\nNICKNAME", "NICKNAME\n", PADDED, "x" * 1018 + " NICKNAME"])
@pytest.mark.parametrize("name", ["bob", "NICKNAME", "", "NICKNAME\n", "~"])
def test_no_text_and_no_name_asks_the_client_for_its_own(text: str, name: str) -> None:
    events: list[Event] = [
        RoomSaid("#lobby", name, 1, 1, text),
        Said(name, text),
        MessageFrom(name, 1, "s", 1, text),
        RoomTopic("#lobby", name, text),
        RoomJoined("#lobby", name),
        Refused("code", text),
        LoginDenied("code", text),
    ]
    for event in events:
        for message in shown(event):
            assert message.strip() != "NICKNAME"
            assert len(message.encode()) < 1024


@given(st.text(max_size=3000), st.text(max_size=20))
def test_every_message_is_whole_text_for_one_read(text: str, name: str) -> None:
    for message in shown(RoomSaid("#lobby", name, 1, 1, text)):
        assert len(message.encode()) < 1024
        assert ": " in message
        assert not message.endswith("\n")
