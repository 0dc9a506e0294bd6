"""Earlier messages, for those who took part: asks the store, and sends the client what it finds."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from duologue.core.commands.chat import ReadHistory, SearchHistory
from duologue.core.errors import PeerError
from duologue.core.events.chat import Recalled, RecallEnded, Refused
from duologue.core.names import is_guest
from duologue.core.room import Room
from duologue.core.room_rules import is_room
from duologue.server.chats.bookkeeping import Bookkeeping
from duologue.server.session import Session
from duologue.server.storage.base import Message, Store, StoreDamaged, StoreError, Unfinished
from duologue.server.tasks import Tasks

log = logging.getLogger(__name__)

PAGE_MESSAGES = 500
"""Messages of one answer at most, so that a page takes a few ms to read; a client that wants more asks for earlier
ones.
"""

PAGE_BYTES = 256 * 1024
"""Text of one answer at most: two send queues, so that a client that reads gets it in two rounds."""

FOUND_MESSAGES = 50
"""Results of one search at most: people do not read more, they narrow the search down."""


SEARCH_STOPPED = "search_stopped"
"""Code sent beside the results of a search that was stopped, before they end: clients know `recall_ended`."""


class Page(NamedTuple):
    """Messages, and the number before which there are older ones. `is_whole`: nothing is missing between them."""

    messages: Sequence[Message]
    before: int | None = None
    is_whole: bool = True


_STOPPED = "The search took too long and was stopped, so something may be missing. Try rarer words, or again later."

_NO_ROOMS: Mapping[str, str] = MappingProxyType({})


class HistoryReader:
    """Reads one answer at a time for each client: its chat socket is not read from until the answer is there.

    Messages in rooms are left out for a reader to whom their sender no longer `is_heard`.
    """

    def __init__(
        self, store: Store, bookkeeping: Bookkeeping, is_heard: Callable[[str, str], bool] = lambda _, __: True
    ) -> None:
        self._store = store
        self._bookkeeping = bookkeeping
        self._is_heard = is_heard
        self._tasks = Tasks()

    def history(self, session: Session, partner: str, count: int, before: int | None) -> None:
        """Send the newest `count` messages with `partner`, oldest first, or those before the
        message numbered `before`.
        """
        limit = _limit(count)
        found = self._store.history(session.nickname, partner, before=before, limit=limit)
        self._answer(session, ReadHistory, _page(found, limit))

    def room_history(self, session: Session, room: Room, count: int, before: int | None) -> None:
        """Send the same of the messages in a room."""
        limit = _limit(count)
        asker = session.login_socket.address if is_guest(session.nickname) else session.nickname
        found = self._store.room_history(room.id, asker=asker, before=before, limit=limit)
        self._answer(session, ReadHistory, _page(found, limit), {room.id: room.key})

    def search(self, session: Session, words: str, rooms: Sequence[Room]) -> None:
        """Send the newest messages with all of the words, in any chat of the client or in these rooms, newest first."""
        keys = {room.id: room.key for room in rooms}
        self._answer(session, SearchHistory, self._found(session.nickname, words, [*keys]), keys)

    def left(self, session: Session) -> None:
        """Read nothing more for `session`, which has gone."""
        self._tasks.left(session)

    async def _found(self, me: str, words: str, rooms: Sequence[str]) -> Page:
        try:
            return Page(await self._store.search(me, words, FOUND_MESSAGES, rooms))
        except Unfinished as unfinished:
            return Page(unfinished.found, is_whole=False)

    def _answer(
        self, session: Session, of: type, question: Awaitable[Page], rooms: Mapping[str, str] = _NO_ROOMS
    ) -> None:
        self._bookkeeping.settle()  # what was said until now is to be found
        heard = self._heard_by(session.nickname, question)
        self._tasks.read(session, _tell(session, of, heard, rooms))

    async def _heard_by(self, me: str, question: Awaitable[Page]) -> Page:
        page = await question
        heard = [found for found in page.messages if not is_room(found.recipient) or self._is_heard(found.sender, me)]
        return page._replace(messages=heard)


def _limit(count: int) -> int:
    return max(1, min(count, PAGE_MESSAGES))


async def _page(asked: Awaitable[Sequence[Message]], limit: int) -> Page:
    try:
        found = await asked
        is_all = len(found) < limit
    except Unfinished as unfinished:
        found, is_all = unfinished.found, False
        if not found:
            raise PeerError("no_history", "Reading this takes the server too long, and was stopped.") from None
    messages = _newest_within(found, PAGE_BYTES)
    has_older = not is_all or len(messages) < len(found)
    return Page(messages, messages[0].number if has_older else None)


async def _tell(session: Session, of: type, question: Awaitable[Page], rooms: Mapping[str, str]) -> None:
    """Send the answer. `of` is the class of the command that asks; `rooms` are the keys of the rooms that are the
    recipients, by id.
    """
    try:
        page = await question
    except PeerError as error:
        session.tell(Refused(error.code, error.text, of))
    except StoreDamaged as error:
        log.error("history is damaged", extra={"reason": str(error)})
        text = (
            "Some of these messages were damaged on the server's disk, and cannot be shown. Its operator can tell more."
        )
        session.tell(Refused("history_damaged", text, of))
    except StoreError as error:
        log.error("history not read", extra={"reason": str(error)})
        session.tell(Refused("no_history", "The server cannot read its history now.", of))
    else:
        for message in page.messages:
            session.tell(_recalled(message, rooms))
        if not page.is_whole:
            session.tell(Refused(SEARCH_STOPPED, _STOPPED, of))
        session.tell(RecallEnded(len(page.messages), page.before))


def _recalled(message: Message, rooms: Mapping[str, str]) -> Recalled:
    recipient = rooms.get(message.recipient, message.recipient)
    return Recalled(
        message.number, int(message.at), message.sender, recipient, message.text, message.stream, message.position
    )


def _newest_within(messages: Sequence[Message], most: int) -> Sequence[Message]:
    """Return as many of the newest messages as have `most` bytes of text together, and one in any case."""
    size = 0
    for count, message in enumerate(reversed(messages)):
        size += len(message.text.encode())
        if size > most and count:
            return messages[-count:]
    return messages
