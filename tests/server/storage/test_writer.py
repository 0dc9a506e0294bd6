"""A commit is whole or nothing, and nothing is said of it before it is on the disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any
from zlib import crc32

import pytest

from duologue.server.storage.gathering import Gathering
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.migrations import migrate
from duologue.server.storage.rows import Batch, NextNumbers
from duologue.server.storage.store_file import StoreFile, use_wal
from duologue.server.storage.writer import Answers, Writer, commit
from tests.bound import BOUND
from tests.server.storage.conftest import MAILBOX


def nothing() -> None:
    pass


@pytest.fixture
def file(tmp_path: Path) -> Iterator[StoreFile]:
    file = StoreFile(tmp_path / "messages.db")
    with closing(file.writer()) as connection:
        use_wal(connection)
        migrate(connection, file.path)
    yield file
    file.release()


def rows(file: StoreFile, query: str) -> list[tuple[Any, ...]]:
    with closing(file.reader()) as connection:
        return connection.execute(query).fetchall()


def in_chats(count: int) -> Gathering:
    gathering = Gathering([], NextNumbers(), print)
    for number in range(count):
        gathering.chat_started(f"c{number}", f"a{number}", f"b{number}", float(number))
    return gathering


@pytest.mark.parametrize("chats", [1, 31, 32, 33, 64, 65, 200])
def test_any_number_of_rows_is_written_as_given(file: StoreFile, chats: int) -> None:
    gathering = in_chats(chats)
    for number in range(chats):
        gathering.append(f"c{number}", f"a{number}", b":%d\n" % number, 1, 1.0)
    batch = gathering.take()
    with closing(file.writer()) as connection:
        commit(connection, batch, Mailroom(connection, MAILBOX))
    assert rows(file, "SELECT number, id, asker, target, started FROM chat ORDER BY number") == batch.chats
    assert rows(file, "SELECT number, chat, sender, stored, received, last, name FROM stream") == batch.streams
    sums = [(*chunk, crc32(chunk.lines)) for chunk in batch.chunks]
    columns = "number, stream, previous, first, count, at, lines, crc"
    assert rows(file, f"SELECT {columns} FROM chunk ORDER BY number") == sums


def test_a_stream_keeps_one_row_and_an_end_is_written_once(file: StoreFile) -> None:
    gathering = in_chats(1)
    with closing(file.writer()) as connection:
        mailroom = Mailroom(connection, MAILBOX)
        commit(connection, gathering.take(), mailroom)
        gathering.append("c0", "a0", b":one\n", 1, 1.0)
        gathering.received("c0", "a0", "c0", 1)
        gathering.chat_ended("c0", "left", 5.0)
        commit(connection, gathering.take(), mailroom)
        gathering.chat_ended("c0", "lost", 6.0)
        commit(connection, gathering.take(), mailroom)
    assert rows(file, "SELECT sender, stored, received FROM stream") == [("a0", 1, 1), ("b0", 0, 0)]
    assert rows(file, "SELECT ended, reason FROM chat") == [(5.0, "left")]


def test_a_commit_that_fails_in_the_middle_leaves_nothing(file: StoreFile) -> None:
    gathering = in_chats(2)
    good = gathering.take()
    bad = replace(good, streams=[*good.streams, good.streams[0]._replace(sender=None)])  # type: ignore[arg-type]
    with closing(file.writer()) as connection:
        with pytest.raises(sqlite3.IntegrityError):
            commit(connection, bad, Mailroom(connection, MAILBOX))
        assert not connection.in_transaction
    assert rows(file, "SELECT * FROM chat") == []


async def test_when_done_is_said_another_connection_sees_the_rows(file: StoreFile) -> None:
    done: asyncio.Queue[list[tuple[Any, ...]]] = asyncio.Queue()

    def look(_: Batch, __: Answers) -> None:
        done.put_nowait(rows(file, "SELECT id FROM chat"))

    writer = Writer(file.writer(), asyncio.get_running_loop(), Lock(), MAILBOX, look, print, nothing)
    writer.write(in_chats(1).take())
    assert await asyncio.wait_for(done.get(), BOUND) == [("c0",)]
    writer.stop()


def test_a_loop_that_is_gone_is_told_nothing(file: StoreFile) -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    writer = Writer(file.writer(), loop, Lock(), MAILBOX, print, print, nothing)
    writer.write(in_chats(1).take())
    writer.stop()
    assert rows(file, "SELECT id FROM chat") == [("c0",)]


async def test_a_commit_waits_for_its_turn(file: StoreFile) -> None:
    done = asyncio.Event()
    turn = Lock()
    connection = file.writer()
    seen: list[bool] = []
    writer = Writer(connection, asyncio.get_running_loop(), turn, MAILBOX, lambda _, __: done.set(), print, nothing)
    connection.set_trace_callback(lambda _: seen.append(turn.locked()))
    with turn:
        writer.write(in_chats(1).take())
        assert rows(file, "SELECT id FROM chat") == []
    await asyncio.wait_for(done.wait(), BOUND)
    assert len(seen) >= 4
    assert all(seen), "from BEGIN to COMMIT"
    assert not turn.locked()
    writer.stop()
