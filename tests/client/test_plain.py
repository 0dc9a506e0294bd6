"""Lines in, lines out: the real client.py with pipes, and the parts of it that need no process."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest

from duologue.client.address import Address
from duologue.client.api import Client
from duologue.client.face import Kind, Line
from duologue.client.happenings import ConnectionLost, Reconnected
from duologue.client.plain import LineSource, PlainFace
from duologue.core.commands import AskForChat, ListOnline, Say
from duologue.core.events import PeopleOnline, RequestSent
from tests.terminal.programs import ROOT, Server


def run(server: Server, typed: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "client.py", "127.0.0.1", str(server.port), *arguments]
    return subprocess.run(command, cwd=ROOT, input=typed, text=True, capture_output=True, timeout=30, check=False)


def test_a_pipe_waits_for_answers_and_loses_nothing(server: Server) -> None:
    answering = [sys.executable, "client.py", "127.0.0.1", str(server.port), "--nickname", "user5"]
    with subprocess.Popen(answering, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin
        assert other.stdout
        other.stdin.write("/who\n")
        other.stdin.flush()
        assert other.stdout.readline().startswith("Online: ")
        script = "/chat user5\nhello\nthere\n/quit\nnobody hears this\n"
        with subprocess.Popen(
            [*answering[:-1], "user6"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as asking:
            assert asking.stdin
            asking.stdin.write(script)
            asking.stdin.close()
            assert other.stdout.readline() == "user6 wants to chat with you. yes/no\n"
            other.stdin.write("yes\n")
            other.stdin.flush()
            assert asking.stdout
            said = asking.stdout.read()
        other.stdin.close()
        heard = other.stdout.read()
    assert said.splitlines() == [
        "Waiting for user5 to answer. /cancel withdraws.",
        "Chat with user5 started. /quit leaves the chat.",
        "Chat with user5 ended: you left. /exit leaves the app.",
        "You are in no chat, so that was not sent. /chat NICK asks for one; /help lists all commands.",
    ]
    assert heard.splitlines() == [
        "Chat with user6 started. /quit leaves the chat.",
        "user6: hello",
        "user6: there",
        "Chat with user6 ended: user6 left.",
    ]
    assert (asking.returncode, other.returncode) == (0, 0)


def test_the_first_line_is_the_nickname_where_none_is_given(server: Server) -> None:
    done = run(server, "User7\n/chat nobody\n")
    assert done.stdout.splitlines() == ["Enter your nickname: ", "nobody doesn't exist."]
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("typed", "words"), [("no good\n", "cannot be part"), ("eve\nwrong\n", "wrong password")])
def test_a_login_that_fails_is_exit_code_1(server: Server, typed: str, words: str) -> None:
    done = run(server, typed)
    assert words in done.stdout
    assert done.returncode == 1


def test_no_input_at_all_is_exit_code_1(server: Server) -> None:
    assert run(server, "").returncode == 1


def test_nobody_reads_our_output(server: Server) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "client.py", "127.0.0.1", str(server.port), "--nickname", "user8"]
    done = subprocess.run(
        command, cwd=ROOT, input=b"/who\n", stdout=writing, stderr=subprocess.PIPE, timeout=30, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.fixture
def pipe() -> Iterator[tuple[TextIO, TextIO]]:
    reading, writing = os.pipe()
    with os.fdopen(reading) as source, os.fdopen(writing, "w", buffering=1) as sink:
        yield source, sink


async def test_lines_however_they_end(pipe: tuple[TextIO, TextIO]) -> None:
    source, sink = pipe
    lines = LineSource(source.fileno())
    sink.buffer.write("one\ntwo\r\n\nhalf \xff".encode("latin-1"))
    sink.close()
    assert [await lines.next() for _ in range(4)] == ["one", "two", "", "half �"]
    with pytest.raises(EOFError):
        await lines.next()


def face(pipe: tuple[TextIO, TextIO]) -> tuple[PlainFace, io.StringIO]:
    output = io.StringIO()
    return PlainFace(pipe[0], output), output


async def test_further_lines_of_a_message_are_moved_in(pipe: tuple[TextIO, TextIO]) -> None:
    plain, output = face(pipe)
    plain.show(Line(Kind.MESSAGE, "hi\nChat with carol started.", "alice"))
    plain.show(Line(Kind.NOTICE, "Chat with bob started."))
    plain.clear()
    await plain.settle()
    assert output.getvalue() == "alice: hi\n    Chat with carol started.\nChat with bob started.\n"


async def test_an_answer_lets_the_pipe_go_on(pipe: tuple[TextIO, TextIO]) -> None:
    plain, _ = face(pipe)
    await plain.sent(Say("needs no answer"))
    waiting = asyncio.create_task(plain.sent(ListOnline()))
    await asyncio.sleep(0)
    plain.notices(RequestSent("bob", 9))
    await asyncio.sleep(0)
    assert not waiting.done()
    plain.notices(PeopleOnline(()))
    await waiting
    assert not plain.is_interactive
    asking = asyncio.create_task(plain.sent(AskForChat("bob")))
    await asyncio.sleep(0)
    assert not asking.done()
    asking.cancel()


async def test_a_pipe_is_not_read_while_the_connection_is_lost(pipe: tuple[TextIO, TextIO]) -> None:
    plain, _ = face(pipe)
    pipe[1].write("later\n")
    plain.notices(ConnectionLost("reset", None))
    reading = asyncio.create_task(plain.read(Client(Address(), "alice")))
    await asyncio.sleep(0)
    assert not plain._lines._lines.qsize()
    assert plain._lines._loop is None  # not even asked for
    plain.notices(Reconnected("alice"))
    assert await reading == "later"


async def test_a_line_that_nobody_waited_for_any_more_goes_to_the_next(pipe: tuple[TextIO, TextIO]) -> None:
    lines = LineSource(pipe[0].fileno())
    first = asyncio.create_task(lines.next())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    pipe[1].write("one\ntwo\n")
    assert [await lines.next(), await lines.next()] == ["one", "two"]
