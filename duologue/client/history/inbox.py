"""What is unread, and which conversations there are: /unread, /conversations, and the line at the login.

Only for a client that is one of several devices: the server counts for all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from duologue.client.api import Client
from duologue.client.errors import ClientError, NotConnected
from duologue.client.events import Happening
from duologue.client.history.conversation_list import ConversationList
from duologue.client.history.pages import HistoryPages
from duologue.client.history.read_marks import ReadMarks
from duologue.client.history.since import local
from duologue.client.history.transcript import count_of, lines_of
from duologue.client.input.arguments import MOST
from duologue.client.input.meaning import ShowConversations, ShowUnread
from duologue.client.view.base import Kind, Line
from duologue.core.errors import PeerError
from duologue.core.events.chat import Recalled, Refused
from duologue.core.events.devices import ConversationListed
from duologue.core.room_rules import is_room
from duologue.core.spellings import respelled
from duologue.core.text import visible

MARK_EVERY = 1.0
"""Seconds between two marks: who reads a lively chat tells the other devices once a second."""

MOST_COUNTED = 100
"""Unread messages that a server counts in one conversation (docs/protocol.md, 14.5)."""

_MOST_NAMED = 5
"""Conversations named at the login: one line."""

_MOST_SHOWN = 50
"""Conversations that /conversations lists: a page of the server."""


class Inbox:
    """The conversations of one client. `pages` are asked by its other commands too, one at a time under `turn`."""

    def __init__(self, client: Client, pages: HistoryPages, turn: asyncio.Lock, show: Callable[[Line], None]) -> None:
        self._client = client
        self._pages = pages
        self._turn = turn
        self._show = show
        self._list = ConversationList(client)
        self._marks = ReadMarks()
        self._due = asyncio.Event()

    # What is heard and read

    def takes(self, event: Happening) -> bool:
        """Return whether `event` answers something asked here, and is not to be shown by itself."""
        if isinstance(event, Refused) and event.code == "no_conversation":  # we have just left that room
            return True
        return self._list.takes(event)

    def shows(self, event: Happening) -> None:
        """Note that an event has been shown."""
        self._note(lambda: self._marks.shows(event, self._client.partner or self._client.room))

    def turns_to(self, name: str | None) -> None:
        """Note that the person has turned to a conversation, or written there."""
        if name is not None:
            self._note(lambda: self._marks.reads(name))

    def reads_to(self, name: str, number: int) -> None:
        """Note that the person has been shown a conversation up to this message."""
        self._note(lambda: self._marks.reads_to(name, number))

    def _note(self, change: Callable[[], None]) -> None:
        if self._client.follows:
            change()
            if self._marks.is_due:
                self._due.set()

    async def tell(self, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        """Tell the server, without end, how far conversations have been read: at a sensible pace."""
        while True:
            await self._due.wait()
            mark = self._marks.next()
            try:
                await self._client.send(mark)
            except NotConnected:
                self._marks.give_back(mark)
            await sleep(MARK_EVERY)
            if not self._marks.is_due:
                self._due.clear()

    # What is shown

    async def greet(self) -> None:
        """Say in one line what is unread, if anything is."""
        try:
            unread = await self._list.unread()
        except ClientError:
            return  # the connection was lost, which is told by itself, or there is no history to read
        if unread:
            named = ", ".join(f"{self._name(one)} {_number(one)}" for one in unread[:_MOST_NAMED])
            more = ", and more" if len(unread) > _MOST_NAMED else ""
            self._say(Kind.NOTICE, f"Unread: {named}{more}. /unread shows them.")

    async def carry_out(self, meaning: ShowUnread | ShowConversations) -> None:
        """Carry out a command; return when it is done. What cannot be done is reported in a sentence."""
        async with self._turn:
            try:
                if isinstance(meaning, ShowUnread):
                    await self._show_unread()
                else:
                    await self._show_conversations()
            except PeerError as error:
                self._say(Kind.TROUBLE, error.text)
            except ClientError as error:
                self._say(Kind.TROUBLE, str(error))

    async def _show_unread(self) -> None:
        count = 0
        for conversation in reversed(await self._list.unread()):
            messages = await self._after(conversation.name, conversation.read)
            for line in lines_of(respelled(message, self._client.shown) for message in messages):
                self._show(line)
            count += sum(message.sender != self._client.nickname for message in messages)
            self.reads_to(conversation.name, max([conversation.number, *(message.number for message in messages)]))
            await asyncio.sleep(0)  # typing stays fluent
        self._say(Kind.HINT, f"{count_of(count)} that had not been read." if count else "Nothing is unread.")

    async def _after(self, name: str, number: int) -> list[Recalled]:
        """Return the messages of a conversation after one, oldest first; of very many the newest."""
        found: list[Recalled] = []
        async for page in self._pages.pages(name, MOST):
            new = [message for message in page if message.number > number]
            found = [*new, *found]
            if len(new) < len(page):
                break
        return found

    async def _show_conversations(self) -> None:
        found = await self._list.newest(_MOST_SHOWN)
        for one in reversed(found[:_MOST_SHOWN]):
            self._say(Kind.NOTICE, self._described(one))
        more = ", the latest" if len(found) >= _MOST_SHOWN else ""
        self._say(Kind.HINT, f"{count_of(len(found[:_MOST_SHOWN]), 'conversation')}{more}. /history NICK shows one.")

    def _described(self, one: ConversationListed) -> str:
        unread = f" ({_number(one)} unread)" if one.unread else ""
        said = " ".join(one.preview.split())
        return f"{local(one.at):%Y-%m-%d %H:%M} {self._name(one)}{unread}, {self._client.shown(one.sender)}: {said}"

    def _name(self, conversation: ConversationListed) -> str:
        return conversation.name if is_room(conversation.name) else self._client.shown(conversation.name)

    def _say(self, kind: Kind, text: str) -> None:
        self._show(Line(kind, visible(text)))


def _number(conversation: ConversationListed) -> str:
    return f"{conversation.unread}+" if conversation.unread >= MOST_COUNTED else str(conversation.unread)
