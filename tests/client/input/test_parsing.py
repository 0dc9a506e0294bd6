"""What a typed text means, as a table of the rulings (design, section 5)."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.input.meaning import (
    Clear,
    Confirm,
    Drop,
    Explain,
    Help,
    InputContext,
    Leave,
    Meaning,
    Nothing,
    Send,
    TurnTo,
    Write,
)
from duologue.client.input.parsing import is_yes, meaning_of
from duologue.core.commands.chat import AcceptChat, AskForChat, CancelRequest, DeclineChat, QuitChat, Say
from duologue.core.commands.people import ListPeople
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SayInRoom, SetTopic
from duologue.core.text import visible

FREE = InputContext()
CHAT = InputContext(partner="bob")
ASKED = InputContext(waiting=("alice",))
ASKED_BY_TWO = InputContext(waiting=("alice", "carol"))
FOUR = "1\n2\n3\n4"
UNSENT = InputContext(partner="bob", unsent=Confirm(FOUR))
UNSENT_TOO_LATE = InputContext(unsent=Confirm(FOUR))
ROOMS = InputContext(rooms=("#ops", "#tea"))
CHAT_AND_ROOMS = InputContext(partner="bob", rooms=("#ops", "#tea"))
ASKED_IN_A_ROOM = InputContext(waiting=("alice",), rooms=("#tea",))
UNSENT_IN_A_ROOM = InputContext(unsent=Confirm(FOUR, "#tea"), rooms=("#tea", "#ops"))
UNSENT_AND_A_CHAT = InputContext(partner="bob", unsent=Confirm(FOUR, "#tea"), rooms=("#tea",))
UNSENT_FOR_A_CHAT = InputContext(unsent=Confirm(FOUR), rooms=("#tea",))
UNSENT_AND_LEFT = InputContext(partner="bob", unsent=Confirm(FOUR, "#tea"))
LEFT_A_CHAT = InputContext(rooms=("#tea",), left="bob")


@pytest.mark.parametrize(
    ("standing", "typed", "meaning"),
    [
        (FREE, "", Nothing()),
        (CHAT, "  \n ", Nothing()),
        (CHAT, "hello", Send(Say("hello"))),
        (CHAT, "  two blanks ", Send(Say("  two blanks "))),
        (CHAT, "//quit", Send(Say("/quit"))),
        (CHAT, "///", Send(Say("//"))),
        (CHAT, "yes", Send(Say("yes"))),
        (CHAT, "no", Send(Say("no"))),
        (CHAT, "exit", Send(Say("exit"))),
        (CHAT, "a\r\nb\rc\n", Send(Say("a\nb\nc"))),
        (CHAT, FOUR, Confirm(FOUR)),
        (CHAT, "/quit", Send(QuitChat())),
        (CHAT, "/end", Send(QuitChat())),
        (CHAT, "/exit", Leave()),
        (FREE, "/quit", Leave()),
        (FREE, "/end", Leave()),
        (FREE, "/EXIT", Leave()),
        (FREE, "/help", Help()),
        (CHAT, "/help  rooms ", Help("rooms")),
        (CHAT, "/clear", Clear()),
        (FREE, "/chat bob", Send(AskForChat("bob"))),
        (FREE, "/chat   bob ", Send(AskForChat("bob"))),
        (FREE, "/chat b\x00b", Send(AskForChat("b␀b"))),
        (FREE, "/who", Send(ListPeople())),
        (FREE, "/msg Bob  two words\nand  a line", Write("bob", "two words\nand  a line")),
        (CHAT, "/msg carol //hi", Write("carol", "//hi")),
        (FREE, "/cancel", Send(CancelRequest())),
        (FREE, "/cancel bob", Send(CancelRequest("bob"))),
        (ASKED, "yes", Send(AcceptChat("alice"))),
        (ASKED, " Yes ", Send(AcceptChat("alice"))),
        (ASKED, "n", Send(DeclineChat("alice"))),
        (ASKED, "exit", Leave()),
        (ASKED_BY_TWO, "/accept carol", Send(AcceptChat("carol"))),
        (UNSENT, "yes", Send(Say(FOUR))),
        (UNSENT, "no", Drop()),
        (UNSENT, "what?", Confirm(FOUR)),
        (UNSENT, "/who", Send(ListPeople())),
        (UNSENT_TOO_LATE, "yes", Drop()),
        (ROOMS, "hello", Send(SayInRoom("#tea", "hello"))),
        (ROOMS, "//hello", Send(SayInRoom("#tea", "/hello"))),
        (ROOMS, "yes", Send(SayInRoom("#tea", "yes"))),
        (ROOMS, "exit", Send(SayInRoom("#tea", "exit"))),
        (ROOMS, FOUR, Confirm(FOUR, "#tea")),
        (ROOMS, "/quit", Leave()),
        (ROOMS, "/msg #OPS hi all", Send(SayInRoom("#ops", "hi all"))),
        (ROOMS, "/msg #elsewhere hi", Send(SayInRoom("#elsewhere", "hi"))),
        (ROOMS, "/msg tea hi", Write("tea", "hi")),
        (ROOMS, "/msg ~Bob hi", Write("~Bob", "hi")),
        (ROOMS, "/msg Bob hi", Write("bob", "hi")),
        (ROOMS, "/msg Guest-5000 hi", Write("guest-5000", "hi")),
        (CHAT_AND_ROOMS, "hello", Send(Say("hello"))),
        (CHAT_AND_ROOMS, FOUR, Confirm(FOUR)),
        (CHAT_AND_ROOMS, "/msg #tea hello", Send(SayInRoom("#tea", "hello"))),
        (ASKED_IN_A_ROOM, "yes", Send(AcceptChat("alice"))),
        (ASKED_IN_A_ROOM, "exit", Leave()),
        (ASKED_IN_A_ROOM, "yes, tea", Send(SayInRoom("#tea", "yes, tea"))),
        (UNSENT_IN_A_ROOM, "yes", Send(SayInRoom("#tea", FOUR))),
        (UNSENT_IN_A_ROOM, "no", Drop()),
        (UNSENT_IN_A_ROOM, "hm", Confirm(FOUR, "#tea")),
        (UNSENT_AND_A_CHAT, "yes", Send(SayInRoom("#tea", FOUR))),
        (UNSENT_FOR_A_CHAT, "yes", Drop()),
        (UNSENT_AND_LEFT, "yes", Drop()),
        (ROOMS, "/join tea", TurnTo("#tea")),
        (ROOMS, "/join new", Send(JoinRoom("#new"))),
        (ROOMS, "/part", Send(PartRoom("#tea"))),
        (ROOMS, "/names", Send(ListMembers("#tea"))),
        (CHAT_AND_ROOMS, "/names", Send(ListMembers("#tea"))),
        (ROOMS, "/topic", Send(SetTopic("#tea"))),
        (FREE, "/rooms", Send(ListRooms())),
        (LEFT_A_CHAT, "/who", Send(ListPeople())),
        (LEFT_A_CHAT, "/msg #tea hello", Send(SayInRoom("#tea", "hello"))),
    ],
)
def test_meanings(standing: InputContext, typed: str, meaning: Meaning) -> None:
    assert meaning_of(typed, standing) == meaning


@pytest.mark.parametrize(
    ("standing", "typed", "explained"),
    [
        (FREE, "hello", "You are not in a chat or a room, so that was not sent. /chat NICK or /join ROOM"),
        (FREE, "//x", "so that was not sent"),
        (
            LEFT_A_CHAT,
            "my secret",
            "The chat with bob is over, so that was not sent. What you type from now on goes to",
        ),
        (InputContext(rooms=("#tea",), left="#ops"), "hi", "You are no longer in #ops, so that was not sent."),
        (InputContext(left="bob"), "hi", "You are not in a chat or a room"),
        (FREE, "/msg #no/room hi", "cannot be part of a room name"),
        (FREE, "/msg ~ hi", "nickname is empty"),
        (FREE, "/rooms x y", "cannot be part of a room name"),
        (FREE, "exit", "You are not in a chat"),
        (FREE, "yes", "Nobody is waiting for your answer."),
        (CHAT, "/nonsense", "/help lists them; //nonsense sends it as text."),
        (CHAT, "/" + "x" * 100, "x…"),
        (CHAT, "/\x1b[2J", "␛[2J"),
        (CHAT, "/ ", "There is no command /"),
        (FREE, "/chat", "Usage: /chat NICK"),
        (FREE, "/chat a b", "Usage: /chat NICK"),
        (FREE, "/msg bob", "Usage: /msg NICK TEXT"),
        (FREE, "/msg no/name hi", "cannot be part of a nickname"),
        (CHAT, "/resume x", "There is no command /resume"),
        (FREE, "/help me please", "Usage: /help [WORD]"),
        (FREE, "/who me you", "Usage: /who [AFTER]"),
        (CHAT, "/chat carol", "You are in a chat with bob. /quit leaves it."),
        (ASKED_BY_TWO, "yes", "alice and carol are waiting. Say which: /accept NICK"),
        (ASKED_BY_TWO, "no", "Say which: /decline NICK"),
        (
            InputContext(waiting=tuple(f"user{number}" for number in range(1, 15))),
            "yes",
            "user10 and 4 more are waiting",
        ),
    ],
)
def test_what_goes_nowhere_is_explained(standing: InputContext, typed: str, explained: str) -> None:
    meaning = meaning_of(typed, standing)
    assert isinstance(meaning, Explain)
    assert explained in meaning.text


@given(st.text(), st.sampled_from([FREE, CHAT, ASKED, ASKED_BY_TWO, UNSENT, UNSENT_TOO_LATE, ROOMS, LEFT_A_CHAT]))
def test_any_text_has_a_meaning_and_explanations_are_safe_to_show(typed: str, standing: InputContext) -> None:
    meaning = meaning_of(typed, standing)
    assert isinstance(meaning, get_args(Meaning))
    if isinstance(meaning, Explain):
        assert visible(meaning.text) == meaning.text


@given(st.text(min_size=1))
def test_a_command_is_never_said(word: str) -> None:
    if not word.startswith("/"):
        for standing in (CHAT, ROOMS):
            meaning = meaning_of(f"/{word}", standing)
            assert not (isinstance(meaning, Send) and isinstance(meaning.command, Say | SayInRoom))


def test_answers_to_questions() -> None:
    assert [is_yes(word) for word in ("YES", "y", "no", "N", "exit", "perhaps", "")] == [
        True, True, False, False, False, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("standing", "meaning"),
    [
        (InputContext("bob", rooms=("#tea",)), Send(Say("/me waves"))),
        (InputContext(rooms=("#ops", "#tea")), Send(SayInRoom("#tea", "/me waves"))),
    ],
)
def test_an_action_goes_where_text_goes(standing: InputContext, meaning: object) -> None:
    assert meaning_of("/me  waves ", standing) == meaning


@pytest.mark.parametrize("standing", [InputContext(), InputContext(rooms=("#tea",), left="bob")])
def test_an_action_that_would_go_nowhere_or_elsewhere_is_not_sent(standing: InputContext) -> None:
    assert isinstance(meaning_of("/me waves", standing), Explain)
    assert meaning_of("/me", standing) == Explain("Usage: /me TEXT")


def test_a_reply_goes_to_who_has_written_last() -> None:
    assert meaning_of("/reply see you\nthere", InputContext(writers=("bob",))) == Write("bob", "see you\nthere")
    assert meaning_of("/reply", InputContext(writers=("bob",))) == Explain("Usage: /reply TEXT")
    assert meaning_of("/reply hi", InputContext()) == Explain(
        "Nobody has written to you. /msg NICK TEXT writes to somebody."
    )


def test_a_reply_that_was_begun_for_another_is_not_sent() -> None:
    assert meaning_of("/reply hi", InputContext(writers=("bob", "carol"))) == Explain(
        "carol has written since. /reply once more for carol, or /msg bob TEXT."
    )
