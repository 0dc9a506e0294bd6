"""The three sockets of one session: opened together, kept alive, closed together. Prints and decides nothing."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from random import random
from time import monotonic

from duologue.client.address import Address, reason_of
from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_store import PendingLetter
from duologue.client.engine.session import ClientSession
from duologue.client.errors import CannotConnect, LinkLost, LoginRefused, PasswordNeeded, TurnedAway
from duologue.client.events import HandedIn, Happening, LetterDelivered
from duologue.core.commands.chat import Command, Exit, GivePassword, SocketKind
from duologue.core.errors import FatalPeerError
from duologue.core.events.chat import (
    Acknowledged,
    Disconnected,
    LoggedIn,
    LoginDenied,
    MessageFrom,
    PasswordWanted,
    Probe,
    Refused,
    Said,
)
from duologue.core.reports import ReportPace, is_much
from duologue.protocols.native.commands import encode_password

MOST_UNREAD = 1024
"""Events waiting for the user of this connection. Beyond that the login socket is not read, and the server holds the
rest.
"""

_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, and the clock that measures them (`now`). The defaults are the server's own (docs/settings.md)."""

    login: float = 20.0
    heartbeat: float = 15.0
    dead_after: float = 45.0
    last_words: float = 1.0
    """Longest wait for the other sockets to be read to their end when one is closed."""
    leaving: float = 5.0
    """Longest time for a goodbye once the server has read everything: as long as the server flushes its queues."""
    now: Callable[[], float] = monotonic


class FinishedMessages:
    """What was finished and is not reported: `some` once there is any, `much` once it is to be reported quickly."""

    def __init__(self) -> None:
        self.some = asyncio.Event()
        self.much = asyncio.Event()
        self._messages = self._size = 0

    def note(self, text: str) -> None:
        self._messages += 1
        self._size += len(text) if text.isascii() else len(text.encode(errors="replace"))
        self.some.set()
        if is_much(self._messages, self._size):
            self.much.set()

    def clear(self) -> None:
        self._messages = self._size = 0
        self.some.clear()
        self.much.clear()


class ServerConnection:
    """The connection of one session. Create it with `open`; then call `next_event`, and `finished` after each event,
    until LinkLost is raised. Close it in any case.
    """

    def __init__(self, session: ClientSession, timing: Timing) -> None:
        self.session = session
        self._timing = timing
        self._writers: dict[SocketKind, asyncio.StreamWriter] = {}
        self._ends = {kind: asyncio.Event() for kind in SocketKind}
        self._tasks: dict[SocketKind | None, asyncio.Task[None]] = {}
        self._events: asyncio.Queue[Happening | LinkLost] = asyncio.Queue(MOST_UNREAD)
        self._early: deque[Happening] = deque()
        self._is_open = False
        self._finished = FinishedMessages()
        self._pace = ReportPace(random())
        self._was_answered = asyncio.Event()
        self._lost: LinkLost | None = None
        self._heard = timing.now()

    # Opening

    @classmethod
    async def open(
        cls, address: Address, nickname: str, password: str | None, timing: Timing, memory: Memory
    ) -> ServerConnection:
        """Log in and attach all three sockets. If `memory` holds a chat, it is settled by then whether that goes on.

        No socket stays open while a person thinks of a password: without one PasswordNeeded is raised, and the next
        attempt supplies it. Raises CannotConnect and LoginRefused.
        """
        connection = cls(ClientSession(memory), timing)
        try:
            async with asyncio.timeout(timing.login):
                await connection._log_in(address, nickname, password)
        except TimeoutError:
            await connection.close()
            raise CannotConnect("it does not answer") from None
        except LinkLost as lost:
            await connection.close()
            raise CannotConnect(str(lost) if address.tls else f"{lost}; if it speaks TLS, use --tls") from lost
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _log_in(self, address: Address, nickname: str, password: str | None) -> None:
        await self._connect(address, SocketKind.LOGIN, self.session.first_lines(nickname))
        token = await self._token(password)
        for kind in (SocketKind.CHAT, SocketKind.CHECK):
            await self._connect(address, kind, self.session.attach(kind, token))
        await self._until_attached()
        self._tasks[None] = asyncio.create_task(self._check_server_connection())

    async def _connect(self, address: Address, kind: SocketKind, first: bytes) -> None:
        reader, writer = await address.connect()
        self._writers[kind] = writer
        writer.write(first)
        self._tasks[kind] = asyncio.create_task(self._read(kind, reader))

    async def _token(self, password: str | None) -> str:
        while True:
            match await self.next_event():
                case PasswordWanted() if password is None:
                    raise PasswordNeeded
                case PasswordWanted():
                    self._writers[SocketKind.LOGIN].write(encode_password(GivePassword(password or "")))
                case LoginDenied(code, text):
                    raise LoginRefused(code, text)
                case Refused(_, text):
                    raise TurnedAway(text)
                case LoggedIn(token):
                    return token
                case event:
                    raise CannotConnect(f"it answers the login with {type(event).__name__}, which is not an answer")

    async def _until_attached(self) -> None:
        """Wait until all three sockets are attached. The server may say something at once: keep that for later."""
        early: list[Happening] = []
        while not self.session.is_attached or self.session.messages.is_resuming:
            event = await self.next_event()
            if isinstance(event, Refused) and not self.session.is_attached:
                raise TurnedAway(event.text)
            early.append(event)
        self._early.extend(event for event in early if not isinstance(event, Acknowledged))
        self._is_open = True

    # Receiving

    async def next_event(self) -> Happening:
        """Return the next event. Raises LinkLost when the session is over, after everything that came before."""
        if self._early:
            return self._early.popleft()
        if self._lost:
            raise self._lost
        event = await self._events.get()
        if isinstance(event, LinkLost):
            self._lost = event
            raise event
        return event

    @property
    def has_more(self) -> bool:
        """Return whether an event has already arrived."""
        return bool(self._early) or not self._events.empty()

    async def _read(self, kind: SocketKind, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(_CHUNK):
                self._heard = self._timing.now()
                answers = self.session.answers
                for event in self.session.receive_data(kind, data):
                    await self._received(event)
                    self._send_what_is_due()
                self._send_what_is_due()
                if self.session.answers > answers:
                    self._was_answered.set()
            reason = "the server closed it"
        except OSError as error:
            reason = reason_of(error)
        except FatalPeerError as error:
            reason = error.text
        self._ends[kind].set()
        await self._until_read(SocketKind.LOGIN, SocketKind.CHAT)
        await self._events.put(LinkLost(reason))

    async def _received(self, event: Happening) -> None:
        """Settle what the check socket says here; it must get through even when nobody takes events."""
        match event:
            case Probe():
                self._answer_server_check()
            case Disconnected():  # the last event of a session, so what is left of the conversation comes before it
                await self._until_read(SocketKind.CHAT)
                await self._events.put(event)
            case Acknowledged() if self._is_open:
                if event.stream is not None:
                    with suppress(asyncio.QueueFull):  # no loss: the memory has it
                        self._events.put_nowait(event)
            case LetterDelivered() | HandedIn() if self._events.full():
                self._early.append(event)
            case _:
                await self._events.put(event)

    def send_what_was_taken(self) -> None:
        """Send what the memory accepted while this connection was being opened."""
        self.session.messages.mail.begin()
        self._send_what_is_due()

    def _send_what_is_due(self) -> None:
        for kind, data in self.session.data_to_send().items():
            if data:
                self._writers[kind].write(data)

    def finished(self, event: Happening) -> None:
        """Report that the event taken has been dealt with. Only now is a message acknowledged, soon and together with
        others.
        """
        if isinstance(event, Said | MessageFrom):
            self.session.finished()
            self._finished.note(event.text)

    def _answer_server_check(self) -> None:
        self._writers[SocketKind.CHECK].write(self.session.pong())

    async def _until_read(self, *kinds: SocketKind) -> None:
        """Let these sockets be read to their end, if it is near: the login socket says why a session ends, and the chat
        socket may bring the last of a chat.
        """
        ends = (self._ends[kind].wait() for kind in kinds if kind in self._writers)
        await _within(self._timing.last_words, asyncio.gather(*ends))

    async def _check_server_connection(self) -> None:
        """Send a PING for finished messages, coalesced, and at every heartbeat. Returns after too long a silence."""
        check = self._writers[SocketKind.CHECK]
        while (left := self._heard + self._timing.dead_after - self._timing.now()) > 0:
            await _within(min(left, self._timing.heartbeat), self._finished.some.wait())
            if self._finished.some.is_set():
                await self._until_due()
            check.write(self.session.ping())
        await self._events.put(LinkLost(f"nothing was heard from the server for {self._timing.dead_after:g} s"))

    async def _until_due(self) -> None:
        """Wait until what is finished is to be reported; what is finished meanwhile is reported with it."""
        now = self._timing.now
        await _within(self._pace.due(now()) - now(), self._finished.much.wait())
        if self._finished.much.is_set():
            await asyncio.sleep(self._pace.due(now(), much=True) - now())
        self._finished.clear()
        self._pace.reported(now())

    # Sending

    async def send(self, command: Command) -> None:
        """Return when the line is on its way, which takes longer if the server reads slowly.

        Raises PeerError if the command cannot be a line. A lost connection swallows it silently: `next_event` reports
        that.
        """
        await self._send(self.session.command(command))

    async def post(self, letter: PendingLetter) -> None:
        """Do the same for a letter."""
        await self._send(self.session.messages.mail.write(letter))

    async def _send(self, data: bytes) -> None:
        writer = self._writers[SocketKind.CHAT]
        writer.write(data)
        with suppress(OSError):  # the reader of that socket sees it too, and reports it once
            await writer.drain()

    # Closing

    async def leave(self) -> None:
        """Acknowledge, say goodbye and wait until the server has read everything; then close."""
        self._was_answered.clear()
        self._writers[SocketKind.CHECK].write(self.session.ping_that_asks())
        # On the other socket a goodbye could overtake this, and the server would keep messages that have arrived.
        await _within(self._timing.last_words, self._was_answered.wait())
        self._writers[SocketKind.CHAT].write(self.session.command(Exit()))
        await self._until_goodbye()
        await self.close()

    async def _until_goodbye(self) -> None:
        """Wait while the server reads what is left, however much it is, as long as it becomes less."""
        goodbye = asyncio.create_task(self._until_lost())
        left = inf
        while not goodbye.done() and self._left_to_read < left:
            left = self._left_to_read
            await asyncio.wait((goodbye,), timeout=self._timing.leaving)
        goodbye.cancel()

    @property
    def _left_to_read(self) -> int:
        """Count what is left to read: bytes waiting here, and messages that the server may still have to read."""
        waiting = sum(writer.transport.get_write_buffer_size() for writer in self._writers.values())
        return waiting + self.session.messages.memory.unstored

    async def _until_lost(self) -> None:
        with suppress(LinkLost):
            while True:
                await self.next_event()

    async def close(self) -> None:
        """Close all three at once. Does nothing if they are closed already."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        for writer in self._writers.values():
            writer.transport.abort()


async def _within(seconds: float, awaitable: Awaitable[object]) -> None:
    """Wait for it, but no longer than that."""
    # Not wait_for: before Python 3.12 it can swallow a cancellation that arrives together with the result.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await awaitable
