"""Requests for earlier messages, page by page, with their answers picked out of all other events.

Does not know screens or files.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from duologue.client.api import Client
from duologue.client.errors import ClientError
from duologue.client.events import ConnectionLost, Happening
from duologue.client.input.addressee import addressee
from duologue.core.commands.chat import ReadHistory, SearchHistory
from duologue.core.errors import PeerError
from duologue.core.events.chat import Disconnected, Recalled, RecallEnded, Refused
from duologue.core.names import BadNickname, nickname_key
from duologue.core.room_rules import is_room

PAGE = 500
"""Messages asked for at a time: the most that a server returns (docs/protocol.md)."""


class NotRecalled(ClientError):
    """The text is the reason, a sentence."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One answer, in the server's order. `before` asks for older messages; None if there are none."""

    messages: tuple[Recalled, ...]
    before: int | None


class HistoryPages:
    """Asks one question at a time: its user waits for the answer before asking the next."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._messages: list[Recalled] = []
        self._answer: asyncio.Future[HistoryPage] | None = None
        self._refusals: frozenset[str] = frozenset()

    def takes(self, event: Happening) -> bool:
        """Return whether `event` is part of an answer, and so not to be shown."""
        if self._answer is None or self._answer.done():
            return isinstance(event, Recalled | RecallEnded)
        match event:
            case Recalled():
                self._messages.append(event)
            case RecallEnded(_, before):
                self._answer.set_result(HistoryPage(tuple(self._messages), before))
            case Refused(code, text) if code in self._refusals:
                self._answer.set_exception(NotRecalled(text))
            case ConnectionLost() | Disconnected():
                self._answer.set_exception(NotRecalled("The connection was lost before all messages had come."))
                return False
            case _:
                return False
        return True

    async def ask(self, question: ReadHistory | SearchHistory) -> HistoryPage:
        """Ask for a page. Raises NotRecalled, NotConnected, or PeerError for a question that no server would
        understand.
        """
        self._refusals = _refusals_of(question)
        self._messages = []
        self._answer = asyncio.get_running_loop().create_future()
        try:
            await self._client.send(question)
            return await self._answer
        finally:
            self._answer = None

    async def pages(self, partner: str, most: int | None = None) -> AsyncIterator[tuple[Recalled, ...]]:
        """Yield the newest `most` messages with `partner` (a person or a room) or of all chats: the newest page first,
        each oldest first.
        """
        before: int | None = None
        left = most
        while left is None or left > 0:
            page = await self.ask(ReadHistory(partner, PAGE if left is None else min(left, PAGE), before))
            yield page.messages
            if page.before is None or (before is not None and page.before >= before):
                return
            before = page.before
            left = None if left is None else left - len(page.messages)

    async def newest(self, partner: str, most: int, since: float = 0) -> list[Recalled]:
        """Return the newest `most` messages with `partner`, none from before `since` (seconds since 1970); oldest
        first.
        """
        pages: list[list[Recalled]] = []
        async for page in self.pages(partner, most):
            recent = [message for message in page if message.at >= since]
            pages.append(recent)
            if len(recent) < len(page):
                break
        return [message for page in reversed(pages) for message in page]


def _refusals_of(question: ReadHistory | SearchHistory) -> frozenset[str]:
    """Return the codes that can answer it; others answer what was sent before, as nothing sent later is answered
    earlier.

    A request that would be refused for its form raises PeerError here: those codes answer any command.
    """
    codes = {"no_history"}
    if isinstance(question, SearchHistory):
        if not question.words.strip():
            raise PeerError("bad_command", "Say which words to search for.")
    elif is_room(addressee(question.nickname)):
        codes.add("not_in_room")
    elif not _is_an_accounts(question.nickname):
        codes.add("bad_nickname")
    return frozenset(codes)


def _is_an_accounts(nickname: str) -> bool:
    """Return whether it is neither a reserved word nor a guest's name: only the server knows which guests are there."""
    try:
        nickname_key(nickname)
    except BadNickname:
        return False
    return True
