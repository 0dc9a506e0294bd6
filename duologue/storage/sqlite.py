"""The store of messages in one SQLite file. Lives on the event loop and never blocks it: a thread commits, one reads.

What is said to be stored has been synced: `committed` is called after COMMIT has returned (WAL, synchronous=FULL).
While one commit runs, what arrives is gathered for the next, so a commit costs per stream, not per message.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Lock
from typing import ParamSpec, TypeVar

from duologue.storage import reader
from duologue.storage.base import Message, Stored, StoreError
from duologue.storage.gathering import Batch, Gathering
from duologue.storage.migrations import migrate
from duologue.storage.reader import Whose
from duologue.storage.search import index_pieces, search
from duologue.storage.store_file import StoreFile, use_wal
from duologue.storage.writer import Writer

# What may wait for the disk before senders are to pause: some 35 ms of writing at the 250 MB/s measured. Half of it
# lets them go on.
BEHIND_BYTES = 8 * 1024 * 1024
# Between two commits, in seconds. Each one costs the loop two switches of threads; acknowledgements go out
# every 20 ms, so a finer grain would be paid for and not seen. A store that was idle commits at once.
COMMIT_SPACING = 0.005

P = ParamSpec("P")
T = TypeVar("T")


class SqliteStore:
    """From `open` to `close`, on one event loop.

    `committed` hears of every stream that a commit covered, `failed` once of the error that ended the store (nothing is
    taken after it), `pressure` with True when more than BEHIND_BYTES wait for the disk and with False when less than
    half of it does. `live_chats` are those that had not ended when the file was opened.
    """

    def __init__(
        self,
        file: StoreFile,
        loop: asyncio.AbstractEventLoop,
        *,
        committed: Callable[[Sequence[Stored]], None],
        failed: Callable[[StoreError], None],
        pressure: Callable[[bool], None],
    ) -> None:
        self._file = file
        self._loop = loop
        self._committed, self._failed, self._pressure = committed, failed, pressure
        connection = file.writer()
        streams, self.live_chats = reader.live_streams(connection)
        self._waiting = Gathering(streams, reader.next_numbers(connection))
        self._reader, self._indexer = file.reader(), file.indexer()
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="store-reader")
        self._indexing = asyncio.Lock()
        self._turn = Lock()
        self._writer = Writer(connection, loop, self._turn, self._written, self._broken)
        self._in_flight = 0
        self._not_before = 0.0
        self._writing = False  # from the moment that a commit is due until it is done
        self._refusal: StoreError | None = None
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self.is_behind = False

    @classmethod
    def open(
        cls,
        path: Path,
        loop: asyncio.AbstractEventLoop,
        *,
        committed: Callable[[Sequence[Stored]], None],
        failed: Callable[[StoreError], None],
        pressure: Callable[[bool], None],
    ) -> SqliteStore:
        """Open the file or make it (0600), check it, bring it up to date. Blocks, for seconds if the file is large.

        Raises StoreError for a file that another server holds, that is not ours, damaged or newer.
        """
        file = StoreFile(path)
        try:
            file.check()
            with contextlib.closing(file.writer()) as connection:
                use_wal(connection)
                migrate(connection, path)
            return cls(file, loop, committed=committed, failed=failed, pressure=pressure)
        except sqlite3.Error as error:
            file.release()
            raise StoreError(path, f"cannot be opened ({error}); check the disk, or restore a backup") from error
        except BaseException:
            file.release()
            raise

    # Writing. Each raises StoreError once the store has failed or is closed.

    def chat_started(self, chat_id: str, asker: str, target: str, at: float) -> None:
        """`at`, here and below, is wall clock time, in seconds since 1970."""
        self._check_open()
        self._waiting.chat_started(chat_id, asker, target, at)
        self._due()

    def chat_ended(self, chat_id: str, reason: str, at: float) -> None:
        self._check_open()
        self._waiting.chat_ended(chat_id, reason, at)
        self._due()

    def append(self, chat_id: str, sender: str, lines: bytes, count: int, at: float) -> None:
        """Take `count` whole message lines; they follow those taken before. Raises KeyError outside a live chat."""
        if self._refusal is not None:
            raise self._refusal
        waiting = self._waiting
        waiting.append(chat_id, sender, lines, count, at)
        if not self._writing:
            self._due()
        elif not self.is_behind and waiting.size + self._in_flight > BEHIND_BYTES:
            self.is_behind = True
            self._pressure(True)

    def received(self, chat_id: str, sender: str, upto: int) -> None:
        """The partner holds 1 to `upto` of what `sender` sent. Written with the next commit, or on `close`."""
        self._check_open()
        self._waiting.received(chat_id, sender, upto)

    async def close(self) -> None:
        """Commit all that was taken and close the file. What was not read by then is not answered."""
        if self._refusal is None:
            self._refusal = StoreError(self._file.path, "the store is closed")
            if self._waiting:
                self._due()
        while self._writing:
            await self._at_rest.wait()
        await asyncio.to_thread(self._release)

    # Reading. Each raises StoreError where the file cannot be read.

    async def history(self, me: str, partner: str, *, before: int | None = None, limit: int) -> list[Message]:
        """The newest messages of the two, over all of their chats, oldest first; `before` is a message's number."""
        return await self._read(reader.history, self._reader, Whose(me, partner), before, limit)

    async def search(self, me: str, words: str, limit: int) -> list[Message]:
        """The newest messages in any chat of `me` that have all of these words, newest first."""
        async with self._indexing:
            pieces = index_pieces(self._indexer, self._turn)
            while await self._read(next, pieces, self) is not self:
                pass
        return await self._read(search, self._reader, me, words, limit)

    # The way of a commit: due, handed over, written or broken.

    def _check_open(self) -> None:
        if self._refusal is not None:
            raise self._refusal

    def _due(self) -> None:
        """Hand over after this turn of the loop, so that what else arrives in it comes along, or when it is time."""
        if self._writing:
            return
        self._writing = True
        self._at_rest.clear()
        self._loop.call_at(self._not_before, self._hand_over)

    def _hand_over(self) -> None:
        batch = self._waiting.take()
        self._in_flight = batch.size
        self._writer.write(batch)

    def _written(self, batch: Batch) -> None:
        self._in_flight = 0
        self._not_before = self._loop.time() + COMMIT_SPACING
        self._rest()
        if self._waiting:
            self._due()
        if self.is_behind and self._waiting.size <= BEHIND_BYTES // 2:
            self.is_behind = False
            self._pressure(False)
        if batch.stored:
            self._committed(batch.stored)

    def _broken(self, error: Exception) -> None:
        text = f"cannot be written ({error}); nothing is stored until the server is started again. Check the disk"
        self._refusal = StoreError(self._file.path, text)
        self._rest()
        self._failed(self._refusal)

    def _rest(self) -> None:
        self._writing = False
        self._at_rest.set()

    def _release(self) -> None:
        self._reading.shutdown()
        self._reader.close()
        self._indexer.close()
        self._writer.stop()
        self._file.release()

    async def _read(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        call = partial(function, *arguments, **named)
        try:
            return await self._loop.run_in_executor(self._reading, call)
        except sqlite3.Error as error:
            text = f"cannot be read ({error}); check the disk, or restore a backup"
            raise StoreError(self._file.path, text) from error
