"""What a read of an original client of system 000 means: the same word is another thing in each of its states."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import (
    AcceptChat,
    AskForChat,
    Command,
    DeclineChat,
    Exit,
    ListOnline,
    QuitChat,
    Say,
)
from duologue.core.commands.rooms import JoinRoom, SayInRoom, SayPrivately
from duologue.core.errors import PeerError
from duologue.core.events.chat import (
    ChatEnded,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    ChatWaits,
    MessageFrom,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    StreamBegins,
)
from duologue.core.events.rooms import RoomEntered
from duologue.core.requests import ChatEnd, RequestState
from duologue.protocols.legacy.unframed import MESSAGE_LIMIT
from duologue.protocols.native.signals import ANSWERS
from tests.protocols.simplechat_client import NO_CHAT, OVER, Client, asked, in_chat, left, started

# It asks


@pytest.mark.parametrize("outcome", ANSWERS)
def test_the_answer_to_a_chat_goes_to_the_chat_socket_once(outcome: RequestState) -> None:
    client = Client()
    client.types("/chat bob")
    client.told(RequestSent("bob", 120), RequestAnswered("bob", outcome), Refused("no", "Something else."))
    assert client.answered == [f"bob {ANSWERS[outcome]}"]
    assert client.heard == ["Waiting for bob to answer.", "Something else."]


def test_an_error_is_an_answer_and_a_warning_is_none() -> None:
    client = Client()
    client.types("/chat bob")
    client.told(Refused("slow_down", "Slow down."), Refused("yourself", "That is you.\nReally."))
    assert (client.heard, client.answered) == (["Slow down."], ["That is you.\n  Really."])


@pytest.mark.parametrize("text", ["/chat", "/chat bob and carol"])
def test_a_chat_with_nobody_or_two_is_answered_too(text: str) -> None:
    client = Client()
    assert client.types(text) == []
    assert client.answered == ["Usage: /chat NAME"]


def test_an_answer_is_one_message_whatever_its_length() -> None:
    client = Client()
    client.types("/chat bob")
    client.told(Refused("no", "ü" * 5000))
    assert len(client.answered) == 1
    assert len(client.answered[0].encode()) <= MESSAGE_LIMIT


def test_an_answer_that_nobody_waits_for_is_printed() -> None:
    client = Client(RequestAnswered("bob", RequestState.CANCELLED))
    client.told(RequestAnswered("bob", RequestState.CANCELLED))
    assert (client.heard, client.answered) == (["bob is no longer asked"], [])


# It is asked


def test_a_request_and_then_just_the_nickname() -> None:
    client = Client()
    client.told(ChatRequested("bob", 120), ChatRequested("~Guest-5", 120))
    assert client.heard == ["want_chat_with_you bob", "bob", "want_chat_with_you Guest-5", "Guest-5"]


@pytest.mark.parametrize(
    "reads",
    [
        ("yes", "yes", "bob", "hello"),
        ("yesyes", "bob", "hello"),
        ("yesyesbob", "hello"),
        ("yes", "yesbob", "hello"),
        ("yes", "yes", "bobhello"),
        ("yes", "yesbobhello"),
        ("yes\n", "yes", "bob", "hello"),
    ],
)
def test_yes_yes_and_the_nickname_accept_once_however_they_come(reads: tuple[str, ...]) -> None:
    client = asked("bob")
    commands = []
    for read in reads:
        for command in client.chat.receive_data(read.encode()):
            commands.append(command)
            if isinstance(command, AcceptChat):
                client.told(ChatStarted("bob", "id"))
    assert commands == [AcceptChat("bob"), Say("hello")]
    assert (client.heard, client.answered) == ([started("bob")], [])


def test_another_client_need_not_say_it_all() -> None:
    client = asked("bob")
    assert client.types("yes") == [AcceptChat("bob")]
    client.told(ChatStarted("bob", "id"))
    assert client.types("hello", "yes", "bob") == [Say("hello"), Say("yes"), Say("bob")]


def test_a_yes_that_comes_too_late_is_swallowed_with_all_that_follows() -> None:
    client = asked("bob")
    client.told(RequestWithdrawn("bob", RequestState.EXPIRED))
    assert client.types("yes", "yes", "bob") == []
    assert client.heard == [
        "bob stopped waiting for your answer.",
        "chat_ended bob does not wait for you any more.",
    ]
    client.heard.clear()
    assert client.types("is anybody there?", "/quit") == []
    assert client.heard == [OVER, "You are in no chat. /exit leaves the server."]


def test_a_request_that_is_withdrawn_while_yes_is_said() -> None:
    client = asked("bob", "carol")
    assert client.types("yes", "yes") == []
    client.told(RequestWithdrawn("carol", RequestState.CANCELLED))
    assert client.heard == ["carol no longer wants to chat.", "want_chat_with_you bob", "bob"]
    client.heard.clear()
    assert client.types("carol") == []
    assert client.heard == ["chat_ended carol does not wait for you any more."]


def test_one_who_asks_is_told_again_when_the_last_one_has_gone() -> None:
    client = asked("bob", "carol")
    client.told(RequestWithdrawn("carol", RequestState.CANCELLED))
    client.heard.clear()
    assert client.types("yes") == [AcceptChat("bob")]


def test_the_nickname_says_which_of_several_is_meant() -> None:
    client = asked("bob", "carol")
    assert client.types("yes", "yes") == []
    assert client.types("bob") == [AcceptChat("bob")]


def test_an_acceptance_that_fails_at_the_last_moment_begins_no_chat() -> None:
    client = asked("bob", "carol")
    client.types("yes", "yes")
    assert client.types("carol") == [AcceptChat("carol")]
    assert client.heard == ["chat_ended carol does not wait for you any more."]


def test_who_would_show_another_than_it_talks_with_is_taken_out() -> None:
    """What it says may not reach anybody but the one that its user sees."""
    client = asked("bob")
    assert client.types("yes") == [AcceptChat("bob")]
    client.told(ChatStarted("bob", "id"))
    assert client.types("yes", "mallory") == [QuitChat()]
    client.heard.clear()
    client.told(ChatEnded("bob", ChatEnd.YOU_LEFT))
    assert client.heard == ["chat_ended bob ended: you left."]


def test_an_end_of_chat_is_not_told_before_the_nickname_has_come() -> None:
    client = asked("bob")
    client.types("yes")
    client.told(ChatStarted("bob", "id"), left("bob"))
    assert client.heard == [started("bob")]
    client.types("yes", "bob")
    assert client.heard[1:] == ["chat_ended bob does not wait for you any more."]


def test_what_is_neither_yes_nor_a_nickname_is_a_line_of_its_own() -> None:
    client = Client()
    assert client.types("yes", "/who") == [ListOnline()]
    assert client.types("yes", "yes", "/who") == [ListOnline()]
    assert client.types("yes", "yes", "two words") == []
    assert client.heard[-1] == NO_CHAT


def test_no_is_understood_though_it_is_never_sent() -> None:
    assert asked("bob").types("/decline bob") == [DeclineChat("bob")]


# In a chat


def test_everything_but_commands_is_a_message() -> None:
    client = in_chat()
    assert client.types("hello", "yes", "no", "bob", "//quit", "PING", "exit", "  ", "") == [
        *map(Say, ("hello", "yes", "no", "bob", "/quit", "PING", "exit"))
    ]


def test_an_action_is_a_message() -> None:
    client = in_chat()
    assert client.types("/me waves") == [Say("/me waves")]
    client.told(left("bob"))
    assert client.types("/quit", "/me waves") == []
    assert client.heard[-1] == NO_CHAT


def test_an_action_reaches_no_room_instead() -> None:
    client = Client(RoomEntered("#tea", 2, ""))
    assert client.types("/me waves") == []
    assert client.heard == [NO_CHAT]


def test_a_reply() -> None:
    client = Client(MessageFrom("bob", 0, "s", 1, "hi"))
    assert client.types("/reply hi") == [SayPrivately("bob", "hi")]


def test_some_are_commands() -> None:
    client = in_chat()
    assert client.types("/who", "/msg carol hi", "/join tea", "/quit", "/exit") == [
        ListOnline(),
        SayPrivately("carol", "hi"),
        JoinRoom("tea"),
        QuitChat(),
        Exit(),
    ]


def test_a_chat_asked_for_within_a_chat_is_waited_for_by_nobody() -> None:
    client = in_chat()
    assert client.types("/chat carol") == []
    assert (client.heard, client.answered) == (["You are in a chat with bob. /quit leaves it."], [])


def test_who_quits_knows_that_the_chat_is_over() -> None:
    client = in_chat()
    assert client.types("/quit") == [QuitChat()]
    client.told(ChatEnded("bob", ChatEnd.YOU_LEFT))
    assert client.heard == ["Chat with bob ended: you left."]
    assert client.types("/chat carol") == [AskForChat("carol")]


@pytest.mark.parametrize("word", ["/end", "/QUIT", "/quit "])
def test_who_leaves_by_a_word_that_its_client_does_not_know_is_told(word: str) -> None:
    client = in_chat()
    assert client.types(word) == [QuitChat()]
    client.told(ChatEnded("bob", ChatEnd.YOU_LEFT))
    assert client.heard == ["chat_ended bob ended: you left."]


@pytest.mark.parametrize("reason", ChatEnd)
def test_an_end_of_chat_is_two_words_or_more(reason: ChatEnd) -> None:
    client = in_chat()
    client.told(ChatEnded("bob", reason))
    assert client.heard[0].split()[:2] == ["chat_ended", "bob"]


@pytest.mark.parametrize("line", ["/quit", "/exit", "/chat carol", "yes", "hello", "/who"])
def test_the_line_that_was_being_typed_is_lost(line: str) -> None:
    client = in_chat()
    client.told(left("bob"), ChatRequested("carol", 120))
    client.heard.clear()
    assert client.types(line) == []
    assert (client.heard, client.answered) == ([] if line == "/quit" else [OVER], [])
    assert client.types("yes") == [AcceptChat("carol")]


def test_a_second_line_of_a_chat_that_is_over_reaches_no_room() -> None:
    client = Client(RoomEntered("#tea", 2, ""))
    client.types("/chat bob")
    client.told(ChatStarted("bob", "id"), left("bob"))
    assert client.types("dear bob", "love you") == []
    assert client.heard[-1] == NO_CHAT
    assert client.types("/msg #tea hello") == [SayInRoom("#tea", "hello")]


# It has come back


def back() -> Client:
    return Client(ChatWaits("bob", "id", 60), ChatResumed("bob", "id", 0, "id.2", 0), StreamBegins("bob", "id", 1))


def test_a_resumed_chat_is_offered() -> None:
    client = Client()
    client.told(ChatWaits("bob", "id", 60), ChatResumed("bob", "id", 0, "id.2", 0), StreamBegins("bob", "id", 1))
    assert client.heard == ["Chat with bob goes on.", "want_chat_with_you bob", "bob"]


def test_yes_goes_back_into_it() -> None:
    assert back().types("yes", "yes", "bob", "yes") == [Say("yes")]


def test_so_does_a_chat_with_the_same() -> None:
    client = back()
    assert client.types("/chat BOB") == []
    assert (client.heard, client.answered) == ([], ["start_chat"])
    assert client.types("yes") == [Say("yes")]


def test_a_chat_with_another_does_not() -> None:
    client = back()
    assert client.types("/chat carol") == []
    assert client.answered == ["You are in a chat with bob. /chat bob goes on with it."]


def test_so_does_what_is_simply_said() -> None:
    assert back().types("hello", "yes") == [Say("hello"), Say("yes")]


def test_whoever_has_not_gone_back_types_no_line_of_a_chat_when_it_ends() -> None:
    client = back()
    client.told(left("bob"))
    assert client.heard == ["chat_ended bob left."]
    assert client.types("/chat carol") == [AskForChat("carol")]


def test_help_comes_as_one_message() -> None:
    client = Client()
    assert client.types("/help") == []
    [text] = client.heard
    assert text.startswith("You can type:\n  /chat NAME")


@given(reads=st.lists(st.binary(max_size=20) | st.sampled_from([b"yes", b"bob", b"/chat bob", b"/quit"]), max_size=8))
def test_no_read_ends_anything(reads: list[bytes]) -> None:
    client = asked("bob")
    for read in reads:
        for socket in (client.login, client.chat, client.check):
            for command in socket.receive_data(read):
                assert isinstance(command, (PeerError, *get_args(Command)))
