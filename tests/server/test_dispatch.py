"""Every command is carried out by a row of one of the two tables; what each does stands in tests/scenes/."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import pytest

from duologue.core.commands import chat as commands
from duologue.core.commands import words
from duologue.core.commands.chat import Command, Ping, ReadHistory, SearchHistory
from duologue.server.dispatch import _FOR_CLIENTS, _FOR_SOCKETS, handle_client, note_receipt
from tests.bound import BOUND
from tests.scenes.conftest import hears_pong
from tests.stage import Stage, opened, until


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path) as stage:
        yield stage


def test_every_command_has_its_row_and_only_one() -> None:
    assert _FOR_SOCKETS.keys() | _FOR_CLIENTS.keys() == {*get_args(commands.Command)}
    assert not _FOR_SOCKETS.keys() & _FOR_CLIENTS.keys()


@pytest.mark.parametrize("row", words.WORDS, ids=lambda row: row.word)
async def test_every_word_is_answered(stage: Stage, row: words.Word) -> None:
    """Outside a chat and with nothing open, each says something to the one who typed it."""
    alice = await stage.enters("alice")
    await alice.says(row.word + (" bob" if row.takes is not words.Takes.NOTHING else ""))
    socket = alice.chat if row.word == "/resume" else alice.login
    assert await socket.line()


async def test_a_receipt_for_what_was_queued_counts_after_the_end_of_the_session(stage: Stage) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await bob.says("/msg alice AbCd-_123456 1 :hi")
    await alice.hears_like("message_from bob .*")
    session = stage.server.hub.directory.sessions_of("alice")[0]
    await alice.says("/exit")
    await alice.is_out_after("disconnected bye Goodbye!")
    note_receipt(stage.server.hub, session, Ping(1, "AbCd-_123456"))
    await hears_pong(bob, "PONG 1 1 AbCd-_123456")


@pytest.mark.parametrize("word", ["/accept", "/decline", "/cancel"])
async def test_a_bare_word_is_about_the_only_request(stage: Stage, word: str) -> None:
    alice, bob = await stage.enters("alice"), await stage.enters("bob")
    await alice.says("/chat bob")
    await alice.hears("chat_requested bob 120")
    await bob.hears("want_chat_with_you alice 120")
    await (alice if word == "/cancel" else bob).says(word)
    answers = {"/accept": "start_chat bob .+", "/decline": "bob decline chat", "/cancel": "bob is no longer asked"}
    await alice.hears_like(answers[word])


async def test_an_error_is_heard_on_the_login_socket_only(stage: Stage) -> None:
    """Design, section 2: an answer never interleaves with the conversation."""
    alice = await stage.enters("alice")
    await alice.says("/nonsense", "/exit")
    await alice.hears_like("ERROR unknown_command .+")
    await alice.hears("disconnected bye Goodbye!")
    await alice.chat.is_closed()


@pytest.mark.parametrize(
    "question", [ReadHistory("alice", 5, None), SearchHistory("secret")], ids=["history", "search"]
)
async def test_a_guest_has_no_history_for_somebody_else_may_have_had_the_name(
    tmp_path: Path, question: Command
) -> None:
    """No door of guests has words for these questions; whichever will, the answer is this."""
    async with opened(tmp_path, protocols=("native", "plain_lines"), history=True) as stage:
        hub = stage.server.hub
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.ports["plain_lines"])
        writer.write(b"Zoe")
        await until(lambda: "~Zoe" in hub.directory)
        handle_client(hub, hub.directory.sessions_of("~Zoe")[0].chat_socket, question)
        heard = b""
        async with asyncio.timeout(BOUND):
            while b"A guest has no history." not in heard:
                heard += await reader.readuntil(b".")
        writer.close()
