"""The feed of a client that follows: all that is said by and to its account, in the order of the store.

It tells what the session has neither said itself nor been handed by a chat (`server/handed.py`). It reads from the
store, and so is never ahead of what is safe.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from duologue.core.errors import PeerError
from duologue.core.events.devices import Cursor, Feed, Following, Kept
from duologue.core.requests import Chat
from duologue.server.backpressure import Backpressure
from duologue.server.handed import Place
from duologue.server.session import Session
from duologue.server.storage.base import Commit, Message, Store, Stored, StoreError, Unfinished
from duologue.server.tasks import Tasks

log = logging.getLogger(__name__)

MOST_MISSED = 2000
"""Messages that a client which comes back is told: they take a fifth of a second. Who has missed more reads them when
they open the conversation.
"""

PAGE = 200
"""Messages read at a time: some 2 ms of a thread's time."""

CURSOR_EVERY = 1.0
"""Seconds between two cursors: somebody who loses the connection is told the messages of that time once more."""


@dataclass(slots=True, eq=False)
class Follower:
    """One session that follows, which has been told all that it was to be told up to number `upto`.

    `is_due`: there may be more. `waits`: for what a chat is about to hand over.
    """

    session: Session
    upto: int
    cursor: int
    is_due: bool = False
    is_running: bool = False
    waits: bool = False
    has_news: bool = False

    @property
    def is_level(self) -> bool:
        return not (self.is_due or self.is_running or self.waits)


class FollowService:
    """All sessions that follow. `chat_of` finds a chat by its id, while the store has not reported all of it."""

    def __init__(self, store: Store, backpressure: Backpressure, *, chat_of: Callable[[str], Chat | None]) -> None:
        self._store = store
        self._backpressure = backpressure
        self._chat_of = chat_of
        self._followers: dict[str, dict[Session, Follower]] = {}
        self._level = 0
        self._tasks = Tasks()
        self._timer: asyncio.TimerHandle | None = None

    # Coming and going

    def follow(self, session: Session, number: int | None) -> None:
        """Carry out `/follow`. Raises PeerError for a client that names no device: it has a mailbox."""
        if not self._store.newest:
            session.tell(Following(0, Feed.OFF))
            return
        if not session.device:
            raise PeerError("no_device", "Only a client that has named its device can follow (docs/protocol.md, 14).")
        self._tasks.answer(session.chat_socket, self._begin(session, number))

    async def _begin(self, session: Session, number: int | None) -> None:
        has_missed_little = number is not None and await self._is_little(session.nickname, number)
        if session.is_over:
            return
        newest = self._store.newest
        upto = number if number is not None and has_missed_little else newest
        follower = Follower(session, upto, upto)
        self._followers.setdefault(session.nickname, {})[session] = follower
        session.tell(Following(upto, Feed.FROM_THERE if has_missed_little else Feed.ANEW))
        follower.is_due = upto < newest
        self._go_on(follower)

    async def _is_little(self, me: str, number: int) -> bool:
        """Return whether a client that was told up to `number` has missed little since then. A number of another store
        is one of the future, or it says too little.
        """
        if number > self._store.newest:
            return False
        try:
            return await self._store.count_after(me, number, MOST_MISSED + 1) <= MOST_MISSED
        except StoreError as error:  # it is answered all the same, and reads for itself what it opens
            log.error("messages not counted", extra={"reason": str(error)})
            return False

    def forget(self, session: Session) -> None:
        """Forget `session`, which is gone."""
        mine = self._followers.get(session.nickname, {})
        mine.pop(session, None)
        if not mine:
            self._followers.pop(session.nickname, None)

    # What may be news

    def committed(self, commit: Commit) -> None:
        """Note what has been stored. Who has not been told it otherwise is told."""
        before, self._level = self._level, commit.newest
        if not self._followers:
            return
        for item in commit.stored:
            chat = self._chat_of(item.chat)
            if chat:
                self._said_in(chat, item, before)
        for letter in commit.letters:
            progress = letter.progress
            for nickname in (progress.sender, progress.recipient):
                for follower in self._followers_of(nickname):
                    # The first streams of the two in a chat have the same name.
                    if nickname != progress.sender or progress.stream not in follower.session.spoken:
                        self._wake(follower, before)

    def _said_in(self, chat: Chat, item: Stored, before: int) -> None:
        for nickname in (chat.asker, chat.target):
            for follower in self._followers_of(nickname):
                self._note(follower)
                if not _is_known(follower.session, chat, item):
                    self._wake(follower, before)

    def _followers_of(self, nickname: str) -> Iterable[Follower]:
        return self._followers.get(nickname, {}).values()

    def _wake(self, follower: Follower, before: int) -> None:
        """Let a follower look for what came after number `before`, or after what it has not been told yet."""
        if follower.is_level:
            follower.upto = max(follower.upto, before)
        follower.is_due = True
        self._note(follower)
        self._go_on(follower)

    def _note(self, follower: Follower) -> None:
        """Let a cursor follow soon: there is news, told here or by a chat."""
        follower.has_news = True
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(CURSOR_EVERY, self._tell_cursors)

    def handed_over(self, session: Session) -> None:
        """Note that a chat has handed more to `session`, or hands it nothing more."""
        follower = self._followers.get(session.nickname, {}).get(session)
        if follower and follower.waits:
            follower.waits, follower.is_due = False, True
            self._go_on(follower)

    def emptied(self, session: Session) -> None:
        """Note that there is room in the queue to `session`."""
        follower = self._followers.get(session.nickname, {}).get(session)
        if follower:
            self._go_on(follower)

    # Telling

    def _go_on(self, follower: Follower) -> None:
        if follower.is_due and not follower.is_running and self._has_room(follower.session):
            follower.is_running = True
            self._tasks.run(self._run(follower))

    def _has_room(self, session: Session) -> bool:
        return not self._backpressure.is_queue_full(session.chat_socket.heard_on)

    async def _run(self, follower: Follower) -> None:
        try:
            while follower.is_due and not follower.waits and self._is_there(follower):
                follower.is_due = False
                level = self._store.newest
                page, is_whole = await self._read(follower)
                if is_whole and not page:
                    follower.upto = max(follower.upto, level)
                elif self._tell_page(follower, page):
                    follower.is_due = True
        except StoreError as error:
            log.error("messages not read", extra={"reason": str(error)})
            follower.is_due = True  # nothing of it may be passed over: the next commit is another try
        finally:
            follower.is_running = False

    def _is_there(self, follower: Follower) -> bool:
        return not follower.session.is_over and self._has_room(follower.session)

    async def _read(self, follower: Follower) -> tuple[Sequence[Message], bool]:
        """Return the next messages, and whether there are no more where there are none; on a busy machine reading can
        be stopped before it has found any.
        """
        try:
            return await self._store.after(follower.session.nickname, follower.upto, PAGE), True
        except Unfinished as unfinished:
            return unfinished.found, False

    def _tell_page(self, follower: Follower, page: Sequence[Message]) -> bool:
        """Tell messages; return False where one of them has to come by the chat first."""
        session = follower.session
        for message in page:
            if not self._is_there(follower):
                return True
            place = self._place_of(session, message)
            if place is Place.AHEAD:
                follower.waits = True
                return False
            if place is Place.OUTSIDE:
                session.tell(_kept(session.nickname, message))
            follower.upto = message.number
        return True

    def _place_of(self, session: Session, message: Message) -> Place:
        if message.sender != session.nickname:
            return session.handed.place_of(message.stream, message.position)
        return Place.HANDED if message.stream in session.spoken else Place.OUTSIDE

    def _tell_cursors(self) -> None:
        self._timer = None
        for follower in [one for mine in self._followers.values() for one in mine.values() if one.has_news]:
            follower.has_news = False
            if self._has_room(follower.session):
                self._tell_cursor(follower)
            if not follower.is_level:
                self._note(follower)

    def _tell_cursor(self, follower: Follower) -> None:
        upto = max(follower.upto, self._level) if follower.is_level else follower.upto
        if upto > follower.cursor:
            follower.cursor = upto
            follower.session.tell(Cursor(upto))


def _is_known(session: Session, chat: Chat, item: Stored) -> bool:
    """Return whether a session has said this itself, or has it from the chat that it holds: what comes late in an
    earlier stream it has not.
    """
    if item.sender == session.nickname:
        return item.stream in session.spoken
    is_now = item.stream == chat.says(item.sender).current.name
    return session.chat is chat and session.handed.is_live and is_now


def _kept(me: str, message: Message) -> Kept:
    conversation = message.recipient if message.sender == me else message.sender
    return Kept(
        conversation,
        message.number,
        int(message.at),
        message.sender,
        message.stream,
        message.position,
        message.text,
    )
