"""Requests for the list of conversations, with the answers picked out of all other events. Does not know screens."""

from __future__ import annotations

import asyncio

from duologue.client.api import Client
from duologue.client.events import ConnectionLost, Happening
from duologue.client.history.pages import NotRecalled
from duologue.core.events.chat import Disconnected, Refused
from duologue.core.events.devices import ConversationListed, ConversationsEnded

MOST_LISTED = 500
"""Conversations that are looked through for unread messages, the latest: ten answers of a server."""


class ConversationList:
    """Asks one question at a time."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._found: list[ConversationListed] = []
        self._answer: asyncio.Future[int | None] | None = None
        self._turn = asyncio.Lock()

    def takes(self, event: Happening) -> bool:
        """Return whether `event` is part of an answer, and so not to be shown."""
        answer = self._answer
        if answer is None or answer.done():
            return isinstance(event, ConversationListed | ConversationsEnded)
        match event:
            case ConversationListed():
                self._found.append(event)
            case ConversationsEnded(before):
                answer.set_result(before)
            case Refused("no_history", text):
                answer.set_exception(NotRecalled(text))
            case ConnectionLost() | Disconnected():
                answer.set_exception(NotRecalled("The connection was lost before the list had come."))
                return False
            case _:
                return False
        return True

    async def newest(self, most: int = MOST_LISTED) -> list[ConversationListed]:
        """Return the latest conversations, at least `most` if there are as many. Raises NotRecalled, NotConnected."""
        async with self._turn:
            found: list[ConversationListed] = []
            before: int | None = None
            while True:
                page, before = await self._page(before)
                found += page
                if before is None or len(found) >= most:
                    return found

    async def unread(self) -> list[ConversationListed]:
        """Return those in which something is unread, the latest first."""
        return [conversation for conversation in await self.newest() if conversation.unread]

    async def _page(self, before: int | None) -> tuple[list[ConversationListed], int | None]:
        self._found = []
        self._answer = asyncio.get_running_loop().create_future()
        try:
            await self._client.conversations(before)
            return self._found, await self._answer
        finally:
            self._answer = None
