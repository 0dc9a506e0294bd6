"""Rows of commands: what fits after a word, and how help writes it."""

from __future__ import annotations

import pytest

from duologue.core.commands.chat import AskForChat, CancelRequest, Command, ListOnline
from duologue.protocols.legacy.typed_rows import Means, TypedRow, maybe_one, nothing, one
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording


@pytest.mark.parametrize(
    ("means", "rest", "command"),
    [
        (nothing(ListOnline), "", ListOnline()),
        (nothing(ListOnline), "bob", None),
        (one(AskForChat), "", None),
        (one(AskForChat), "bob", AskForChat("bob")),
        (one(AskForChat), "bob carol", None),
        (maybe_one(CancelRequest), "", CancelRequest(None)),
        (maybe_one(CancelRequest), "bob", CancelRequest("bob")),
        (maybe_one(CancelRequest), "bob carol", None),
    ],
)
def test_what_fits(means: Means, rest: str, command: Command | None) -> None:
    assert means(UserState(Wording()), rest) == command


def test_help_writes_the_word_that_the_door_has() -> None:
    row = TypedRow(("/quit", "/end"), "", "leave the chat", nothing(ListOnline))
    assert row.usage(Wording()) == "/quit"
    assert row.usage(Wording(end="/end", before="MSG ")) == "MSG /end"
    assert TypedRow(("/chat",), "NAME", "ask", one(AskForChat)).usage(Wording()) == "/chat NAME"
