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
from duologue.client.events import ConnectionLost, Reconnected
from duologue.client.terminal.plain import LineSource, PlainView
from duologue.client.view.base import Kind, Line
from duologue.core.commands.chat import AskForChat, Command, ListOnline, Say, SendLetter
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SayInRoom, SetTopic
from duologue.core.events.chat import Acknowledged, ChatEnded, ChatStarted, KeptFor, PeopleOnline, RequestSent
from duologue.core.events.rooms import (
    RoomEntered,
    RoomEvent,
    RoomExited,
    RoomListed,
    RoomMembers,
    RoomsListed,
    RoomTopic,
)
from duologue.core.requests import ChatEnd
from tests.bound import BOUND
from tests.client.conftest import FalseServer
from tests.terminal.programs import ROOT, Server


def run(server: Server, typed: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "client.py", "127.0.0.1", str(server.port), "--no-memory", *arguments]
    return subprocess.run(command, cwd=ROOT, input=typed, text=True, capture_output=True, timeout=BOUND, check=False)


def test_a_pipe_waits_for_answers_and_loses_nothing(server: Server) -> None:
    answering = [sys.executable, "client.py", "127.0.0.1", str(server.port), "--no-memory", "--nickname", "user5"]
    with subprocess.Popen(answering, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin
        assert other.stdout
        other.stdin.write("/who\n")
        other.stdin.flush()
        assert other.stdout.readline() == "Logged in as user5.\n"
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
        "Logged in as user6.",
        "Waiting for user5 to answer. /cancel withdraws.",
        "Chat with user5 started. /quit leaves the chat.",
        "Chat with user5 ended: you left. /exit leaves the app.",
        "You are not in a chat or a room, so that was not sent. /chat NICK or /join ROOM; /help lists all commands.",
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
    assert done.stdout.splitlines() == ["Enter your nickname: ", "Logged in as user7.", "nobody doesn't exist."]
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
    command = [sys.executable, "client.py", "127.0.0.1", str(server.port), "--no-memory", "--nickname", "user8"]
    done = subprocess.run(
        command, cwd=ROOT, input=b"/who\n", stdout=writing, stderr=subprocess.PIPE, timeout=BOUND, check=False
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


class Timeouts:
    """Instead of asyncio's: they end when the test says so."""

    def __init__(self) -> None:
        self.begun: list[float | None] = []
        self._new: asyncio.Queue[asyncio.Timeout] = asyncio.Queue()

    def __call__(self, seconds: float | None) -> asyncio.Timeout:
        self.begun.append(seconds)
        timeout = asyncio.timeout(None)
        self._new.put_nowait(timeout)
        return timeout

    async def next_is_over(self) -> None:
        timeout = await self._new.get()
        timeout.reschedule(0)


def view(pipe: tuple[TextIO, TextIO], timeouts: Timeouts | None = None) -> tuple[PlainView, io.StringIO]:
    output = io.StringIO()
    return PlainView(pipe[0], output, io.StringIO(), timeouts or asyncio.timeout), output


async def test_further_lines_of_a_message_are_moved_in(pipe: tuple[TextIO, TextIO]) -> None:
    plain, output = view(pipe)
    plain.show(Line(Kind.MESSAGE, "hi\nChat with carol started.", "alice"))
    plain.show(Line(Kind.NOTICE, "Chat with bob started."))
    plain.show(Line(Kind.DAY, "— Friday, 20 November 2026 —"))
    plain.show(Line(Kind.MESSAGE, "old\nnews", "bob", "12:34"))
    plain.clear()
    await plain.settle()
    assert output.getvalue() == (
        "alice: hi\n    Chat with carol started.\nChat with bob started.\n"
        "— Friday, 20 November 2026 —\n12:34 bob: old\n    news\n"
    )


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (JoinRoom, RoomEntered("#tea", 1, "")),
        (PartRoom, RoomExited("#tea")),
        (ListRooms, RoomsListed(1)),
        (ListMembers, RoomMembers("#tea", ())),
        (SetTopic, RoomTopic("#tea", None, "")),
    ],
)
async def test_a_pipe_waits_for_answers_about_rooms(
    pipe: tuple[TextIO, TextIO], command: type[Command], answer: RoomEvent
) -> None:
    plain, _ = view(pipe)
    await plain.sent(SayInRoom)  # which nobody answers
    waiting = asyncio.create_task(plain.sent(command))
    await asyncio.sleep(0)
    plain.notices(RoomListed("#tea", 1, False, ""))
    await asyncio.sleep(0)
    assert not waiting.done()
    plain.notices(answer)
    await waiting


async def test_an_answer_lets_the_pipe_go_on(pipe: tuple[TextIO, TextIO]) -> None:
    plain, _ = view(pipe)
    await plain.sent(Say)
    waiting = asyncio.create_task(plain.sent(ListOnline))
    await asyncio.sleep(0)
    plain.notices(RequestSent("bob", 9))
    await asyncio.sleep(0)
    assert not waiting.done()
    plain.notices(PeopleOnline(()))
    await waiting
    assert not plain.is_interactive
    asking = asyncio.create_task(plain.sent(AskForChat))
    await asyncio.sleep(0)
    assert not asking.done()
    asking.cancel()


async def test_a_pipe_is_not_read_while_the_connection_is_lost(pipe: tuple[TextIO, TextIO]) -> None:
    plain, _ = view(pipe)
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


async def in_a_chat(client: Client, false_server: FalseServer, plain: PlainView, pipe: tuple[TextIO, TextIO]) -> None:
    """Two messages are said in it, and `plain` knows the client."""
    false_server.tell(b"start_chat bob x\n")
    assert isinstance(await anext(client), ChatStarted)
    pipe[1].write("hello\n")
    assert await plain.read(client) == "hello"
    await client.say("hello")
    await client.say("there")


async def test_a_pipe_waits_until_all_is_stored(pipe: tuple[TextIO, TextIO], false_server: FalseServer) -> None:
    """However long all of them take together: 30 s are for each that comes next."""
    timeouts = Timeouts()
    plain, _ = view(pipe, timeouts)
    async with Client(false_server.address, "alice") as client:
        await in_a_chat(client, false_server, plain, pipe)
        finishing = asyncio.create_task(plain.finish(client))
        for stored in (1, 2):
            await asyncio.sleep(0)
            assert not finishing.done()
            false_server.say("check_socket", f"PONG {stored} 0 x\n".encode())
            event = await anext(client)
            assert event == Acknowledged(stored, 0, "x")
            plain.notices(event)
        assert await finishing
    assert errors_of(plain) == ""
    assert timeouts.begun == [30, 30]


def errors_of(plain: PlainView) -> str:
    assert isinstance(plain._errors, io.StringIO)
    return plain._errors.getvalue()


async def test_a_pipe_says_how_many_messages_were_not_stored(
    pipe: tuple[TextIO, TextIO], false_server: FalseServer
) -> None:
    timeouts = Timeouts()
    plain, _ = view(pipe, timeouts)
    async with Client(false_server.address, "alice") as client:
        await in_a_chat(client, false_server, plain, pipe)
        await client.say_in("tea", "to all")
        false_server.say("check_socket", b"PONG 1 0 x\n")
        plain.notices(await anext(client))
        finishing = asyncio.create_task(plain.finish(client))
        await timeouts.next_is_over()
        assert not await finishing
    assert errors_of(plain) == (
        "The server has not confirmed 2 messages of yours: 1 in #tea, 1 to bob. They may be lost.\n"
    )


async def test_what_was_not_stored_in_a_chat_that_ended_counts_until_it_is(
    pipe: tuple[TextIO, TextIO], false_server: FalseServer
) -> None:
    plain, _ = view(pipe)
    async with Client(false_server.address, "alice") as client:
        await in_a_chat(client, false_server, plain, pipe)
        false_server.tell(b"chat_ended bob left\n")
        assert await anext(client) == ChatEnded("bob", ChatEnd.LEFT)
        finishing = asyncio.create_task(plain.finish(client))
        await false_server.hears("chat_socket", b"/resume x x 0 x 0\n")
        false_server.tell(b"chat_ended bob left x 1\n")
        await false_server.hears("chat_socket", b"/msg bob x 2 :there\n")
        assert not finishing.done()
        false_server.say("check_socket", b"PONG 2 0 x\n")
        plain.notices(await anext(client))
        assert await finishing
    assert errors_of(plain) == ""


async def test_after_a_letter_a_pipe_waits_for_what_becomes_of_it_but_not_for_ever(
    pipe: tuple[TextIO, TextIO],
) -> None:
    plain, _ = view(pipe)
    waiting = asyncio.create_task(plain.sent(SendLetter))
    await asyncio.sleep(0)
    assert not waiting.done()
    plain.notices(KeptFor("bob", "abc", 1))
    await waiting
    timeouts = Timeouts()
    plain, _ = view(pipe, timeouts)
    waiting = asyncio.create_task(plain.sent(SendLetter))
    await timeouts.next_is_over()
    await waiting


async def test_a_person_at_plain_lines_waits_for_nothing(
    pipe: tuple[TextIO, TextIO], false_server: FalseServer
) -> None:
    plain, _ = view(pipe)
    plain.is_interactive = True
    async with Client(false_server.address, "alice") as client:
        await in_a_chat(client, false_server, plain, pipe)
        assert await plain.finish(client)
    assert errors_of(plain) == ""
