"""The client for programs: an asyncio API that bots are written with, and that the terminal uses too (docs/bots.md)."""

from __future__ import annotations

import asyncio
import random
import ssl as tls
from collections.abc import Awaitable, Callable
from types import TracebackType

from duologue.client.address import DEFAULT_HOST, DEFAULT_PORT, Address
from duologue.client.backoff import LONGEST, Backoff
from duologue.client.errors import CannotConnect, LinkLost, LoginRefused, NotConnected
from duologue.client.happenings import ConnectionLost, Happening, Reconnected
from duologue.client.link import Link, Timing
from duologue.core.commands import (
    AcceptChat,
    AskForChat,
    CancelRequest,
    Command,
    DeclineChat,
    Exit,
    ListOnline,
    ListRequests,
    QuitChat,
    ReadHistory,
    Say,
    SearchHistory,
)
from duologue.core.events import Acknowledged, Disconnected

COMES_BACK_AFTER = frozenset({"shutting_down", "lost", "dead", "stalled"})
"""Goodbyes after which the client connects again by itself. After others it must not: two clients of one account, each
taken over by the other, would throw each other out for ever; and what broke the protocol once breaks it again."""

TRIED_AGAIN_AFTER = frozenset({"throttled", "busy"})
"""Refusals of a login that pass by themselves; any other would be the same the next time."""


def connect(
    nickname: str,
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    password: str | None = None,
    ssl: tls.SSLContext | None = None,
) -> Client:
    """A client to use with `async with`, which logs in, and with `async for`, which gives what happens."""
    return Client(Address(host, port, ssl), nickname, password)


class Client:
    """One person or bot, over as many sessions as it takes.

    Iterate to get events; a lost connection is one of them, and iterating on connects again. Every method sends
    and returns; what comes of it arrives as an event. Methods raise NotConnected between two sessions.
    """

    def __init__(
        self,
        address: Address,
        nickname: str,
        password: str | None = None,
        *,
        timing: Timing | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.address = address
        self._nickname = nickname
        self._password = password
        self._timing = timing or Timing()
        self._sleep = sleep
        self._backoff = Backoff(jitter)
        self._link: Link | None = None
        self._since = 0.0
        self._is_over = False

    # Who we are and whom we talk with

    @property
    def nickname(self) -> str:
        """As the server spells it, once logged in."""
        return self._nickname

    @property
    def is_connected(self) -> bool:
        return self._link is not None

    @property
    def partner(self) -> str | None:
        """Whom the chat is with; None outside a chat."""
        return self._link.session.partner if self._link else None

    @property
    def waiting(self) -> tuple[str, ...]:
        """Who waits for our answer, the longest waiting first."""
        return self._link.session.waiting if self._link else ()

    @property
    def asked(self) -> tuple[str, ...]:
        """Whose answer we wait for."""
        return self._link.session.asked if self._link else ()

    @property
    def sent(self) -> int:
        """How many messages were said in this chat, or in the last one of this session."""
        return self._link.session.sent if self._link else 0

    @property
    def acknowledged(self) -> Acknowledged:
        """How many of them the server answers for, and how many the partner has."""
        return self._link.session.acknowledged if self._link else Acknowledged()

    @property
    def unstored(self) -> int:
        """How many of them the server does not answer for (yet)."""
        return self._link.session.unstored if self._link else 0

    # Coming and going

    async def __aenter__(self) -> Client:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Log in. Raises CannotConnect, LoginRefused, or PasswordNeeded where one is needed and none was given."""
        self._link = await Link.open(self.address, self._nickname, self._password, self._timing)
        self._nickname = self._link.session.nickname
        self._since = self._timing.now()
        self._is_over = False

    async def close(self) -> None:
        """Leave. What was said before is on the server then, unless the connection is lost or very slow."""
        link, self._link = self._link, None
        self._is_over = True
        if link:
            await link.leave()

    # What happens

    def __aiter__(self) -> Client:
        return self

    async def __anext__(self) -> Happening:
        if self._is_over:
            raise StopAsyncIteration
        if self._link is None:
            return await self._connect_again()
        try:
            event = await self._link.next_event()
        except LinkLost as lost:
            return await self._lose(str(lost))
        if isinstance(event, Disconnected) and event.code not in COMES_BACK_AFTER:
            await self._end()
        return event

    async def _lose(self, reason: str) -> ConnectionLost:
        lost = ConnectionLost(reason, self.partner, self.unstored if self.partner else 0)
        if self._timing.now() - self._since > LONGEST:
            self._backoff.reset()
        await self._end()
        self._is_over = False
        return lost

    async def _end(self) -> None:
        link, self._link = self._link, None
        self._is_over = True
        if link:
            await link.close()

    async def _connect_again(self) -> Happening:
        while True:
            await self._sleep(self._backoff.next_wait())
            try:
                await self.open()
            except CannotConnect:
                continue
            except LoginRefused as refused:
                if refused.code in TRIED_AGAIN_AFTER:
                    continue
                self._is_over = True
                return Disconnected(refused.code, str(refused))
            return Reconnected(self._nickname)

    # What one can do

    async def ask(self, nickname: str) -> None:
        """Ask for a chat."""
        await self.send(AskForChat(nickname))

    async def accept(self, nickname: str | None = None) -> None:
        """Accept the request of `nickname`, or the only one that waits."""
        await self.send(AcceptChat(nickname))

    async def decline(self, nickname: str | None = None) -> None:
        """Decline the request of `nickname`, or the only one that waits."""
        await self.send(DeclineChat(nickname))

    async def cancel(self, nickname: str | None = None) -> None:
        """Withdraw one's own request to `nickname`, or all of them."""
        await self.send(CancelRequest(nickname))

    async def say(self, text: str) -> None:
        """Say something to the partner; it may have line breaks. Raises PeerError when it is too long for a line."""
        await self.send(Say(text))

    async def quit(self) -> None:
        """Leave the chat, not the server."""
        await self.send(QuitChat())

    async def who(self) -> None:
        """Ask who is here; the answer is a PeopleOnline."""
        await self.send(ListOnline())

    async def requests(self) -> None:
        """Ask who waits for our answer; it is a WaitingRequests."""
        await self.send(ListRequests())

    async def history(self, nickname: str, count: int, before: int | None = None) -> None:
        """Ask for the newest `count` messages with `nickname`, or the newest before the one numbered `before`.

        The answer is a Recalled for each, oldest first, and a RecallEnded, whose `before` asks for those before them.
        """
        await self.send(ReadHistory(nickname, count, before))

    async def search(self, words: str) -> None:
        """Ask for the messages of all one's chats that have these words: Recalled, newest first, and a RecallEnded."""
        await self.send(SearchHistory(words))

    async def exit(self) -> None:
        """Leave the server. The last event is a Disconnected."""
        await self.send(Exit())

    async def send(self, command: Command) -> None:
        if self._link is None:
            raise NotConnected
        await self._link.send(command)
