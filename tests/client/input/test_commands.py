"""The table of what can be typed: complete, printable, and what docs/commands.md says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from duologue.client.input.commands import ENTRIES, ENTRY_OF
from duologue.client.input.meaning import Explain, InputContext, Leave, Send
from duologue.core.commands.chat import AcceptChat, AskForChat, QuitChat
from duologue.core.commands.words import WORDS

DOCS = Path(__file__).parents[3] / "docs"


def test_every_word_of_the_server_can_be_typed() -> None:
    typed = {word for entry in ENTRIES for word in entry.words}
    assert {row.word for row in WORDS} - typed == {
        "/resume",
        "/people",
        "/follow",
        "/conversations",
        "/read",
    }  # which the client says by itself


def test_other_names_stand_with_their_command() -> None:
    assert ENTRY_OF["/end"] is ENTRY_OF["/quit"]
    assert ENTRY_OF["/quit"].usage == "/quit or /end"


def test_quit_ends_a_chat_and_outside_one_leaves() -> None:
    assert ENTRY_OF["/quit"].means(InputContext(partner="bob"), "") == Send(QuitChat())
    assert ENTRY_OF["/quit"].means(InputContext(), "") == Leave()
    assert ENTRY_OF["/exit"].means(InputContext(partner="bob"), "") == Leave()


def test_what_does_not_fit_after_a_word_means_nothing() -> None:
    assert ENTRY_OF["/who"].means(InputContext(), "bob carol") is None
    assert ENTRY_OF["/chat"].means(InputContext(), "") is None
    assert ENTRY_OF["/accept"].means(InputContext(), "bob carol") is None


def test_nobody_is_asked_or_accepted_from_within_a_chat() -> None:
    for word, command in (("/chat", AskForChat("carol")), ("/accept", AcceptChat("carol"))):
        assert ENTRY_OF[word].means(InputContext(), "carol") == Send(command)
        explained = ENTRY_OF[word].means(InputContext(partner="bob"), "carol")
        assert explained == Explain("You are in a chat with bob. /quit leaves it.")


def test_the_document_is_what_the_table_makes() -> None:
    spec = importlib.util.spec_from_file_location("make_commands", DOCS / "make_commands.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (DOCS / "commands.md").read_text() == module.document(), "run: make docs"
