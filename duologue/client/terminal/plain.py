"""The plain view: lines in, lines out, for pipes and screen readers. No colours, no prompt, no cursor movement."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

from duologue.client.api import Client
from duologue.client.events import ConnectionLost, Happening, LetterDelivered, Reconnected
from duologue.client.history.transcript import plain
from duologue.client.terminal.keyboard import echo_off
from duologue.client.view.base import Line
from duologue.client.view.sentences import unconfirmed
from duologue.core.commands.chat import AcceptChat, AskForChat, Command, ListOnline, ListRequests, QuitChat, SendLetter
from duologue.core.commands.people import (
    AllowAsking,
    Block,
    ComeBack,
    DoNotDisturb,
    GoAway,
    ListBlocked,
    ListPeople,
    Unblock,
    WhoIs,
)
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SetTopic
from duologue.core.events.chat import (
    ChatEnded,
    ChatFree,
    ChatStarted,
    Disconnected,
    KeptFor,
    NotKept,
    PeopleOnline,
    Refused,
    RequestAnswered,
    WaitingRequests,
)
from duologue.core.events.people import (
    AskingAllowed,
    BlockedListed,
    PeopleListed,
    PersonBlocked,
    PersonDescribed,
    PersonUnblocked,
    YouAre,
)
from duologue.core.events.rooms import RoomEntered, RoomExited, RoomMembers, RoomsListed, RoomTopic
from duologue.core.text import visible

ANSWERS: dict[type[Command], tuple[type[Happening], ...]] = {
    AskForChat: (ChatStarted, RequestAnswered),
    AcceptChat: (ChatStarted,),
    QuitChat: (ChatEnded, ChatFree),
    ListOnline: (PeopleOnline,),
    ListPeople: (PeopleListed,),
    ListRequests: (WaitingRequests,),
    SendLetter: (KeptFor, NotKept, LetterDelivered),
    JoinRoom: (RoomEntered,),
    PartRoom: (RoomExited,),
    ListRooms: (RoomsListed,),
    ListMembers: (RoomMembers,),
    SetTopic: (RoomTopic,),
    GoAway: (YouAre,),
    DoNotDisturb: (YouAre,),
    ComeBack: (YouAre,),
    WhoIs: (PersonDescribed,),
    Block: (PersonBlocked,),
    Unblock: (PersonUnblocked,),
    ListBlocked: (BlockedListed,),
    AllowAsking: (AskingAllowed,),
}
"""The events that answer a command. From a pipe the next line is read only then: it was written with the answer in
mind.
"""

_ANSWERS_ANYTHING = (Refused, ConnectionLost, Disconnected)
_CHUNK = 65536

PATIENCE = 30.0
"""Seconds that a pipe waits at its end for one more message to be stored. However many there are, it keeps waiting
while their number falls; a server whose disk works stores something in far less.
"""

TAKEN_WITHIN = 5.0
"""Seconds that a pipe waits for the outcome of a letter. A recipient who is there may be slow to take it."""


class LineSource:
    """Lines of a file descriptor, read by a thread: an event loop cannot wait for a regular file.

    The thread reads when a line is asked for and none is left of what it has read before.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._wanted = threading.Semaphore(0)
        self._asked = 0
        self._rest = b""
        self._loop: asyncio.AbstractEventLoop | None = None

    async def next(self) -> str:
        """Return the next line without its end. Raises EOFError. A cancelled call leaves its line to the next call."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            # A daemon: nobody can interrupt a read from a terminal, and leaving must not wait for one more line.
            threading.Thread(target=self._run, name="stdin", daemon=True).start()
        if self._asked == 0:
            self._asked += 1
            self._wanted.release()
        line = await self._lines.get()
        self._asked -= 1
        if line is None:
            raise EOFError
        return line

    def _run(self) -> None:
        assert self._loop
        with suppress(RuntimeError):  # the loop is closed: nobody is waiting for lines any more
            while self._wanted.acquire():
                self._loop.call_soon_threadsafe(self._lines.put_nowait, self._read_line())

    def _read_line(self) -> str | None:
        while b"\n" not in self._rest:
            data = self._read()
            if not data:
                line, self._rest = self._rest, b""
                return line.decode(errors="replace") if line else None
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line.removesuffix(b"\r").decode(errors="replace")

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, _CHUNK)
        except OSError:  # a terminal that has been hung up
            return b""


class PlainView:
    """The plain view. `is_interactive` if the input is a terminal: then it does not wait for answers, and questions can
    be asked.

    `timeout` limits its waiting, in seconds.
    """

    def __init__(
        self,
        source: TextIO,
        output: TextIO,
        errors: TextIO,
        timeout: Callable[[float | None], asyncio.Timeout] = asyncio.timeout,
    ) -> None:
        self.is_interactive = source.isatty()
        self._descriptor = source.fileno()
        self._lines = LineSource(self._descriptor)
        self._output = output
        self._errors = errors
        self._timeout = timeout
        self._client: Client | None = None
        self._news = asyncio.Event()
        self._is_connected = asyncio.Event()
        self._is_connected.set()
        self._awaited: tuple[type[Happening], ...] = ()
        self._answered = asyncio.Event()

    async def ask(self, question: str, default: str = "") -> str:
        """Ask. The default cannot be edited here, so an empty answer stands for it."""
        self._write(f"{question}[{default}] " if default else question, end="" if self.is_interactive else "\n")
        return await self._lines.next() or default

    async def ask_secret(self, question: str) -> str:
        """Ask; from a pipe, simply read the next line."""
        if not self.is_interactive:
            return await self._lines.next()
        with echo_off(self._descriptor):
            secret = await self.ask(question)
        self._write("")
        return secret

    def greet(self, client: Client) -> None:
        self._write(f"Logged in as {visible(client.shown(client.nickname))}.")

    async def read(self, client: Client) -> str:
        self._client = client
        if not self.is_interactive:
            await self._is_connected.wait()
        return await self._lines.next()

    def withdraw(self) -> None:
        """Do nothing: there is no prompt, and a line that is being typed answers the next question."""

    async def sent(self, command: type[Command]) -> None:
        if self.is_interactive or command not in ANSWERS:
            return
        self._awaited = (*ANSWERS[command], *_ANSWERS_ANYTHING)
        self._answered.clear()
        # Somebody who is here may be slow to take a letter; the others answer for themselves, or the server does.
        with suppress(TimeoutError):
            async with self._timeout(TAKEN_WITHIN if command is SendLetter else None):
                await self._answered.wait()

    async def until_stored(self, client: Client) -> None:
        if self.is_interactive:
            return
        with suppress(TimeoutError):
            while client.unstored:
                await self._until_fewer(client, client.unstored)

    async def _until_fewer(self, client: Client, unstored: int) -> None:
        """Wait until there are fewer. Raises TimeoutError if their number does not fall."""
        async with self._timeout(PATIENCE):
            while client.unstored >= unstored:
                self._news.clear()
                await self._news.wait()

    async def finish(self, client: Client) -> bool:
        await self.until_stored(client)
        if self.is_interactive or client.unstored == 0:
            return True
        print(unconfirmed(client.unstored_by_place, is_kept=client.is_kept), file=self._errors, flush=True)
        return False

    def notices(self, event: Happening) -> bool:
        self._news.set()
        if isinstance(event, self._awaited):
            self._answered.set()
        if isinstance(event, ConnectionLost):
            self._is_connected.clear()
        elif isinstance(event, Reconnected):
            self._is_connected.set()
        return True

    def show(self, line: Line) -> None:
        self._write(plain(line))

    def clear(self) -> None:
        """Do nothing: there is no screen to clear, and what was written stays."""

    def close(self) -> None:
        """Do nothing: the terminal was never changed."""

    async def settle(self) -> None:
        """Do nothing: everything is written at once."""

    def _write(self, text: str, end: str = "\n") -> None:
        print(text, end=end, file=self._output, flush=True)
