"""What may follow /history, /search and /export, through what a person types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.input.arguments import MOST
from duologue.client.input.meaning import Explain, Export, InputContext, Meaning, ShowFound, ShowHistory
from duologue.client.input.parsing import meaning_of
from duologue.core.text import visible

FREE = InputContext()
CHAT = InputContext(partner="bob")
ROOM = InputContext(rooms=("#ops", "#tea"))
BOTH = InputContext(partner="bob", rooms=("#tea",))


@pytest.mark.parametrize(
    ("standing", "typed", "meaning"),
    [
        (CHAT, "/history", ShowHistory("bob", 20)),
        (CHAT, "/history 5", ShowHistory("bob", 5)),
        (CHAT, "/history 5000", ShowHistory("bob", 5000)),
        (CHAT, "/history yesterday", ShowHistory("bob", MOST, "yesterday")),
        (CHAT, "/history 2h", ShowHistory("bob", MOST, "2h")),
        (CHAT, "/history carol", ShowHistory("carol", 20)),
        (FREE, "/history Carol", ShowHistory("carol", 20)),
        (FREE, "/history carol 2026-11-20", ShowHistory("carol", MOST, "2026-11-20")),
        (FREE, "/HISTORY   carol   7 ", ShowHistory("carol", 7)),
        (FREE, "/history today 7", ShowHistory("today", 7)),
        (FREE, "/search coffee", ShowFound("coffee")),
        (CHAT, "/search  coffee \n monday", ShowFound("coffee monday")),
        (CHAT, "/export", Export("bob", "chat-with-bob.txt")),
        (CHAT, "/export carol", Export("carol", "chat-with-carol.txt")),
        (FREE, "/export carol", Export("carol", "chat-with-carol.txt")),
        (CHAT, "/export notes.json", Export("bob", "notes.json")),
        (CHAT, "/export ~/My Chats/all.txt", Export("bob", "~/My Chats/all.txt")),
        (FREE, "/export carol my notes.txt", Export("carol", "my notes.txt")),
        (ROOM, "/history", ShowHistory("#tea", 20)),
        (ROOM, "/history 5", ShowHistory("#tea", 5)),
        (BOTH, "/history", ShowHistory("bob", 20)),
        (BOTH, "/history #Tea 5", ShowHistory("#tea", 5)),
        (FREE, "/history #20", ShowHistory("#20", 20)),
        (FREE, "/history #today yesterday", ShowHistory("#today", MOST, "yesterday")),
        (FREE, "/history ~Bob", ShowHistory("~Bob", 20)),
        (ROOM, "/export", Export("#tea", "room-tea.txt")),
        (FREE, "/export #tea.txt", Export("#tea.txt", "room-tea.txt.txt")),
        (ROOM, "/export #tea all.json", Export("#tea", "all.json")),
        (ROOM, "/export all.json", Export("#tea", "all.json")),
    ],
)
def test_meanings(standing: InputContext, typed: str, meaning: Meaning) -> None:
    assert meaning_of(typed, standing) == meaning


@pytest.mark.parametrize(
    ("standing", "typed", "explained"),
    [
        (FREE, "/history", "You are not in a chat or a room, so say whose messages: /history NICK"),
        (FREE, "/history #", "room name is empty"),
        (FREE, "/history 5", "/history NICK"),
        (FREE, "/export", "/export NICK"),
        (FREE, "/export notes.txt", "/export NICK"),
        (CHAT, "/history bob carol", "Usage: /history [NICK] [N | SINCE]"),
        (CHAT, "/history bob 5 6", "Usage: /history [NICK] [N | SINCE]"),
        (CHAT, "/history 0", "1 to 5,000 messages"),
        (CHAT, "/history 5001", "1 to 5,000 messages"),
        (CHAT, "/history " + "9" * 5000, "1 to 5,000 messages"),
        (CHAT, "/history b/b", "cannot be part"),
        (CHAT, "/search", "Usage: /search WORDS"),
        (CHAT, "/search  ", "Usage: /search WORDS"),
        (CHAT, "/export bob notes.pdf", "must end in .txt or .json, and notes.pdf does not."),
        (CHAT, "/export ./notes", "must end in .txt or .json"),
        (CHAT, "/export ../x\x1b" + "x" * 100, "␛"),
    ],
)
def test_what_cannot_be_is_explained(standing: InputContext, typed: str, explained: str) -> None:
    meaning = meaning_of(typed, standing)
    assert isinstance(meaning, Explain)
    assert explained in meaning.text
    assert len(meaning.text) < 200


@given(st.sampled_from(["/history", "/search", "/export"]), st.text(max_size=40), st.sampled_from([FREE, CHAT]))
def test_whatever_follows_is_understood_or_explained(word: str, rest: str, standing: InputContext) -> None:
    meaning = meaning_of(f"{word} {rest}", standing)
    assert isinstance(meaning, ShowHistory | ShowFound | Export | Explain)
    if isinstance(meaning, Explain):
        assert visible(meaning.text) == meaning.text
