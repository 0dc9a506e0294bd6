"""Questions to the store's file, each in the thread that it belongs to."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from threading import Lock
from typing import TypeVar

from duologue.server.fair_pool import PoolFull
from duologue.server.storage import conversations, reader
from duologue.server.storage.accounts import Birth
from duologue.server.storage.base import Conversation, Message, StoreDamaged, StoreError, Undelivered, Unfinished
from duologue.server.storage.indexing import Indexing
from duologue.server.storage.reader import Steps, Whose
from duologue.server.storage.reader_thread import ReaderThread
from duologue.server.storage.replay import StoredReplay
from duologue.server.storage.search import search
from duologue.server.storage.store_file import StoreFile
from duologue.server.storage.stored_lines import DamagedLinesError
from duologue.server.storage.undelivered import MailReader

T = TypeVar("T")

# Seconds of work on one question. A page of history takes a few ms and a search for words less than that, so this is
# for a search for signs among some 200,000 messages, or for words that are in most of them: nobody waits much longer
# for an answer, and what was found by then is one.
READING_SECONDS = 2.0
# The same for the wait until the index has what was said since the last search: 40,000 messages or more.
INDEXING_SECONDS = 2.0


class Readings:
    """What comes by itself, what people look up, and what they search for do not wait for each other: a thread reads
    each. `turn` is the writer's. Every question raises StoreError where the file cannot be read.
    """

    def __init__(self, file: StoreFile, turn: Lock) -> None:
        self._path = file.path
        self._mail_thread = ReaderThread(file.reader(), "store-mail")
        self._reader = ReaderThread(file.reader(), "store-reader")
        self._searcher = ReaderThread(file.reader(), "store-search")
        self._mail = MailReader()
        self._indexing = Indexing(self._searcher, file.indexer(), turn)

    def stop(self) -> None:
        """Answer nothing more."""
        for thread in (self._mail_thread, self._reader, self._searcher):
            thread.stop()

    def close(self) -> None:
        """Close the connections. Blocks until what is read has been read."""
        for thread in (self._mail_thread, self._reader, self._searcher):
            thread.close()
        self._indexing.close()

    def replay(self, chat_id: str, stream: int, after: int) -> StoredReplay:
        """Read on after message `after` of the stream with this number, in the name of the chat."""
        return StoredReplay(self._mail_thread.connection, stream, after, partial(self._read_mail, chat_id))

    async def undelivered(self, me: str, after: int, limit_bytes: int) -> list[Undelivered]:
        """Return what waits for `me` after a cursor, in the order it came."""
        page = partial(self._mail.page, self._mail_thread.connection, me, after, limit_bytes)
        while (found := await self._read_mail(me, page)) is None:
            pass
        return found

    async def history(self, whose: Whose, before: int | None, limit: int) -> list[Message]:
        """Return the newest messages of two, or those before a number, oldest first."""
        return await self._read_back(reader.history(self._reader.connection, whose, before), limit, whose.me)

    async def room_history(self, room_id: str, before: int | None, limit: int, asker: str) -> list[Message]:
        """Return the same of a room."""
        return await self._read_back(reader.room_history(self._reader.connection, room_id, before), limit, asker)

    async def have_talked(self, me: str, other: str, first_chat: int = 0) -> bool:
        """Return whether the two have had a chat from this number on, or `me` has written to `other`."""
        look = partial(reader.have_talked, self._reader.connection, me, other, first_chat)
        return await self._told(self._reader.run(look, other))

    async def search(self, whose: Whose, words: str, limit: int, *, may_index: bool) -> list[Message]:
        """Return the newest messages with all of these words, newest first."""
        is_up_to_date = not may_index or await self._is_indexed()
        steps = search(self._searcher.connection, whose, words)
        found = await self._told(self._searcher.collect(steps, limit, READING_SECONDS, whose.me))
        if not is_up_to_date:
            raise Unfinished(found)
        return found

    async def after(self, me: str, number: int, limit: int, rooms: Sequence[str], birth: Birth) -> list[Message]:
        """Return messages after a number, oldest first."""
        steps = conversations.after(self._reader.connection, me, number, rooms, birth=birth)
        return await self._told(self._reader.collect(steps, limit, READING_SECONDS, me))

    async def count_after(self, me: str, number: int, most: int, rooms: Sequence[str], birth: Birth) -> int:
        """Return how many those are, counted to `most`."""
        count = partial(conversations.count_after, self._reader.connection, me, number, most, rooms, birth=birth)
        return await self._told(self._reader.run(count, me))

    async def listed(
        self, me: str, before: int | None, limit: int, rooms: Sequence[str], birth: Birth
    ) -> list[Conversation]:
        """Return conversations, newest first."""
        read = partial(conversations.listed, self._reader.connection, me, before, limit, rooms, birth=birth)
        return await self._told(self._reader.run(read, me))

    async def _is_indexed(self) -> bool:
        try:
            async with asyncio.timeout(INDEXING_SECONDS):
                await self._told(self._indexing.bring_up_to_date())
        except TimeoutError:
            return False
        return True

    async def _read_back(self, steps: Steps, limit: int, asker: str) -> list[Message]:
        """Return messages, oldest first, that were read from the newest back."""
        try:
            return (await self._told(self._reader.collect(steps, limit, READING_SECONDS, asker)))[::-1]
        except Unfinished as unfinished:
            raise Unfinished(unfinished.found[::-1]) from None

    async def _read_mail(self, whose: str, work: Callable[[], T]) -> T:
        return await self._told(self._mail_thread.run(work, whose))

    async def _told(self, answer: Awaitable[T]) -> T:
        """Return the answer of a reader's thread."""
        try:
            return await answer
        except PoolFull as error:
            raise StoreError(self._path, "is read for too many at once") from error
        except RuntimeError as error:  # the thread has ended
            raise StoreError(self._path, "the store is closed") from error
        except DamagedLinesError as error:
            text = "messages in it are damaged; `server.py check` names them, and a backup may have them"
            raise StoreDamaged(self._path, text) from error
        except sqlite3.Error as error:
            text = f"cannot be read ({error}); check the disk, or restore a backup"
            raise StoreError(self._path, text) from error
