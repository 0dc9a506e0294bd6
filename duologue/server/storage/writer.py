"""The writer's thread: one commit after another, each synced before anybody is told of it. It alone writes messages."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from zlib import crc32

from duologue.core.errors import PeerError
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.many_rows import STREAM, insert
from duologue.server.storage.rows import Batch, Question
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.store_file import transaction

_CHUNK = "INSERT INTO chunk (number, stream, previous, first, count, at, lines, crc)", 8, ""
_CHAT = "INSERT INTO chat (number, id, asker, target, started)", 5, ""

Answers = list[object]
"""The answers to the questions of a batch, in their order; a PeerError among them is a refusal."""


class Writer:
    """Commits batches in the order given. `done` and `failed` are called on the loop; after `failed` nothing is
    written. `mailbox` is how many messages may wait for somebody. `look` is called in the thread after each commit.

    It owns the connection and closes it at its end. `turn` is held for each commit: anything else that writes to the
    file takes turns with it, as SQLite's own way of waiting, sleep and try again, can miss many turns in a row.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        loop: asyncio.AbstractEventLoop,
        turn: Lock,
        mailbox: MailboxLimits,
        done: Callable[[Batch, Answers], None],
        failed: Callable[[Exception], None],
        look: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._loop = loop
        self._turn = turn
        self._mailroom = Mailroom(connection, mailbox)
        self._done = done
        self._failed = failed
        self._look = look
        self._batches: SimpleQueue[Batch | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def write(self, batch: Batch) -> None:
        self._batches.put(batch)

    def stop(self) -> None:
        """End the thread after the batches given so far. Blocks until it has ended."""
        self._batches.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                with self._turn:
                    answers = commit(self._connection, batch, self._mailroom)
            except Exception as error:  # whatever it is: rows that are not known to be on disk end the store
                self._tell(self._failed, error)
                break
            self._look()
            self._tell(self._done, batch, answers)
        with contextlib.suppress(sqlite3.Error):  # a failing disk fails here too; it has been reported
            self._connection.close()

    def _tell(self, callback: Callable[..., None], *arguments: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to be told
            self._loop.call_soon_threadsafe(callback, *arguments)


def commit(connection: sqlite3.Connection, batch: Batch, mailroom: Mailroom) -> Answers:
    """Write a batch and return when it is on the disk. Raises sqlite3.Error: then nothing of it may be relied on."""
    with transaction(connection):
        insert(connection, _CHAT, batch.chats)
        insert(connection, _CHUNK, [(*chunk, crc32(chunk.lines)) for chunk in batch.chunks])
        insert(connection, STREAM, batch.streams)
        return _decide(mailroom, batch)


def _decide(mailroom: Mailroom, batch: Batch) -> Answers:
    """Decide what needs to see the rows before it: ends, then questions."""
    mailroom.numbers = batch.numbers
    for end in batch.ends:
        mailroom.end(end)
    return [_answer(mailroom, question) for question in batch.questions]


def _answer(mailroom: Mailroom, question: Question) -> object:
    try:
        return question(mailroom)
    except PeerError as refusal:
        return refusal
