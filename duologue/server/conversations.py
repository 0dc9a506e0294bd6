"""The conversations of an account: a list of them for any device, and how far each has been read on one of them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from duologue.core.commands.devices import ListConversations, MarkRead
from duologue.core.errors import PeerError
from duologue.core.events.chat import Refused
from duologue.core.events.devices import ConversationListed, ConversationsEnded, ReadUpTo
from duologue.core.room import Room
from duologue.core.room_rules import RoomRules, is_room, room_key
from duologue.core.text import shortened
from duologue.server.people.directory import Directory
from duologue.server.session import Session
from duologue.server.storage.base import Conversation, Store, StoreError
from duologue.server.tasks import Tasks, Work

log = logging.getLogger(__name__)

PAGE_CONVERSATIONS = 50
"""Conversations of one answer: more than a screen shows, and 5 ms of a thread's time."""

PREVIEW = 100
"""Characters of the newest message: a line on a wide screen."""


class ConversationService:
    """Answers for all sessions. Rooms are those that somebody is in, by `rules`."""

    def __init__(self, store: Store, directory: Directory, rules: RoomRules, settle: Callable[[], None]) -> None:
        self._store = store
        self._directory = directory
        self._rules = rules
        self._settle = settle
        self._tasks = Tasks()

    def listed(self, session: Session, before: int | None) -> None:
        """Carry out `/conversations`."""
        self._settle()
        self._answer(session, ListConversations, self._list(session, before))

    def mark(self, session: Session, name: str, number: int) -> None:
        """Carry out `/read`: forwards only, and told to all devices of the account once it is stored."""
        self._settle()
        self._answer(session, MarkRead, self._mark(session, name, number))

    def left(self, session: Session) -> None:
        """Read nothing more for `session`, which has gone."""
        self._tasks.left(session)

    def _answer(self, session: Session, of: type, work: Work) -> None:
        self._tasks.read(session, _or_refused(session, of, work))

    async def _list(self, session: Session, before: int | None) -> None:
        rooms = {room.id: room for room in self._rules.rooms_of(session.nickname)}
        page = await self._store.listed(session.nickname, before, PAGE_CONVERSATIONS, [*rooms])
        for conversation in page:
            session.tell(_listed(conversation, rooms))
        session.tell(ConversationsEnded(page[-1].newest.number if len(page) == PAGE_CONVERSATIONS else None))

    async def _mark(self, session: Session, name: str, number: int) -> None:
        shown, key = self._conversation(session.nickname, name)
        mark = await self._store.mark(session.nickname, key, number)
        if mark is None:
            raise _no_conversation(name)
        for one in self._directory.sessions_of(session.nickname):
            one.hear(ReadUpTo(shown, mark.number, mark.unread))

    def _conversation(self, me: str, name: str) -> tuple[str, str]:
        """Return how a conversation is shown, and how the store has it. Raises PeerError: a room that somebody is not
        in is as one that there is not.
        """
        if not is_room(name):
            partner = self._directory.find_partner(name)
            return partner, partner
        key = room_key(name)
        room = next((room for room in self._rules.rooms_of(me) if room.key == key), None)
        if room is None:
            raise _no_conversation(name)
        return key, room.id


async def _or_refused(session: Session, of: type, work: Work) -> None:
    try:
        await work
    except PeerError as error:
        session.tell(Refused(error.code, error.text, of))
    except StoreError as error:
        log.error("conversations not read", extra={"reason": str(error)})
        session.tell(Refused("no_history", "The server cannot read its history now.", of))


def _listed(conversation: Conversation, rooms: dict[str, Room]) -> ConversationListed:
    newest = conversation.newest
    room = rooms.get(conversation.name)
    return ConversationListed(
        room.key if room else conversation.name,
        newest.number,
        int(newest.at),
        conversation.unread,
        conversation.mark,
        newest.sender,
        shortened(" ".join(newest.text.split()), PREVIEW),
    )


def _no_conversation(name: str) -> PeerError:
    return PeerError("no_conversation", f"You have no conversation with {shortened(name)}.")
