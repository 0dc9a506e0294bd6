"""A long mailbox is read page by page, without going back over it for each."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from duologue.server.storage import replay, undelivered
from duologue.server.storage.base import Letter, Undelivered
from duologue.server.storage.gathering import Gathering
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.migrations import migrate
from duologue.server.storage.rows import NextNumbers
from duologue.server.storage.undelivered import MailReader
from duologue.server.storage.writer import commit
from tests.server.storage.conftest import MAILBOX


class PostOffice:
    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(self.connection, Path("memory"))
        self.gathering = Gathering([], NextNumbers(), print)
        self.reader = MailReader()
        self.steps = 0
        self.connection.set_progress_handler(self._count, 10)

    def _count(self) -> None:
        self.steps += 1

    def commit(self) -> None:
        commit(self.connection, self.gathering.take(), Mailroom(self.connection, MAILBOX))

    def end_chat(self, chat: str, sender: str, recipient: str, count: int) -> None:
        self.gathering.chat_started(chat, sender, recipient, 1.0)
        for number in range(1, count + 1):
            self.gathering.append(chat, sender, b":%s %d\n" % (chat.encode(), number), 1, 1.0)
            self.commit()
        self.gathering.chat_ended(chat, "left", 2.0)
        self.commit()

    def hand_in(self, letter: Letter) -> None:
        self.gathering.ask(lambda mailroom: mailroom.hand_in(letter))
        self.commit()

    def read(self, me: str, limit: int) -> list[str]:
        found: list[str] = []
        cursor = 0
        while page := self._page(me, cursor, limit):
            found += [message.text for message in page]
            cursor = page[-1].cursor
        return found

    def _page(self, me: str, cursor: int, limit: int) -> list[Undelivered]:
        while (page := self.reader.page(self.connection, me, cursor, limit)) is None:
            pass
        return page


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def test_the_way_back_through_a_long_stream_is_gone_once(office: PostOffice) -> None:
    office.end_chat("c", "alice", "bob", 600)
    office.steps = 0
    assert len(office._page("bob", 0, 100_000)) == 600
    at_once, office.steps = office.steps, 0
    assert office.read("bob", 100) == [f"c {number}" for number in range(1, 601)]
    assert office.steps < 4 * at_once


def test_several_readers_do_not_get_into_each_others_way(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undelivered, "KEPT_WALKS", 1)
    monkeypatch.setattr(replay, "LOOK_CHUNKS", 3)
    for name in ("bob", "carol", "dave"):
        office.end_chat(name, "alice", name, 10)
    cursors = dict.fromkeys(("bob", "carol", "dave"), 0)
    for number in range(1, 11):
        for name, cursor in cursors.items():
            (message,) = office._page(name, cursor, 1)
            assert message.text == f"{name} {number}"
            cursors[name] = message.cursor


def test_a_mailbox_of_more_arrivals_than_are_looked_at_once_is_read_whole(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undelivered, "PAGE_ARRIVALS", 3)
    for number in range(10):
        office.hand_in(Letter(f"l{number}", 1, "alice", "bob", b":%d\n" % number, 1.0))
    assert office.read("bob", 100_000) == office.read("bob", 1) == [str(number) for number in range(10)]


def test_what_is_lost_from_the_file_does_not_hold_up_the_rest(office: PostOffice) -> None:
    office.end_chat("c", "alice", "bob", 3)
    office.hand_in(Letter("letter", 1, "alice", "bob", b":letter\n", 1.0))
    office.connection.execute("DELETE FROM chunk WHERE number IN (2, 3)")
    assert office.read("bob", 100_000) == ["letter"]


def test_short_messages_make_a_page_of_few(office: PostOffice) -> None:
    office.gathering.chat_started("c", "alice", "bob", 1.0)
    office.gathering.append("c", "alice", b":\n" * 5000, 5000, 1.0)
    office.gathering.chat_ended("c", "left", 2.0)
    office.commit()
    assert len(office._page("bob", 0, 6400)) <= 101
    assert len(office.read("bob", 6400)) == 5000
