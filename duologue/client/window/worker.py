"""The client at work, in its own thread with its own event loop. Knows no Tk: it passes news to a function.

All methods except those for asyncio's thread return at once and may be called from any thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from duologue.client.address import Address
from duologue.client.api import Client
from duologue.client.errors import CannotConnect, ClientError, LoginRefused, NotConnected, PasswordNeeded
from duologue.client.events import Happening, MemoryLost
from duologue.client.history.commands import HistoryCommands
from duologue.client.history.pages import HistoryPages
from duologue.client.input.meaning import Export
from duologue.client.view.base import Kind, Line
from duologue.client.window.faults import tell
from duologue.client.window.news import (
    Exported,
    Happened,
    LoggedIn,
    LoginFailed,
    News,
    NoPage,
    NotSent,
    PageCame,
    PasswordWanted,
    Progress,
    Sent,
)
from duologue.core.commands.chat import Command, ReadHistory, SearchHistory
from duologue.core.commands.people import AllowAsking, WatchPeople
from duologue.core.commands.rooms import JoinRoom
from duologue.core.errors import PeerError
from duologue.core.events.chat import MessageFrom, Said
from duologue.core.room_rules import LOBBY
from duologue.core.text import visible

LEAVING = 8.0
"""Seconds that leaving may take at the end: longer than the client itself waits for a server that does not answer."""

_FIRST = (WatchPeople(True), JoinRoom(LOBBY), AllowAsking())
"""Commands sent at every login: for the list of people, the lobby, and who may ask us."""


_ACKNOWLEDGED = (Said, MessageFrom)

_NOT_SHOWN = (
    "Something that arrived could not be shown, so it does not count as received and the connection was closed. "
    "It comes again at the next login."
)
_FAULT = "That failed because of a fault in this program; standard error has the details."


class Shown(Protocol):
    def __call__(self, is_shown: bool = True, /) -> object: ...


class Tell(Protocol):
    """Receives news. It is called in the worker's thread; it calls `shown`, from any thread, once the person can see
    the news, or with False if that is impossible.
    """

    def __call__(self, news: News, shown: Shown) -> None: ...


class Worker:
    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="asyncio", daemon=True)
        self._client: Client | None = None
        self._recaller: HistoryPages | None = None
        self._exporting: HistoryCommands | None = None
        self._has_file = False
        self._turn = asyncio.Lock()
        self._unseen: Happening | None = None
        self._listening: asyncio.Task[None] | None = None
        self._at_work: set[asyncio.Task[None]] = set()
        self._hurry = asyncio.Event()

    # From any thread

    def start(self) -> None:
        self._thread.start()

    def log_in(self, address: Address, nickname: str, password: str | None, memory: Path | None) -> None:
        """Log in, ending any earlier session. A LoggedIn, PasswordWanted or LoginFailed follows."""
        client = Client(address, nickname, password, memory=memory, is_shared=True, sleep=self._sleep)
        self._do(self._log_in(client, has_file=memory is not None))

    def try_now(self) -> None:
        """Reconnect without waiting for the next attempt. Does nothing if there is nothing to wait for."""
        self._loop.call_soon_threadsafe(self._hurry.set)

    def send(self, command: Command, place: str) -> None:
        """Send a command. `place` is where a NotSent is shown."""
        self._do(self._send(command, place))

    def say(self, place: str, text: str) -> None:
        """Say something: to the partner in the chat, otherwise as a letter, or into the room. A Sent or a NotSent
        follows.
        """
        self._do(self._say(place, text))

    def recall(self, question: ReadHistory | SearchHistory) -> None:
        """Ask for earlier messages. A PageCame or a NoPage follows."""
        self._do(self._recall(question))

    def export(self, wanted: Export) -> None:
        """Export messages. An Exported follows. Pages that are asked for meanwhile come after it."""
        self._do(self._export(wanted))

    def stop(self) -> None:
        """Leave the chat and the server; return when that is done, or has taken too long."""
        done = asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        with suppress(TimeoutError):
            done.result(LEAVING)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LEAVING)

    def _do(self, work: Coroutine[None, None, None]) -> None:
        self._loop.call_soon_threadsafe(self._begin, work)

    # In the worker's thread

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    def _say_news(self, news: News) -> None:
        self._tell(news, lambda _=True: None)

    async def _sleep(self, seconds: float) -> None:
        """Wait before the next attempt to connect; less if somebody wants it now."""
        self._hurry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurry.wait()

    async def _log_in(self, client: Client, *, has_file: bool) -> None:
        await self._leave()
        try:
            await client.open()
        except PasswordNeeded:
            self._say_news(PasswordWanted())
        except LoginRefused as refused:
            self._say_news(LoginFailed(visible(str(refused)), is_refused=True))
        except CannotConnect as error:
            reason = visible(str(error))
            self._say_news(LoginFailed(f"Cannot reach the server at {client.address} ({reason})."))
        except Exception as fault:
            tell(fault)
            self._say_news(LoginFailed(_FAULT))
        else:
            self._has_file = has_file
            await self._begin_session(client)

    async def _begin_session(self, client: Client) -> None:
        self._client, self._recaller = client, HistoryPages(client)
        self._say_news(LoggedIn(client.nickname, client.spellings))
        for command in _FIRST:
            await client.send(command)
        self._listening = self._loop.create_task(self._until_not_shown(client, self._recaller))

    async def _until_not_shown(self, client: Client, recaller: HistoryPages) -> None:
        try:
            if await self._listen(client, recaller):
                return
        except Exception as fault:
            tell(fault)
        self._begin(self._break_off())

    async def _break_off(self) -> None:
        """Leave. To continue would acknowledge what nobody has seen: messages are acknowledged in order."""
        await self._leave()
        self._say_news(LoginFailed(_NOT_SHOWN))

    async def _listen(self, client: Client, recaller: HistoryPages) -> bool:
        """Pass events on. What has been shown counts as received: the next event is asked for when this one can be
        seen. Return False if it cannot be shown and would be acknowledged.
        """
        async for event in client:
            self._unseen = event
            self._has_file = self._has_file and not isinstance(event, MemoryLost)
            if not (self._exporting or recaller).takes(event):
                is_shown = await self._is_shown(event, client)
                if not is_shown and isinstance(event, _ACKNOWLEDGED):
                    return False
            self._unseen = None
        return True

    async def _is_shown(self, event: Happening, client: Client) -> bool:
        answer: asyncio.Future[bool] = self._loop.create_future()

        def settle(is_shown: bool) -> None:
            if not answer.done():
                answer.set_result(is_shown)

        def shown(is_shown: bool = True, /) -> None:
            self._loop.call_soon_threadsafe(settle, is_shown)

        self._tell(Happened(event, self._progress(client)), shown)
        return await answer

    async def _leave(self) -> None:
        if self._listening:
            self._listening.cancel()
            await asyncio.wait((self._listening,))
        client, self._client, self._listening = self._client, None, None
        unseen, self._unseen = self._unseen, None
        if client:
            # With an error the newest event does not count as received, and comes again.
            await client.__aexit__(None, asyncio.CancelledError() if unseen else None, None)

    async def _end(self) -> None:
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)
        await self._leave()

    async def _send(self, command: Command, place: str) -> None:
        with self._trouble_told(lambda text: NotSent(place, text)):
            await self._connected().send(command)

    async def _say(self, place: str, text: str) -> None:
        with self._trouble_told(lambda trouble: NotSent(place, trouble)):
            client = self._connected()
            stream = await self._pass_on(client, place, text)
            self._say_news(Sent(place, stream, self._progress(client)))

    async def _pass_on(self, client: Client, place: str, text: str) -> str | None:
        """Send a text. A chat may end at this moment: what was written to somebody reaches them and nobody else."""
        if client.partner != place:
            return await client.write(place, text)
        await client.say(text)
        return None

    async def _recall(self, question: ReadHistory | SearchHistory) -> None:
        place = question.nickname if isinstance(question, ReadHistory) else None
        async with self._turn:
            with self._trouble_told(lambda text: NoPage(place, text)):
                self._connected()
                assert self._recaller
                self._say_news(PageCame(place, await self._recaller.ask(question)))

    async def _export(self, wanted: Export) -> None:
        def tell(line: Line) -> None:
            self._say_news(Exported(wanted.partner, line))

        async with self._turn:
            with self._trouble_told(lambda text: Exported(wanted.partner, Line(Kind.TROUBLE, text))):
                self._exporting = HistoryCommands(self._connected(), tell)
                try:
                    await self._exporting.carry_out(wanted)
                finally:
                    self._exporting = None

    def _progress(self, client: Client) -> Progress:
        unsaved = 0 if self._has_file else client.unstored
        return Progress(
            client.partner,
            client.is_live,
            client.is_connected,
            client.sent,
            client.acknowledged,
            unsaved,
            client.spellings,
        )

    def _connected(self) -> Client:
        if self._client is None:
            raise NotConnected
        return self._client

    @contextmanager
    def _trouble_told(self, news: Callable[[str], News]) -> Iterator[None]:
        try:
            yield
        except PeerError as error:
            self._say_news(news(visible(error.text)))
        except ClientError as error:
            self._say_news(news(visible(str(error))))
        except Exception as fault:
            tell(fault)
            self._say_news(news(_FAULT))
