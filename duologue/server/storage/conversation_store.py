"""The part of a store in a file that answers about the conversations of an account."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from duologue.server.storage.accounts import Lives
from duologue.server.storage.answers import T
from duologue.server.storage.base import Conversation, Mark, Message, StreamProgress
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.readings import Readings


class ConversationStore(ABC):
    """Questions about conversations: everything given to the store by then counts. Rooms are named by their ids."""

    _readings: Readings
    _lives: Lives

    @abstractmethod
    async def synced(self) -> None: ...

    @abstractmethod
    async def _readable(self) -> None: ...

    @abstractmethod
    async def _ask(self, question: Callable[[Mailroom], T], rows: int = 1) -> T: ...

    async def after(self, me: str, number: int, limit: int, rooms: Sequence[str] = ()) -> list[Message]:
        """Return messages after a number, oldest first. Raises Unfinished, with the oldest of them."""
        await self._readable()
        return await self._readings.after(me, number, limit, rooms, self._lives.of(me))

    async def count_after(self, me: str, number: int, most: int, rooms: Sequence[str] = ()) -> int:
        """Return how many there are, counted to `most`."""
        await self._readable()
        return await self._readings.count_after(me, number, most, rooms, self._lives.of(me))

    async def listed(
        self, me: str, before: int | None = None, limit: int = 50, rooms: Sequence[str] = ()
    ) -> list[Conversation]:
        """Return conversations by their newest messages, newest first, before that of a number."""
        await self._readable()
        return await self._readings.listed(me, before, limit, rooms, self._lives.of(me))

    async def mark(self, me: str, conversation: str, number: int) -> Mark | None:
        """Note how far `me` has read, forwards only; it is on the disk when this returns. None: nothing was said
        there.
        """
        return await self._ask(lambda mailroom: mailroom.mark(me, conversation, number), rows=0)

    async def have_talked(self, me: str, other: str) -> bool:
        """Return whether the two have had a chat, or `me` has written to `other`."""
        await self.synced()
        return await self._readings.have_talked(me, other, self._lives.first_chat(me, other))

    async def receive_all(self, me: str, number: int) -> list[StreamProgress]:
        """Note that `me` holds all that waited in the mailbox of streams that go no further than a number; return the
        progress of each of these.
        """
        return await self._ask(lambda mailroom: mailroom.receive_all(me, number), rows=0)
