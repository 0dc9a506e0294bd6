"""The client in its thread: what it tells, and that what it was asked for comes out at the other end."""

from __future__ import annotations

import asyncio
import queue
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from pathlib import Path
from time import monotonic
from typing import TypeVar

import pytest

from duologue.client.address import Address
from duologue.client.engine.memory_file import MemoryFile
from duologue.client.engine.memory_store import MemoryFailed
from duologue.client.events import MemoryLost
from duologue.client.input.meaning import Export
from duologue.client.view.base import Kind
from duologue.client.window.news import (
    Exported,
    Happened,
    LoggedIn,
    LoginFailed,
    News,
    NoPage,
    NotSent,
    PageCame,
    PasswordWanted,
    Sent,
)
from duologue.client.window.worker import LEAVING, Worker
from duologue.core.commands.chat import AskForChat, ReadHistory, SearchHistory
from duologue.core.events.chat import MessageFrom, RequestAnswered
from tests.bound import BOUND
from tests.client.conftest import FalseServer
from tests.terminal.programs import Server

N = TypeVar("N")


class Told:
    """A worker, and all that it tells."""

    def __init__(self) -> None:
        self._news: queue.Queue[News] = queue.Queue()
        self.worker = Worker(self._tell)
        self.worker.start()

    def _tell(self, news: News, shown: Callable[[], object]) -> None:
        self._news.put(news)
        shown()

    def next(self, kind: type[N]) -> N:
        """Wait for news of that kind, passing over others."""
        while True:
            news = self._news.get(timeout=BOUND)
            if isinstance(news, kind):
                return news

    def happens(self, kind: type[object]) -> Happened:
        while not isinstance((news := self.next(Happened)).event, kind):
            pass
        return news

    def log_in(self, port: int, nickname: str, password: str | None = None) -> None:
        self.worker.log_in(Address("127.0.0.1", port), nickname, password, None)


@pytest.fixture
def told() -> Iterator[Told]:
    told = Told()
    yield told
    told.worker.stop()


def test_before_the_login_nothing_is_sent(told: Told) -> None:
    told.worker.say("bob", "hi")
    assert told.next(NotSent) == NotSent("bob", "Not connected to the server, so nothing was sent.")
    told.worker.recall(ReadHistory("bob", 10))
    assert told.next(NoPage).place == "bob"
    told.worker.recall(SearchHistory("hi"))
    assert told.next(NoPage).place is None
    told.worker.export(Export("bob", "b.txt"))
    exported = told.next(Exported)
    assert (exported.place, exported.line.kind) == ("bob", Kind.TROUBLE)


@pytest.mark.parametrize(("has_memory", "unsaved"), [(False, 1), (True, 0)])
async def test_what_quitting_may_lose(
    told: Told, false_server: FalseServer, tmp_path: Path, *, has_memory: bool, unsaved: int
) -> None:
    """The server answers for nothing."""
    told.worker.log_in(false_server.address, "alice", None, tmp_path / "memory" if has_memory else None)
    await asyncio.to_thread(told.next, LoggedIn)
    told.worker.say("bob", "a letter")
    assert (await asyncio.to_thread(told.next, Sent)).progress.unsaved == unsaved


async def test_a_memory_that_fails_keeps_nothing(
    told: Told, false_server: FalseServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryFailed("The disk is full.")

    told.worker.log_in(false_server.address, "alice", None, tmp_path / "memory")
    await asyncio.to_thread(told.next, LoggedIn)
    monkeypatch.setattr(MemoryFile, "put_letter", fail)
    told.worker.say("bob", "a letter")
    await asyncio.to_thread(told.next, Sent)
    false_server.tell(b"online alice\n")
    assert (await asyncio.to_thread(told.happens, MemoryLost)).progress.unsaved == 1


def test_logins_that_fail(told: Told, server: Server) -> None:
    told.log_in(1, "user1")
    assert told.next(LoginFailed).text == "Cannot reach the server at 127.0.0.1:1 (connection refused)."
    told.log_in(server.port, "nobody-is-called-that")
    told.next(PasswordWanted)
    told.log_in(server.port, "nobody-is-called-that", "wrong")
    assert told.next(LoginFailed).text


def test_a_session(told: Told, server: Server) -> None:
    told.log_in(server.port, "user1")
    assert told.next(LoggedIn) == LoggedIn("user1")
    told.worker.send(AskForChat("user2"), "user2")
    assert told.happens(RequestAnswered).progress.is_connected
    told.worker.say("user2", "a letter")
    letter = told.next(Sent)
    assert letter.place == "user2"
    assert letter.stream
    told.worker.recall(ReadHistory("user2", 10))
    assert told.next(PageCame).page.messages[-1].text == "a letter"
    told.worker.say("#lobby", "hello")
    assert told.next(Sent).place == "#lobby"


def test_an_event_counts_as_received_when_it_can_be_seen(server: Server) -> None:
    """What has not been shown comes again to whoever logs in next."""
    told: queue.Queue[News] = queue.Queue()

    def tell(news: News, shown: Callable[[], object]) -> None:
        told.put(news)
        if not (isinstance(news, Happened) and isinstance(news.event, MessageFrom)):
            shown()

    with_letter = Told()
    with_letter.log_in(server.port, "user7")
    with_letter.next(LoggedIn)
    with_letter.worker.say("user8", "for user8")
    with_letter.next(Sent)
    blind = Worker(tell)
    blind.start()
    blind.log_in(Address("127.0.0.1", server.port), "user8", None, None)
    while not (isinstance(one := told.get(timeout=BOUND), Happened) and isinstance(one.event, MessageFrom)):
        pass
    blind.stop()
    sees = Told()
    sees.log_in(server.port, "user8")
    event = sees.happens(MessageFrom).event
    assert isinstance(event, MessageFrom)
    assert event.text == "for user8"
    for one_of in (with_letter, sees):
        one_of.worker.stop()


def test_what_does_not_fit_is_said(told: Told, server: Server) -> None:
    told.log_in(server.port, "user1")
    told.next(LoggedIn)
    told.worker.say("user2", "x" * 9000)
    assert "send it in parts" in told.next(NotSent).text


def test_a_second_login_ends_the_first(told: Told, server: Server) -> None:
    told.log_in(server.port, "user1")
    told.next(LoggedIn)
    told.log_in(server.port, "user2")
    assert told.next(LoggedIn) == LoggedIn("user2")


def test_stopping_in_the_middle_of_a_login_waits_for_nobody() -> None:
    """Neither for the server, which does not answer, nor for itself."""
    told = Told()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told.log_in(silent.getsockname()[1], "user1")
        login, _ = silent.accept()
        with login:
            begun = monotonic()
            told.worker.stop()
            assert monotonic() - begun < LEAVING / 2
    assert not told.worker._thread.is_alive()
    assert told.worker._loop.is_closed()


def test_an_export_and_pages_do_not_take_each_others_messages(told: Told, server: Server, tmp_path: Path) -> None:
    told.log_in(server.port, "user4")
    told.next(LoggedIn)
    told.worker.say("user5", "a letter")
    told.next(Sent)
    file = tmp_path / "letters.txt"
    for _ in range(2):
        told.worker.export(Export("user5", str(file)))
        told.worker.recall(ReadHistory("user5", 10))
    assert told.next(Exported).line.text == f"1 message written to {file}"
    assert [message.text for message in told.next(PageCame).page.messages] == ["a letter"]
    assert "already exists" in told.next(Exported).line.text
    assert [message.text for message in told.next(PageCame).page.messages] == ["a letter"]
    assert "a letter" in file.read_text()


class Blind(Told):
    """It can show no letter whose text is `unseen`."""

    def __init__(self, unseen: str) -> None:
        self._unseen = unseen
        super().__init__()

    def _tell(self, news: News, shown: Callable[..., object]) -> None:
        self._news.put(news)
        shown(not (isinstance(news, Happened) and getattr(news.event, "text", "") == self._unseen))


def test_what_cannot_be_shown_is_not_acknowledged_and_nothing_after_it(server: Server) -> None:
    writer, blind = Told(), Blind("two")
    writer.log_in(server.port, "user6")
    writer.next(LoggedIn)
    for text in ("one", "two", "three"):
        writer.worker.say("user7", text)
        writer.next(Sent)
    blind.log_in(server.port, "user7")
    assert "comes again at the next login" in blind.next(LoginFailed).text
    blind.worker.stop()
    sees = Told()
    sees.log_in(server.port, "user7")
    assert [
        event.text for event in (sees.happens(MessageFrom).event for _ in range(2)) if isinstance(event, MessageFrom)
    ] == [
        "two",
        "three",
    ]
    for one in (writer, sees):
        one.worker.stop()


def test_a_fault_in_listening_is_said(
    told: Told, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> bool:
        raise LookupError("no such answer")

    monkeypatch.setattr("duologue.client.window.worker.HistoryPages.takes", fail)
    told.log_in(server.port, "user1")
    told.next(LoggedIn)
    assert told.next(LoginFailed).text
    assert "no such answer" in capsys.readouterr().err


def test_a_fault_in_a_login_lets_it_be_tried_again(
    told: Told, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(_: object) -> None:
        raise LookupError("no such thing")

    monkeypatch.setattr("duologue.client.window.worker.Client.open", fail)
    told.log_in(server.port, "user1")
    assert not told.next(LoginFailed).is_refused
    assert "no such thing" in capsys.readouterr().err


def test_a_fault_in_saying_is_said_where_it_was_tried(
    told: Told, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(*_: object) -> str:
        raise LookupError("no such thing")

    told.log_in(server.port, "user1")
    told.next(LoggedIn)
    monkeypatch.setattr("duologue.client.window.worker.Client.write", fail)
    told.worker.say("bob", "hi")
    assert told.next(NotSent).place == "bob"
    assert "no such thing" in capsys.readouterr().err


def test_who_does_not_want_to_wait_connects_now(told: Told) -> None:
    waiting = asyncio.run_coroutine_threadsafe(told.worker._sleep(3600), told.worker._loop)
    while not waiting.done():  # it may have been asked before it began to wait
        told.worker.try_now()
        wait((waiting,), 0.01)
