"""The store of messages in one SQLite file. Lives on the event loop and never blocks it: threads commit and read.

Stored means synced: `committed` is called after COMMIT (WAL, synchronous=FULL). What comes meanwhile has the next.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

from duologue.core.errors import PeerError
from duologue.server.access import check_room
from duologue.server.storage import reader, spacing
from duologue.server.storage.accounts import Lives, known_accounts
from duologue.server.storage.answers import T, letters_in, noted, or_refusal, settle
from duologue.server.storage.base import (
    ChatProgress,
    Commit,
    KeptLetter,
    Letter,
    LiveRoom,
    Message,
    Pressure,
    Report,
    StoreError,
    StreamProgress,
    Undelivered,
)
from duologue.server.storage.checkup import warn_of_damage
from duologue.server.storage.conversation_store import ConversationStore
from duologue.server.storage.disk import DiskReserve, disk_full
from duologue.server.storage.gathering import Gathering
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.migrations import migrate
from duologue.server.storage.reader import Whose
from duologue.server.storage.readings import Readings
from duologue.server.storage.replay import StoredReplay
from duologue.server.storage.retention import Retention, Sweeper
from duologue.server.storage.rows import Batch
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.store_file import START_BYTES, StoreFile, refused, use_wal
from duologue.server.storage.store_id import begin_anew, check_is_the_one, check_is_there
from duologue.server.storage.writer import Answers, Writer


class SqliteStore(ConversationStore):
    """The store, from `open` to `close`, on one event loop.

    `committed` is told of every stream that a commit covered, `failed` once of the error that ended the store (nothing
    is taken after it), `pressure` whose messages wait for the disk too much (backlog.py). `mailbox` is how many
    messages may wait for somebody, and `retention` what is deleted. While only the disk's `reserve` is left no letters
    are taken, and it tells the callers who give messages of chats. `live_chats` are those that had not ended when the
    file was opened.
    """

    def __init__(
        self,
        file: StoreFile,
        loop: asyncio.AbstractEventLoop,
        *,
        committed: Report,
        failed: Callable[[StoreError], None],
        pressure: Pressure,
        mailbox: MailboxLimits,
        retention: Retention,
        reserve: DiskReserve,
    ) -> None:
        self._file = file
        self._loop = loop
        self._committed, self._failed, self._pressure = committed, failed, pressure
        connection = file.writer()
        streams, self.live_chats = reader.live_chats(connection)
        self.live_rooms = reader.live_rooms(connection)
        self.blocks, self.asking = reader.blocks(connection), reader.asking(connection)
        self.accounts = known_accounts(connection)
        self._lives = Lives(self.accounts)
        numbers = reader.next_numbers(connection)
        self.newest = numbers.newest
        self._waiting = Gathering(streams, numbers, self._press)
        self._turn = Lock()
        self._readings = Readings(file, self._turn)
        self._reserve = reserve
        self._writer = Writer(connection, loop, self._turn, mailbox, self._written, self._broken, reserve.look)
        reserve.look()
        reserve.watch(loop)
        self._sweeper = Sweeper(file.indexer(), loop, self._turn, retention)
        self._not_before = self._answer_not_before = 0.0
        self._timer: asyncio.Handle | None = None  # of a commit that is due, and not handed over
        self._timer_at = 0.0
        self._writing = False  # from the moment that a commit is due until it is done
        self._asking: list[asyncio.Future[object]] = []  # for answers of the next commit, and of the one that runs
        self._asked: list[asyncio.Future[object]] = []
        self._collect: Callable[[], None] | None = None
        self._refusal: StoreError | None = None
        self._at_rest = asyncio.Event()
        self._at_rest.set()

    @classmethod
    def open(
        cls,
        path: Path,
        loop: asyncio.AbstractEventLoop,
        *,
        committed: Report,
        failed: Callable[[StoreError], None],
        pressure: Pressure,
        mailbox: MailboxLimits,
        retention: Retention,
        reserve: DiskReserve,
        begins_anew: bool = False,
    ) -> SqliteStore:
        """Open the file or make it (0600), check it, bring it up to date. Blocks, for seconds if the file is large.

        Raises StoreError for a file that another server holds, that is not ours, damaged or newer, or for a
        missing store; AccessError if the disk is full. With `begins_anew` a new store takes the place of a missing one,
        and an existing one is refused.
        """
        check_room(path.parent, START_BYTES)
        if begins_anew:
            begin_anew(path)
        check_is_there(path)
        file = StoreFile(path)
        try:
            file.check()
            with contextlib.closing(file.writer()) as connection:
                use_wal(connection)
                migrate(connection, path)
                check_is_the_one(connection, path)
                warn_of_damage(connection, path)
            return cls(
                file,
                loop,
                committed=committed,
                failed=failed,
                pressure=pressure,
                mailbox=mailbox,
                retention=retention,
                reserve=reserve,
            )
        except BaseException as error:
            file.release()
            raise refused(path, error) from error

    # Writing. Each raises StoreError once the store has failed or is closed.

    def chat_started(self, chat_id: str, asker: str, target: str, at: float) -> None:
        """Begin a chat. `at`, here and below, is wall clock time, in seconds since 1970."""
        self._check_open()
        self._waiting.chat_started(chat_id, asker, target, at)
        self._due()

    def chat_ended(self, chat_id: str, reason: str, at: float) -> None:
        self._check_open()
        self._waiting.chat_ended(chat_id, reason, at)
        self._due()

    def stream_began(self, chat_id: str, sender: str, stream: str) -> None:
        """Begin a stream, to which the messages of `sender` belong from now on. Raises KeyError outside a live chat."""
        self._check_open()
        self._waiting.stream_began(chat_id, sender, stream)
        self._due()

    def append(self, chat_id: str, sender: str, lines: bytes, count: int, at: float, stream: str | None = None) -> None:
        """Take `count` whole message lines; they follow those taken before. Raises KeyError outside a live chat."""
        if self._refusal is not None:
            raise self._refusal
        self._waiting.append(chat_id, sender, lines, count, at, stream)
        if not self._writing:
            self._due()

    def expect(self, collect: Callable[[], None]) -> None:
        """Commit soon, and call `collect` just before: it appends messages."""
        if self._refusal is None:
            self._collect = collect
            self._due()

    def received(self, chat_id: str, sender: str, stream: str, upto: int) -> None:
        """Note that the partner holds 1 to `upto` of what `sender` sent. Written with the next
        commit, or on `close`.
        """
        self._check_open()
        self._waiting.received(chat_id, sender, stream, upto)

    def room_is(self, room: LiveRoom) -> None:
        self._decide(lambda mailroom: mailroom.room_is(room))

    def room_gone(self, room_id: str) -> None:
        self._decide(lambda mailroom: mailroom.room_gone(room_id))

    def block_is(self, nickname: str, other: str, is_on: bool) -> None:
        self._decide(lambda mailroom: mailroom.block_is(nickname, other, is_on))

    def asking_is(self, nickname: str, who: str) -> None:
        self._decide(lambda mailroom: mailroom.asking_is(nickname, who))

    async def accounts_are(self, seen: Sequence[tuple[str, str]], born: Sequence[tuple[str, str]]) -> int:
        return self._lives.begin(born, await self._ask(lambda mailroom: mailroom.accounts_are(seen, born)))

    async def close(self) -> None:
        """Commit all that was taken and close the file. Questions that are not answered by then are dropped."""
        if self._refusal is None:
            self._take_expected()
            self._refusal = StoreError(self._file.path, "the store is closed")
            self._stop_reading()
            self._reserve.stop()
            if self._waiting:
                self._due()
                self._hasten(self._loop.time())
        while self._writing:
            await self._at_rest.wait()
        await asyncio.to_thread(self._release)

    # Letters, and chats that are over: decided inside the next commit, and answered after it.

    async def synced(self) -> None:
        """Wait until all that was given before is on the disk, and `committed` has been called for it."""
        self._check_open()
        if self._waiting or self._writing:
            await self._ask(lambda _: None)

    async def hand_in(self, letter: Letter) -> KeptLetter:
        """Keep a letter; it is on the disk when this returns. Raises PeerError for a refusal, StoreError."""
        if self._reserve.is_low:
            return await self._handed_in_before(letter)
        return await self._ask(lambda mailroom: mailroom.hand_in(letter))

    async def hand_in_all(self, letters: Sequence[Letter]) -> list[KeptLetter | PeerError]:
        """Keep letters to rooms, in one commit."""
        if self._reserve.is_low:
            return [await or_refusal(self._handed_in_before(letter)) for letter in letters]
        return await self._ask(lambda mailroom: mailroom.hand_in_all(letters), rows=len(letters))

    async def _handed_in_before(self, letter: Letter) -> KeptLetter:
        progress = await self.progress(letter.stream, letter.sender)
        if progress is None or progress.stored < letter.number:
            raise disk_full()
        return KeptLetter(progress, None)

    async def receipt(self, stream: str, recipient: str, upto: int) -> StreamProgress | None:
        """Note that `recipient` holds 1 to `upto` of a letter, or of a stream of an ended chat. None: none such."""
        return await self._ask(lambda mailroom: mailroom.receipt(stream, recipient, upto))

    async def progress(self, stream: str, sender: str) -> StreamProgress | None:
        """Return the progress of a letter, or of a stream of an ended chat. None: there is none such of this sender."""
        return await self._ask(lambda mailroom: mailroom.progress(stream, sender))

    async def chat_standing(self, chat_id: str, me: str, stream: str | None) -> ChatProgress | None:
        """Return the progress of an ended chat for `me`, by the stream named or else the last. None: `me` has none."""
        return await self._ask(lambda mailroom: mailroom.chat_standing(chat_id, me, stream))

    # Reading. Each raises StoreError where the file cannot be read.

    def replay(self, chat_id: str, sender: str, stream: str, after: int) -> StoredReplay:
        """Read on after message `after` of a stream. Raises KeyError outside a live chat."""
        found = self._waiting.stream(chat_id, sender, stream)
        if found is None:
            raise KeyError(stream)
        return self._readings.replay(chat_id, found.number, after)

    async def undelivered(self, me: str, after: int, limit_bytes: int) -> list[Undelivered]:
        """Return what waits for `me` after a cursor, in the order it came: all of it that was given to the store by
        now.
        """
        await self.synced()
        return await self._readings.undelivered(me, after, limit_bytes)

    async def history(self, me: str, partner: str, *, before: int | None = None, limit: int) -> list[Message]:
        """Return the newest messages of the two, over all of their chats, oldest first; `before` is a message's number.

        Everything given to the store by now counts, as in a search: the asker may have read it already.
        """
        await self._readable()
        return await self._readings.history(Whose(me, partner, first_chat=self._lives.first_chat(me)), before, limit)

    async def room_history(self, room_id: str, *, asker: str, before: int | None = None, limit: int) -> list[Message]:
        """Return the same of a room."""
        return await self._readings.room_history(room_id, before, limit, asker)

    async def search(self, me: str, words: str, limit: int, rooms: Sequence[str] = ()) -> list[Message]:
        """Return the newest messages in any chat of `me` or in these rooms that have all of these words, newest first.

        On a full disk nothing is added to the index: what is in it is found, and the rest when there is room.
        """
        await self._readable()
        whose = Whose(me, rooms=tuple(rooms), first_chat=self._lives.first_chat(me))
        return await self._readings.search(whose, words, limit, may_index=not self._reserve.is_low)

    async def _readable(self) -> None:
        """Wait until everything given before is in the file. A receipt that waits for company goes on waiting."""
        if self._writing:
            await self.synced()

    # The path of a commit: due, handed over, written or broken.

    def _check_open(self) -> None:
        if self._refusal is not None:
            raise self._refusal

    async def _ask(self, question: Callable[[Mailroom], T], rows: int = 1) -> T:
        return await self._decide(question, rows)

    def _decide(self, question: Callable[[Mailroom], T], rows: int = 1) -> asyncio.Future[T]:
        """Return the answer to a question. A caller that does not wait for it misses nothing: `failed` tells an error
        that ends the store.
        """
        self._check_open()
        answer: asyncio.Future[T] = self._loop.create_future()
        answer.add_done_callback(noted)
        self._waiting.ask(question, rows)
        self._asking.append(answer)  # type: ignore[arg-type]  # a list of several kinds
        self._answer_due()
        return answer

    def _due(self) -> None:
        """Hand over after this turn of the loop, so that what else arrives in it comes along, or when it is time."""
        if self._writing:
            return
        self._writing = True
        self._at_rest.clear()
        self._hand_over_at(self._not_before)

    def _answer_due(self) -> None:
        """Do the same, with somebody waiting for an answer."""
        self._due()
        self._hasten(self._answer_not_before)

    def _press(self, chat: str, sender: str, is_behind: bool) -> None:
        """Report a sender who has to pause because of a backlog, and hand over at once: there is no more to gather."""
        if is_behind:
            self._hasten(self._loop.time())
        self._pressure(chat, sender, is_behind)

    def _hasten(self, time: float) -> None:
        if self._timer and self._timer_at > time:
            self._timer.cancel()
            self._hand_over_at(time)

    def _hand_over_at(self, time: float) -> None:
        self._timer_at = time
        self._timer = self._loop.call_at(time, self._hand_over)

    def _hand_over(self) -> None:
        self._timer = None
        self._take_expected()
        if not self._waiting:  # what was expected has been given, and written, before
            self._rest()
            return
        self._asked, self._asking = self._asking, []
        self._writer.write(self._waiting.take())

    def _take_expected(self) -> None:
        collect, self._collect = self._collect, None
        if collect:
            collect()

    def _written(self, batch: Batch, answers: Answers) -> None:
        self._reserve.judge()
        self._waiting.written()
        now, is_much = self._loop.time(), self._waiting.is_much
        self._not_before = now if is_much else now + spacing.after(batch)
        self._answer_not_before = now if is_much else now + spacing.ANSWER_SPACING
        self._rest()
        if self._asking:
            self._answer_due()
        elif self._waiting or self._collect:
            self._due()
        self.newest = batch.newest_after(self.newest)
        self._committed(Commit(batch.stored, letters_in(answers), self.newest))
        asked, self._asked = self._asked, []
        for future, answer in zip(asked, answers, strict=True):
            settle(future, answer)

    def _broken(self, error: Exception) -> None:
        text = f"cannot be written ({error}); nothing is stored until the server is started again. Check the disk"
        self._refusal = StoreError(self._file.path, text)
        self._sweeper.stop()
        self._reserve.stop()
        self._rest()
        for asked in self._asked + self._asking:
            settle(asked, self._refusal)
        self._failed(self._refusal)

    def _rest(self) -> None:
        self._writing = False
        self._at_rest.set()

    def _stop_reading(self) -> None:
        self._sweeper.stop()
        self._readings.stop()

    def _release(self) -> None:
        self._readings.close()
        self._sweeper.close()
        self._writer.stop()
        self._file.release()
