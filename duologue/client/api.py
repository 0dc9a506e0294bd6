"""The client for programs: an asyncio API for bots (docs/bots.md), the terminal and the window."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl as tls
from collections.abc import Awaitable, Callable, Mapping
from os import PathLike
from pathlib import Path
from types import MappingProxyType, TracebackType

from duologue.client.address import DEFAULT_HOST, DEFAULT_PORT, Address
from duologue.client.connection import ServerConnection, Timing
from duologue.client.engine.backoff import COMES_BACK_AFTER, LONGEST, TRIED_AGAIN_AFTER, Backoff
from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_file import MemoryFile
from duologue.client.engine.memory_store import ChatMemory, PendingLetter
from duologue.client.errors import CannotConnect, LinkLost, LoginRefused, NotConnected, TurnedAway
from duologue.client.events import ConnectionLost, Happening, MemoryLost, Reconnected
from duologue.client.input.addressee import addressee
from duologue.client.requests import Requests
from duologue.core.commands.chat import Command, Say
from duologue.core.commands.rooms import SayInRoom
from duologue.core.devices import check_device
from duologue.core.events.chat import Acknowledged, Disconnected
from duologue.core.room_rules import room_key
from duologue.protocols.native.wire import encode_message

log = logging.getLogger(__name__)


def connect(
    nickname: str,
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    password: str | None = None,
    ssl: tls.SSLContext | None = None,
    memory: str | PathLike[str] | None = None,
    device: str = "",
) -> Client:
    """Return a client. `async with` logs it in, and `async for` yields its events.

    `memory` is a file, used by this client alone, for what must not be lost if this process is killed; with None, the
    client remembers only while it runs.

    `device` is a name for this bot, if others use its account at the same time: it follows what is said on them then.
    """
    return Client(Address(host, port, ssl), nickname, password, memory=Path(memory) if memory else None, device=device)


class Client(Requests):
    """One person or bot, over as many sessions as it takes.

    Iterate to get events. A lost connection is one of them; iterating on reconnects and resumes the chat. Every method
    sends and returns; the outcome arrives as an event. Between two sessions `write` and `say_in`, and `say` in a chat,
    are kept and sent later; other methods raise NotConnected.

    A message is acknowledged to the server when the next event is asked for, or when the client is closed without an
    error: whatever the body of an `async for` does is done by the time the message counts as received. A program that
    is killed in between gets the message again. `take` and `finished` are for programs that process several at a time.
    """

    def __init__(
        self,
        address: Address,
        nickname: str,
        password: str | None = None,
        *,
        memory: Path | None = None,
        device: str = "",
        is_device: bool = False,
        is_shared: bool = False,
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
        if device:
            check_device(device)
        store = MemoryFile(memory, is_shared=is_device or is_shared) if memory else None
        self._memory = Memory(store, device=device, is_device=is_device)
        self._connection: ServerConnection | None = None
        self._unfinished: list[Happening] = []
        self._hurry = asyncio.Event()
        self._since = 0.0
        self._turned_away = ""
        """Why the server turned us away at the last attempt: reported once, not at every attempt."""
        self._is_over = False

    # Who we are and whom we talk to

    @property
    def nickname(self) -> str:
        """Our nickname as the server spells it, once logged in."""
        return self._nickname

    def shown(self, nickname: str) -> str:
        """How people are to read a nickname: as its account spells it, as far as the server has said so."""
        return self.spellings.get(nickname, nickname)

    @property
    def spellings(self) -> Mapping[str, str]:
        """All that the server has said of it in this session; it goes on changing."""
        return MappingProxyType(self._memory.spellings)

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    @property
    def partner(self) -> str | None:
        """The person whom the chat is with, even while it is paused or another device of ours holds it; None outside a
        chat.
        """
        chat = self._chat or self._memory.others.chat
        return chat.partner if chat else None

    @property
    def is_elsewhere(self) -> bool:
        """Return whether another device of ours holds the chat, or has just lost it: what is said goes as letters, or
        takes it.
        """
        return self._chat is None and self._memory.others.chat is not None

    @property
    def follows(self) -> bool:
        """Return whether we are one of several devices, and are told what is said on the others."""
        return bool(self._memory.others.device)

    @property
    def is_live(self) -> bool:
        """Return whether what is said in the chat is sent at once."""
        return self._connection is not None and self._connection.session.messages.live is not None

    @property
    def _chat(self) -> ChatMemory | None:
        live = self._connection.session.messages.live if self._connection else None
        return live or self._memory.current

    @property
    def waiting(self) -> tuple[str, ...]:
        """The people waiting for our answer, the longest waiting first."""
        return self._connection.session.waiting if self._connection else ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The people whose answer we are waiting for."""
        return self._connection.session.asked if self._connection else ()

    @property
    def sent(self) -> int:
        """The number of messages said in this chat."""
        chat = self._chat
        return chat.sent if chat else 0

    @property
    def acknowledged(self) -> Acknowledged:
        """The numbers of them that the server has stored, and that the partner has received."""
        chat = self._chat
        return Acknowledged(chat.stored, chat.delivered, chat.stream) if chat else Acknowledged()

    @property
    def unstored(self) -> int:
        """The number of messages, in chats and letters, that the server has not confirmed (yet)."""
        return self._memory.unstored

    @property
    def unstored_by_place(self) -> dict[str, int]:
        """The same number, by nickname or room."""
        return self._memory.unstored_by_place

    @property
    def is_kept(self) -> bool:
        """Return whether messages that are not stored yet are kept in a file, and so outlive this program."""
        return self._memory.is_kept

    @property
    def letters(self) -> tuple[PendingLetter, ...]:
        """Messages to mailboxes that are not known to be delivered, and messages in rooms that the server has not
        confirmed (yet); the oldest first.
        """
        return self._memory.letters

    @property
    def joined(self) -> tuple[str, ...]:
        """The rooms that we are in or are entering, even between two sessions; the last is the current one."""
        return self._memory.joined_rooms.rooms

    @property
    def room(self) -> str | None:
        """The current room: of the rooms that we are in, the one that we joined or turned to last."""
        return self.joined[-1] if self.joined else None

    def turn_to(self, room: str) -> None:
        """Make `room`, one of those joined, the current one. Does nothing if it is not one of them."""
        self._memory.joined_rooms.turn_to(room_key(room))

    # Coming and going

    async def __aenter__(self) -> Client:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error:
            self.give_back()
        await self.close()

    async def open(self) -> None:
        """Log in. Raises CannotConnect, LoginRefused, or PasswordNeeded if one is needed and none was given."""
        try:
            await self._open()
        except BaseException:
            self._memory.close()
            raise

    async def _open(self) -> None:
        self._connection = await ServerConnection.open(
            self.address, self._nickname, self._password, self._timing, self._memory
        )
        self._connection.send_what_was_taken()
        self._nickname = self._connection.session.nickname
        self._since = self._timing.now()
        self._turned_away = ""
        self._is_over = False

    async def close(self) -> None:
        """Leave the chat and the server. By then, what was said before is on the server, or stays in the memory."""
        self.finished()
        connection, self._connection = self._connection, None
        was_over, self._is_over = self._is_over, True
        if connection:
            await connection.leave()
        elif self._memory.current and not was_over:  # a chat that another client has taken over continues there
            self._memory.end(self._memory.current)
        self._memory.close()

    # Events

    def __aiter__(self) -> Client:
        return self

    async def __anext__(self) -> Happening:
        self.finished()
        event = await self.take()
        if event is None:
            raise StopAsyncIteration
        return event

    async def serve(self, handle: Callable[[Happening], Awaitable[object]]) -> None:
        """Pass every event to `handle`, one after the other, until the last.

        If it raises, the exception is logged with its traceback, and the event counts as received as if `handle` had
        returned: messages are acknowledged in order, so one that is not would hold up all that follow.
        """
        async for event in self:
            try:
                await handle(event)
            except Exception:
                log.exception("the handler of events failed", extra={"happening": type(event).__name__})

    async def take(self) -> Happening | None:
        """Return the next event, or None after the last. Acknowledges nothing: `finished` does."""
        trouble = self._memory.trouble()
        if trouble:
            return MemoryLost(trouble)
        if self._is_over:
            return None
        if self._connection is None:
            return await self._connect_again()
        try:
            event = await self._connection.next_event()
        except LinkLost as lost:
            return await self._lose(str(lost))
        self._unfinished.append(event)
        if isinstance(event, Disconnected) and event.code not in COMES_BACK_AFTER:
            self.finished()
            if event.code == "taken_over":
                self._memory.forget_device()
            self._is_over = True
            await self._drop_link()
        return event

    @property
    def has_more(self) -> bool:
        """Return whether `take` would return an event without waiting."""
        return self._connection is not None and self._connection.has_more

    def finished(self) -> None:
        """Acknowledge the messages among the events taken so far: all of them have been dealt with."""
        events, self._unfinished = self._unfinished, []
        for event in events:
            if self._connection:
                self._connection.finished(event)

    def give_back(self) -> None:
        """Before closing, give back what was taken and is not finished: it comes again at the next login."""
        self._unfinished = []

    async def _lose(self, reason: str) -> ConnectionLost:
        self.finished()
        if self._timing.now() - self._since > LONGEST:
            self._backoff.reset()
        await self._drop_link()
        return ConnectionLost(reason, self.partner, self.unstored, self.joined)

    async def _drop_link(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()

    async def _connect_again(self) -> Happening:
        while True:
            await self._pause(self._backoff.next_wait())
            try:
                await self._open()
            except TurnedAway as error:
                self._backoff.turned_away()
                reason = str(error).removesuffix(".")
                if reason != self._turned_away:
                    self._turned_away = reason
                    return ConnectionLost(reason, self.partner, self.unstored, self.joined)
            except CannotConnect:
                pass
            except LoginRefused as refused:
                self._backoff.turned_away()
                if refused.code not in TRIED_AGAIN_AFTER:
                    self._is_over = True
                    return Disconnected(refused.code, str(refused))
            else:
                return Reconnected(self._nickname)

    def try_now(self) -> None:
        """Between two sessions, connect at once instead of waiting. Does nothing if there is nothing to wait for."""
        self._hurry.set()

    async def _pause(self, seconds: float) -> None:
        """Wait, or stop waiting when `try_now` is called."""
        self._hurry.clear()
        ends = [asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(self._hurry.wait())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)

    # Messages

    async def write(self, nickname: str, text: str) -> str:
        """Leave a message in somebody's mailbox; return the name of its stream, which identifies it in events.

        LetterDelivered reports its arrival, KeptFor (before that) that the recipient is away, NotKept that it was
        refused. Raises PeerError for a text that is too long, and BadNickname for an impossible nickname.
        """
        encode_message(text)
        text = text.encode(errors="replace").decode()  # as it will be sent: a terminal may pass on what is not UTF-8
        letter = self._memory.new_letter(addressee(nickname), text)
        if self._is_over:
            raise NotConnected
        if self._connection:
            await self._connection.post(letter)
        else:
            self._memory.write_later(letter)
        return letter.stream

    async def say_in(self, room: str, text: str) -> str:
        """Say something in a room; return the name of its stream, which identifies it in events.

        An Acknowledged with that stream reports that it is stored, NotKept that it was refused. Raises PeerError for a
        text that is too long, and for an impossible room name.
        """
        return await self.write(room_key(room), text)

    async def send(self, command: Command) -> None:
        if isinstance(command, SayInRoom):
            await self.say_in(command.room, command.text)
        elif self._connection:
            await self._connection.send(command)
        elif isinstance(command, Say) and self._memory.current and not self._is_over:
            self._memory.say_later(self._memory.current, encode_message(command.text))
        elif isinstance(command, Say) and self._memory.others.chat and not self._is_over:
            await self.write(self._memory.others.chat.partner, command.text)
        else:
            raise NotConnected
