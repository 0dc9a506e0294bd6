"""The table of words reaches everything that a person can ask for."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest

from duologue.core.commands.chat import (
    AcceptChat,
    AttachSocket,
    ComeIn,
    Command,
    DeclineChat,
    GiveNickname,
    GivePass,
    GivePassword,
    NoCommand,
    Ping,
    Pong,
    QuitChat,
    Say,
    SendLetters,
    SocketKind,
    StreamHeld,
)
from duologue.core.commands.people import MayAsk
from duologue.core.commands.rooms import SayInRoom, SayPrivately
from duologue.core.commands.words import WORD_TABLE, WORDS, Takes, Word

NOT_TYPED = {
    GiveNickname,
    GivePassword,
    GivePass,
    AttachSocket,
    ComeIn,
    Say,
    SayInRoom,
    SayPrivately,
    Ping,
    Pong,
    NoCommand,
    SendLetters,
}
"""What has no word in the table: the login, messages, the check socket, what only other front doors say, and what the
server makes itself.
"""


def test_every_command_is_typed_by_a_word_or_needs_none() -> None:
    assert {row.command for row in WORDS} | NOT_TYPED == set(get_args(Command))


def test_no_word_stands_twice_in_the_table() -> None:
    assert len(WORD_TABLE) == len(WORDS)


@pytest.mark.parametrize(
    "word",
    [
        "/chat",
        "yes",
        "no",
        "/accept",
        "/decline",
        "/cancel",
        "/requests",
        "/quit",
        "/end",
        "/exit",
        "/history",
        "/search",
        "/resume",
        "/msg",
    ],
)
def test_the_words_of_the_design_are_there(word: str) -> None:
    """Design, section 5."""
    assert word in WORD_TABLE


def test_yes_and_accept_are_one_command_and_no_and_decline_another() -> None:
    assert WORD_TABLE["yes"].command is WORD_TABLE["/accept"].command is AcceptChat
    assert WORD_TABLE["no"].command is WORD_TABLE["/decline"].command is DeclineChat
    assert WORD_TABLE["/quit"].command is WORD_TABLE["/end"].command is QuitChat


ARGUMENTS: dict[Takes, list[tuple[str | int | StreamHeld | MayAsk, ...]]] = {
    Takes.NOTHING: [()],
    Takes.NICKNAME: [("bob",)],
    Takes.MAYBE_NICKNAME: [(), ("bob",)],
    Takes.AFTER: [(), ("bob",)],
    Takes.PAGE: [("bob", 20), ("bob", 20, 77)],
    Takes.RESUME: [("id",), ("id", StreamHeld("id", 3), StreamHeld("id.2", 7))],
    Takes.LETTER: [("bob", "id", 1, "hi")],
    Takes.WORDS: [("coffee monday",)],
    Takes.ROOM: [("#tea",)],
    Takes.MEMBERS: [("#tea",), ("#tea", "bob")],
    Takes.JOIN: [("#tea",), ("#tea", "open sesame")],
    Takes.TOPIC: [("#tea",), ("#tea", "all about tea")],
    Takes.MAYBE_TEXT: [("",), ("lunch",)],
    Takes.SWITCH: [(True,), (False,)],
    Takes.MAY_ASK: [(), (MayAsk.KNOWN,)],
    Takes.MAYBE_NUMBER: [(), (70,)],
    Takes.READ: [("bob", 70)],
}


def test_everything_that_can_follow_a_word_is_tried_here() -> None:
    assert set(ARGUMENTS) == set(Takes) == {row.takes for row in WORDS}


@pytest.mark.parametrize("row", WORDS, ids=lambda row: row.word)
def test_a_row_makes_its_command_of_as_many_words_as_it_takes(row: Word) -> None:
    for arguments in ARGUMENTS[row.takes]:
        command = row.command(*arguments)
        assert isinstance(command, get_args(Command))
        given = tuple(getattr(command, field.name) for field in fields(command))
        assert given[: len(arguments)] == arguments
    assert row.help


def test_no_word_can_be_taken_for_a_message() -> None:
    """Protocol 2.3."""
    assert not [word for word in WORD_TABLE if word.startswith(":") or " " in word]


def test_the_three_sockets_have_the_source_systems_names() -> None:
    assert [kind.value for kind in SocketKind] == ["login_socket", "chat_socket", "check_socket"]
