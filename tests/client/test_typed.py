"""What a typed text means, as a table of the rulings (design, section 5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.meaning import Clear, Confirm, Drop, Explain, Help, Leave, Meaning, Nothing, Send, Standing, Write
from duologue.client.typed import is_yes, meaning_of
from duologue.core.commands import AcceptChat, AskForChat, CancelRequest, DeclineChat, ListOnline, QuitChat, Say
from duologue.core.text import visible

FREE = Standing()
CHAT = Standing(partner="bob")
ASKED = Standing(waiting=("alice",))
ASKED_BY_TWO = Standing(waiting=("alice", "carol"))
FOUR = "1\n2\n3\n4"
UNSENT = Standing(partner="bob", unsent=FOUR)
UNSENT_TOO_LATE = Standing(unsent=FOUR)


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
        (CHAT, "/clear", Clear()),
        (FREE, "/chat bob", Send(AskForChat("bob"))),
        (FREE, "/chat   bob ", Send(AskForChat("bob"))),
        (FREE, "/chat b\x00b", Send(AskForChat("b␀b"))),
        (FREE, "/who", Send(ListOnline())),
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
        (UNSENT, "/who", Send(ListOnline())),
        (UNSENT_TOO_LATE, "yes", Drop()),
    ],
)
def test_meanings(standing: Standing, typed: str, meaning: Meaning) -> None:
    assert meaning_of(typed, standing) == meaning


@pytest.mark.parametrize(
    ("standing", "typed", "explained"),
    [
        (FREE, "hello", "/chat NICK asks for one"),
        (FREE, "//x", "/chat NICK asks for one"),
        (FREE, "exit", "You are in no chat"),
        (FREE, "yes", "Nobody is waiting for your answer."),
        (CHAT, "/nonsense", "/help lists them; //nonsense sends it as text."),
        (CHAT, "/" + "x" * 100, "x…"),
        (CHAT, "/\x1b[2J", "␛[2J"),
        (CHAT, "/ ", "There is no command /"),
        (FREE, "/chat", "It is: /chat NICK"),
        (FREE, "/chat a b", "It is: /chat NICK"),
        (FREE, "/msg bob", "It is: /msg NICK TEXT"),
        (FREE, "/msg no/name hi", "cannot be part of a nickname"),
        (CHAT, "/resume x", "There is no command /resume"),
        (FREE, "/who me", "It is: /who"),
        (CHAT, "/chat carol", "You are in a chat with bob. /quit leaves it."),
        (ASKED_BY_TWO, "yes", "alice and carol are waiting. Say which: /accept NICK"),
        (ASKED_BY_TWO, "no", "Say which: /decline NICK"),
        (Standing(waiting=tuple(f"user{number}" for number in range(1, 15))), "yes", "user10 and 4 more are waiting"),
    ],
)
def test_what_goes_nowhere_is_explained(standing: Standing, typed: str, explained: str) -> None:
    meaning = meaning_of(typed, standing)
    assert isinstance(meaning, Explain)
    assert explained in meaning.text


@given(st.text(), st.sampled_from([FREE, CHAT, ASKED, ASKED_BY_TWO, UNSENT, UNSENT_TOO_LATE]))
def test_any_text_has_a_meaning_and_explanations_are_safe_to_show(typed: str, standing: Standing) -> None:
    meaning = meaning_of(typed, standing)
    if isinstance(meaning, Explain):
        assert visible(meaning.text) == meaning.text


@given(st.text(min_size=1))
def test_a_command_is_never_said(word: str) -> None:
    if not word.startswith("/"):
        meaning = meaning_of(f"/{word}", CHAT)
        assert not (isinstance(meaning, Send) and isinstance(meaning.command, Say))


def test_answers_to_questions() -> None:
    assert [is_yes(word) for word in ("YES", "y", "no", "N", "exit", "perhaps", "")] == [
        True, True, False, False, False, None, None,
    ]  # fmt: skip
