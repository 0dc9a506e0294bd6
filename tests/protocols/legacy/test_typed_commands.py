"""What a typed line means: the same at every front door that has no commands of its own."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import (
    AcceptChat,
    AskForChat,
    CancelRequest,
    Command,
    DeclineChat,
    Exit,
    ListOnline,
    ListRequests,
    QuitChat,
    ReadHistory,
    Say,
)
from duologue.core.commands.people import DoNotDisturb
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SayInRoom, SayPrivately, SetTopic
from duologue.core.errors import PeerError
from duologue.core.events.chat import ChatEnded, ChatRequested, ChatStarted, Event, MessageFrom
from duologue.core.events.rooms import RoomEntered
from duologue.core.requests import ChatEnd
from duologue.protocols.legacy.typed_commands import HELP, ROW_OF, ROWS, help_text, is_message, typed
from duologue.protocols.legacy.unframed import messages
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording

IN_LOBBY = RoomEntered("#lobby", 3, "")
IN_CHAT = ChatStarted("~Bob", "id")
ASKED = ChatRequested("~Bob", 120)
ASKED_TWICE = ChatRequested("alice", 120)


def user_state(*events: Event) -> UserState:
    user = UserState(Wording())
    for event in (IN_LOBBY, *events):
        user.told(event)
    return user


def refused(text: str, user: UserState) -> PeerError:
    with pytest.raises(PeerError) as error:
        typed(text, user)
    return error.value


@pytest.mark.parametrize("text", ["hello", "yes", "no", "exit", "NICKNAME", "[USERS]:a", " /chat bob", "chat_ended x"])
def test_plain_text_goes_to_the_room(text: str) -> None:
    assert typed(text, user_state()) == SayInRoom("#lobby", text)
    assert typed(text, user_state(RoomEntered("#tea", 1, ""))) == SayInRoom("#tea", text)


@pytest.mark.parametrize("text", ["hello", "yes", "no", "exit", "PING", "chat_ended x", "{}"])
def test_in_a_chat_it_goes_to_the_partner(text: str) -> None:
    assert typed(text, user_state(IN_CHAT)) == Say(text)


def test_without_a_room_it_goes_nowhere() -> None:
    error = refused("hello", UserState(Wording()))
    assert (error.code, error.text) == ("no_room", "You are in no room. /join ROOM comes into one.")


def test_two_slashes_are_text() -> None:
    assert typed("//chat bob", user_state()) == SayInRoom("#lobby", "/chat bob")
    assert typed("//quit", user_state(IN_CHAT)) == Say("/quit")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/chat bob", AskForChat("bob")),
        ("/CHAT  bob ", AskForChat("bob")),
        ("/accept bob", AcceptChat("bob")),
        ("/decline bob", DeclineChat("bob")),
        ("/accept", AcceptChat(None)),
        ("/cancel", CancelRequest(None)),
        ("/cancel bob", CancelRequest("bob")),
        ("/requests", ListRequests()),
        ("/msg bob hi there", SayPrivately("bob", "hi there")),
        ("/msg bob hi\nthere", SayPrivately("bob", "hi\nthere")),
        ("/msg #tea hi there", SayInRoom("#tea", "hi there")),
        ("/who", ListOnline()),
        ("/rooms", ListRooms()),
        ("/join tea", JoinRoom("tea")),
        ("/join #tea a secret", JoinRoom("#tea", "a secret")),
        ("/part", PartRoom("#lobby")),
        ("/part tea", PartRoom("tea")),
        ("/names", ListMembers("#lobby")),
        ("/names #tea", ListMembers("#tea")),
        ("/topic", SetTopic("#lobby")),
        ("/topic green tea", SetTopic("#lobby", "green tea")),
        ("/topic #tea", SetTopic("#tea")),
        ("/topic #tea green tea", SetTopic("#tea", "green tea")),
        ("/topic #lobby lobby", SetTopic("#lobby", "lobby")),
        ("/history", ReadHistory("#lobby", 20)),
        ("/history 5", ReadHistory("#lobby", 5)),
        ("/history 9999", ReadHistory("#lobby", 50)),
        ("/exit", Exit()),
        ("/dnd", DoNotDisturb()),
    ],
)
def test_commands(text: str, command: Command) -> None:
    assert typed(text, user_state()) == command


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        ("/chat", "Usage: /chat NAME"),
        ("/chat a b", "Usage: /chat NAME"),
        ("/msg bob", "Usage: /msg NAME TEXT"),
        ("/accept a b", "Usage: /accept [NAME]"),
        ("/cancel a b", "Usage: /cancel [NAME]"),
        ("/who me", "Usage: /who"),
        ("/join", "Usage: /join ROOM [PASSWORD]"),
        ("/part a b", "Usage: /part [ROOM]"),
        ("/history tea", "Usage: /history [COUNT]"),
        ("/history ٣", "Usage: /history [COUNT]"),
        ("/history 1234567890", "Usage: /history [COUNT]"),
        ("/quit now", "Usage: /quit"),
        ("/help dance", "Usage: /help [people|WORD]"),
        ("/me", "Usage: /me TEXT"),
        ("/me  ", "Usage: /me TEXT"),
        ("/reply", "Usage: /reply TEXT"),
    ],
)
def test_a_command_with_the_wrong_words_is_explained(text: str, usage: str) -> None:
    error = refused(text, user_state())
    assert (error.code, error.text) == ("bad_command", usage)


@pytest.mark.parametrize(
    ("text", "explained", "events"),
    [
        ("/names tea", "A room has its mark here: /names #tea", []),
        ("/topic lobby", "Is that the room #lobby, or a topic? /topic #lobby asks for the topic of #lobby", []),
        ("/topic LOBBY rules", "/topic #lobby LOBBY rules sets it in #lobby.", []),
        ("/topic tea", "/topic #tea tea sets it in #tea.", [RoomEntered("#tea", 1, "")]),
        ("/topic rules", "You are in a chat, so say which room: /topic #lobby rules", [IN_CHAT]),
    ],
)
def test_what_changes_something_for_all_is_not_guessed(text: str, explained: str, events: list[Event]) -> None:
    error = refused(text, user_state(*events))
    assert error.code == "bad_command"
    assert explained in error.text


def test_an_unknown_command_is_help_in_one_line() -> None:
    error = refused("/dance now", user_state())
    assert error.code == "unknown_command"
    assert error.text == "There is no command /dance. /help lists them; //dance sends it as text."


@given(st.text(max_size=200).map("/".__add__))
def test_no_command_line_is_ever_sent_as_text(text: str) -> None:
    with suppress(PeerError):
        assert not isinstance(typed(text, user_state()), SayInRoom) or text.startswith(("//", "/msg", "/me"))


# Requests


@pytest.mark.parametrize("text", ["yes", "YES", " y ", "/accept", "/accept Bob", "/accept ~bob"])
def test_yes_is_for_the_one_who_asked(text: str) -> None:
    user = user_state(ASKED)
    assert typed(text, user) == AcceptChat("~Bob")
    assert not user.waiting


@pytest.mark.parametrize("text", ["no", "No", "n", "/decline", "/decline bob"])
def test_no_is_for_the_one_who_asked(text: str) -> None:
    user = user_state(ASKED)
    assert typed(text, user) == DeclineChat("~Bob")
    assert typed("no", user) == SayInRoom("#lobby", "no")


def test_other_text_is_no_answer() -> None:
    assert typed("yes please", user_state(ASKED)) == SayInRoom("#lobby", "yes please")
    assert typed("perhaps", user_state(ASKED, ASKED_TWICE)) == SayInRoom("#lobby", "perhaps")


@pytest.mark.parametrize(
    ("text", "word"), [("yes", "/accept"), ("/accept", "/accept"), ("no", "/decline"), ("/decline", "/decline")]
)
def test_where_two_ask_the_answer_needs_a_name(text: str, word: str) -> None:
    user = user_state(ASKED, ASKED_TWICE)
    error = refused(text, user)
    assert (error.code, error.text) == ("which_request", f"{word} NAME says which is meant: Bob, alice.")
    assert typed("/accept alice", user) == AcceptChat("alice")


# In a chat, and after it


def test_a_chat_is_left_by_a_word_that_leaves_nothing_else() -> None:
    assert typed("/quit", user_state(IN_CHAT)) == QuitChat()
    assert typed("/end", user_state(IN_CHAT)) == QuitChat()
    error = refused("/quit", user_state(IN_CHAT, ChatEnded("~Bob", ChatEnd.LEFT)))
    assert (error.code, error.text) == ("no_chat", "You are in no chat. /exit leaves the server.")


def test_who_is_in_a_chat_asks_for_no_other() -> None:
    error = refused("/chat carol", user_state(IN_CHAT))
    assert (error.code, error.text) == ("in_chat", "You are in a chat with Bob. /quit leaves it.")


def test_the_partner_hears_private_messages_in_the_chat() -> None:
    assert typed("/msg bob hi", user_state(IN_CHAT)) == Say("hi")
    assert typed("/msg carol hi", user_state(IN_CHAT)) == SayPrivately("carol", "hi")


def test_the_line_that_was_being_typed_when_the_chat_ended_reaches_nobody_else() -> None:
    """It was meant for one person (docs/protocol.md 6.3), and may have crossed the news."""
    user = user_state(IN_CHAT, ChatEnded("~Bob", ChatEnd.LEFT))
    error = refused("my password is x", user)
    assert error.code == "chat_ended"
    assert error.text == ("The chat with Bob has ended, so nobody got that. What you type goes to everyone in #lobby.")
    assert typed("hello all", user) == SayInRoom("#lobby", "hello all")


def test_after_a_command_the_next_line_is_for_the_room() -> None:
    user = user_state(IN_CHAT, ChatEnded("~Bob", ChatEnd.LOST))
    assert typed("/who", user) == ListOnline()
    assert typed("hello all", user) == SayInRoom("#lobby", "hello all")


def test_who_left_the_chat_means_the_room() -> None:
    user = user_state(IN_CHAT, ChatEnded("~Bob", ChatEnd.YOU_LEFT))
    assert typed("hello all", user) == SayInRoom("#lobby", "hello all")


# What one does, and answers to letters


@pytest.mark.parametrize("text", ["/me waves", "/ME  waves", "/me\nwaves"])
def test_an_action_is_a_message_like_any_other(text: str) -> None:
    assert typed(text, user_state()) == SayInRoom("#lobby", "/me waves")
    assert typed(text, user_state(IN_CHAT)) == Say("/me waves")
    assert refused(text, user_state(IN_CHAT, ChatEnded("~Bob", ChatEnd.LEFT))).code == "chat_ended"


def test_an_action_for_one_person_or_another_room_is_typed_there() -> None:
    assert typed("/msg bob /me waves", user_state()) == SayPrivately("bob", "/me waves")
    assert typed("/msg #tea /me waves", user_state()) == SayInRoom("#tea", "/me waves")


@pytest.mark.parametrize(
    ("text", "is_said"),
    [
        ("hello", True),
        (" /who", True),
        ("//who", True),
        ("/me waves", True),
        ("/Me", True),
        ("/who", False),
        ("/meow", False),
        ("/msg bob hi", False),
    ],
)
def test_what_is_said_to_somebody(text: str, is_said: bool) -> None:
    assert is_message(text) is is_said


def letter(nickname: str) -> MessageFrom:
    return MessageFrom(nickname, 0, "s", 1, "hi")


def test_a_reply_goes_to_who_has_written_last() -> None:
    user = user_state()
    user.spoken(letter("~Bob"))
    assert typed("/reply  hi  there", user) == SayPrivately("~Bob", "hi  there")


def test_once_more_after_it_was_not_clear_to_whom() -> None:
    user = user_state()
    for nickname in ("~Bob", "alice"):
        user.spoken(letter(nickname))
    assert refused("/reply hi", user).code == "which_writer"
    assert typed("/reply hi", user) == SayPrivately("alice", "hi")


# Help


@pytest.mark.parametrize("wording", [Wording(), Wording(end="/end"), Wording(before="MSG ")])
def test_help_has_a_line_for_every_command_and_fits_into_one_message(wording: Wording) -> None:
    texts = [help_text(wording), help_text(wording, "people")]
    lines = [line for text in texts for line in text.split("\n")[1:]]
    assert sorted(lines) == sorted(f"{row.usage(wording)}  {row.help}" for row in ROWS)
    assert all(line.startswith(f"{wording.before}/") for line in lines)
    assert all(len(messages("[SERVER] ", text)) == 1 for text in texts)
    assert any(line.startswith(wording.word(wording.end)) for line in lines)
    assert wording.word("/help [people|WORD]") in texts[0]


def test_help_is_answered_here() -> None:
    error = refused("/help", user_state())
    assert (error.code, error.text) == (HELP, help_text(Wording()))
    for text in ("/help part", "/help /PART"):
        error = refused(text, user_state())
        assert (error.code, error.text) == (HELP, "/part [ROOM]  leave ROOM")
    error = refused("/help People", user_state())
    assert (error.code, error.text) == (HELP, help_text(Wording(), "people"))


def test_every_word_has_one_row() -> None:
    assert len(ROW_OF) == sum(len(row.words) for row in ROWS)
