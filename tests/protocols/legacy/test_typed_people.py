"""What is typed about people at the doors of old systems."""

from __future__ import annotations

import pytest

from duologue.core.commands.chat import Command
from duologue.core.commands.people import (
    AllowAsking,
    Block,
    ComeBack,
    DoNotDisturb,
    GoAway,
    ListBlocked,
    MayAsk,
    Unblock,
    WhoIs,
)
from duologue.protocols.legacy.typed_people import PEOPLE_ROWS
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording

ROW_OF = {word: row for row in PEOPLE_ROWS for word in row.words}


def meant(text: str) -> Command | None:
    word, rest = [*text.split(maxsplit=1), ""][:2]
    return ROW_OF[word].means(UserState(Wording()), rest)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/away", GoAway("")),
        ("/away back  at\ntwo", GoAway("back at two")),
        ("/dnd", DoNotDisturb()),
        ("/back", ComeBack()),
        ("/whois bob", WhoIs("bob")),
        ("/block bob", Block("bob")),
        ("/unblock bob", Unblock("bob")),
        ("/blocked", ListBlocked()),
        ("/allow", AllowAsking()),
        ("/allow everyone", AllowAsking(MayAsk.EVERYONE)),
        ("/allow known", AllowAsking(MayAsk.KNOWN)),
        ("/allow Nobody", AllowAsking(MayAsk.NOBODY)),
    ],
)
def test_commands(text: str, command: Command) -> None:
    assert meant(text) == command


@pytest.mark.parametrize(
    "text",
    ["/dnd now", "/back now", "/whois", "/whois a b", "/block", "/block a b", "/unblock", "/blocked a", "/allow bob"],
)
def test_what_does_not_fit(text: str) -> None:
    assert meant(text) is None


def test_help_says_who_may_be_allowed() -> None:
    assert ROW_OF["/allow"].usage(Wording(before="MSG ")) == "MSG /allow [everyone|known|nobody]"
