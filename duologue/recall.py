"""What was said before, for those who were there: asks the store, and tells the client what it finds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence

from duologue.core.errors import PeerError
from duologue.core.events import Recalled, RecallEnded, Refused
from duologue.link import Client, Hold
from duologue.storage.base import Message, Store, StoreError

log = logging.getLogger(__name__)

PAGE_MESSAGES = 500
"""Messages of one answer at most, so that a page takes a few ms to read; who wants more asks for those before."""

PAGE_BYTES = 256 * 1024
"""Text of one answer at most: two send queues, so that a client that reads gets it in two breaths."""

FOUND_MESSAGES = 50
"""Results of one search at most: nobody reads more of them, they narrow it down."""


class Recall:
    """Answers one question at a time for each client: its chat socket is not read from until the answer is there."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._reading: set[asyncio.Task[None]] = set()

    def history(self, client: Client, partner: str, count: int, before: int | None) -> None:
        """The newest `count` messages with `partner`, oldest first, or those before the message numbered `before`."""
        limit = max(1, min(count, PAGE_MESSAGES))
        self._answer(client, self._page(client.nickname, partner, before, limit))

    def search(self, client: Client, words: str) -> None:
        """The newest messages with all of the words, in any chat of the client, newest first."""
        self._answer(client, self._found(client.nickname, words))

    async def _page(
        self, me: str, partner: str, before: int | None, limit: int
    ) -> tuple[Sequence[Message], int | None]:
        found = await self.store.history(me, partner, before=before, limit=limit)
        messages = _newest_within(found, PAGE_BYTES)
        has_older = len(found) == limit or len(messages) < len(found)
        return messages, messages[0].number if has_older else None

    async def _found(self, me: str, words: str) -> tuple[Sequence[Message], None]:
        return await self.store.search(me, words, FOUND_MESSAGES), None

    def _answer(self, client: Client, question: Awaitable[tuple[Sequence[Message], int | None]]) -> None:
        client.chat_socket.hold(Hold.RECALL)
        task = asyncio.ensure_future(self._tell(client, question))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _tell(self, client: Client, question: Awaitable[tuple[Sequence[Message], int | None]]) -> None:
        login_socket = client.login_socket
        try:
            messages, before = await question
        except PeerError as error:
            login_socket.tell(Refused(error.code, error.text))
        except StoreError as error:
            log.error("history not read", extra={"reason": str(error)})
            login_socket.tell(Refused("no_history", "The server cannot read its history now."))
        else:
            for message in messages:
                login_socket.tell(
                    Recalled(message.number, int(message.at), message.sender, message.recipient, message.text)
                )
            login_socket.tell(RecallEnded(len(messages), before))
        finally:
            client.chat_socket.release(Hold.RECALL)


def _newest_within(messages: Sequence[Message], most: int) -> Sequence[Message]:
    """As many of the newest as have `most` bytes of text together, and one in any case."""
    size = 0
    for count, message in enumerate(reversed(messages)):
        size += len(message.text.encode())
        if size > most and count:
            return messages[-count:]
    return messages
