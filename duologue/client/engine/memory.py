"""A client's memory of its messages, over its sessions and, in a store, over its own end. Knows no protocol."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from duologue.client.engine.joined_rooms import JoinedRooms
from duologue.client.engine.memory_store import (
    MOST_STREAMS,
    ChatMemory,
    Contents,
    MemoryFailed,
    MemoryStore,
    MemoryTaken,
    NoMemoryStore,
    PendingLetter,
)
from duologue.client.engine.other_devices import OtherDevices
from duologue.client.engine.preferences import Preferences
from duologue.client.errors import ClientError
from duologue.core.streams import chat_of

MOST_LETTERS = 1000
"""Letters waiting to be delivered. Of older ones the arrival is no longer reported; they do arrive."""

STREAM_BYTES = 9
"""Random bytes in the name of a stream, which has 12 characters then (docs/protocol.md, 11.1)."""

MOST_WAITING = 10_000
"""Messages that a chat accepts while there is no connection, and letters: hours of typing, and no bot fills its machine
with them.
"""


class MemoryFull(ClientError):
    """Nothing more is accepted until the connection is back."""

    def __init__(self) -> None:
        super().__init__(f"{MOST_WAITING:,} messages wait for the connection already, so that was not sent.")


class Memory:
    """The memory of one account on one server. At most one of its chats is on: `current`.

    When its store fails it goes on without; `trouble` says why, once. `joined_rooms` are the rooms that it is in, and
    `preferences` what it says in each session. `spellings` are how accounts spell themselves, as far as this session
    has been told. With `is_device` the store is a device of the account, or `device` is the name of one; `others`
    is what we know of the other devices.
    """

    def __init__(
        self,
        memory_store: MemoryStore | None = None,
        *,
        device: str = "",
        is_device: bool = False,
        clock: Callable[[], float] = time.time,
        new_stream: Callable[[], str] = lambda: secrets.token_urlsafe(STREAM_BYTES),
    ) -> None:
        self._memory_store: MemoryStore = memory_store or NoMemoryStore()
        self._contents = Contents()
        self._is_taken = False
        self._trouble: str | None = None
        self.account = ""
        self.joined_rooms = JoinedRooms()
        self.preferences = Preferences()
        self.spellings: dict[str, str] = {}
        self.others = OtherDevices()
        self._device = device
        self._is_device = is_device
        self._clock = clock
        self._new_stream = new_stream

    def name_device(self) -> str:
        """Return the name of the device that we log in as, "" for none: it is the store, unless it was given."""
        name = self._device
        if self._is_device and not name:
            try:
                name = self._memory_store.device()
            except MemoryFailed as error:
                self._fail(error)
        self.others.device = name
        return name

    def forget_device(self) -> None:
        """Note that somebody else has logged in as our device: two of a copied folder would fight for ever."""
        self._write(lambda memory_store: memory_store.forget_device())

    def open(self, account: str) -> None:
        """Load the store at each login: what another client of this account has written meanwhile counts."""
        self._is_taken = False
        self.account = account
        try:
            contents = self._memory_store.open(account)
        except MemoryFailed as error:
            self._fail(error)
        else:
            if contents:
                self._take_over(contents)

    def _take_over(self, contents: Contents) -> None:
        """Return to the rooms where something was said that is not safe: it is sent now."""
        self._contents = contents
        for letter in self.letters:
            if letter.is_for_room and self.joined_rooms.get(letter.nickname) is None:
                self.joined_rooms.begin(letter.nickname, since=letter.at)

    def close(self) -> None:
        self._memory_store.close()

    def trouble(self) -> str | None:
        """Why the store cannot be used any more; None if there is nothing (new) to report."""
        trouble, self._trouble = self._trouble, None
        return trouble

    def _fail(self, error: MemoryFailed) -> None:
        self._trouble = str(error)
        self._memory_store.close()
        self._memory_store = NoMemoryStore()

    def _write(self, write: Callable[[MemoryStore], None]) -> None:
        if self._is_taken:
            return
        try:
            write(self._memory_store)
        except MemoryTaken:
            self._is_taken = True
        except MemoryFailed as error:
            self._fail(error)

    def _write_or_refuse(self, write: Callable[[MemoryStore], None]) -> None:
        """Write what a person says, or refuse it: the newer client would not know of it."""
        self._write(write)
        if self._is_taken:
            raise MemoryTaken

    # Chats

    @property
    def chats(self) -> tuple[ChatMemory, ...]:
        return tuple(self._contents.chats.values())

    @property
    def current(self) -> ChatMemory | None:
        return next((chat for chat in self._contents.chats.values() if not chat.is_over), None)

    @property
    def unstored(self) -> int:
        """The number of messages, in chats and letters, that the server has not confirmed (yet)."""
        letters = sum(not letter.is_stored for letter in self._contents.letters.values())
        return letters + sum(len(chat.unstored) for chat in self._contents.chats.values())

    @property
    def unstored_by_place(self) -> dict[str, int]:
        """The same number, by the person or room that they are for."""
        counts = Counter(letter.nickname for letter in self.letters if not letter.is_stored)
        for chat in self.chats:
            counts[chat.partner] += len(chat.unstored)
        return dict(+counts)

    @property
    def is_kept(self) -> bool:
        """Return whether there is a store that outlives this program."""
        return not isinstance(self._memory_store, NoMemoryStore)

    def chat(self, chat_id: str) -> ChatMemory | None:
        return self._contents.chats.get(chat_id)

    def chat_sending_in(self, stream: str) -> ChatMemory | None:
        return next((chat for chat in self._contents.chats.values() if chat.stream == stream), None)

    def begin(self, chat_id: str, partner: str) -> ChatMemory:
        for before in self.chats:
            self.end(before)
            if not before.unstored:
                self.forget(before)
        self.others.speaks_in(chat_id)
        return self._remember(ChatMemory(chat_id, partner, stream=chat_id, partner_stream=chat_id))

    def take(self, chat_id: str, partner: str) -> ChatMemory:
        """Begin to take a chat that another device of ours held: in which stream we speak we are yet to be told."""
        return self._remember(ChatMemory(chat_id, partner, "", self.others.stream_of(chat_id)))

    def leave_to_others(self, chat: ChatMemory, had: int) -> ChatMemory | None:
        """Forget a chat that another device of ours holds. Return what is to be handed in: what comes after the `had`
        messages that are stored.
        """
        _drop(chat, had)
        rest = self._remember(chat.rest()) if chat.unstored else None
        self.forget(chat)
        return rest

    def say(self, chat: ChatMemory, line: bytes) -> None:
        """Record a message of ours, before it goes anywhere. Raises MemoryTaken."""
        self._write_or_refuse(lambda memory_store: memory_store.put_line(chat.id, chat.sent + 1, line))
        chat.unstored.append(line)

    def say_later(self, chat: ChatMemory, line: bytes) -> None:
        """Record a message that has to wait for a connection. Also raises MemoryFull."""
        if len(chat.unstored) >= MOST_WAITING:
            raise MemoryFull
        self.say(chat, line)

    def store(self, chat: ChatMemory, upto: int) -> None:
        """Note that the server has stored our messages up to this one."""
        if upto > chat.stored:
            _drop(chat, upto)
            self._write(lambda memory_store: memory_store.put_stored(chat.id, upto))

    def resume(self, chat: ChatMemory, had: int, stream: str, taken: int) -> ChatMemory | None:
        """Resume a chat: the server has 1 to `had` of what we sent, and counts what follows from `taken` + 1 of
        `stream`.

        Where that is a new stream, return what is to be handed in of the old one, if anything is: the partner may have
        it under those numbers.
        """
        rest: ChatMemory | None = None
        self.others.speaks_in(stream)
        if not chat.stream:
            chat.stream, chat.stored = stream, taken
        elif chat.stream != stream:
            _drop(chat, had)
            if chat.unstored:
                rest = self._remember(chat.rest())
            chat.stream, chat.stored, chat.delivered = stream, taken, 0
            chat.unstored.clear()
        self._write(lambda memory_store: memory_store.put_chat(chat))
        return rest

    def say_anew(self, rest: ChatMemory, chat: ChatMemory) -> None:
        """Have what is left of a stream said in `chat`, as something new."""
        for line in rest.unstored:
            self.say(chat, line)
        self.forget(rest)

    def _remember(self, chat: ChatMemory) -> ChatMemory:
        self._contents.chats[chat.id] = chat
        self._write(lambda memory_store: memory_store.put_chat(chat))
        return chat

    def hear(self, chat: ChatMemory, stream: str) -> None:
        """Note that the partner sends in this stream now."""
        if stream != chat.partner_stream:
            chat.partner_stream = stream
            self._write(lambda memory_store: memory_store.put_chat(chat))

    def end(self, chat: ChatMemory) -> None:
        if not chat.is_over:
            chat.is_over = True
            self._write(lambda memory_store: memory_store.put_chat(chat))

    def forget(self, chat: ChatMemory) -> None:
        if self._contents.chats.pop(chat.id, None):
            self._write(lambda memory_store: memory_store.remove_chat(chat.id))

    # Messages received

    def received(self, sender: str, stream: str) -> int:
        return self._contents.received.get((sender, stream), 0)

    def receive(self, sender: str, stream: str, upto: int) -> None:
        """Note that we hold 1 to `upto`. Beyond MOST_STREAMS the longest untouched is forgotten."""
        received = self._contents.received
        if len(received) >= MOST_STREAMS and (sender, stream) not in received:
            self._touch_those_of_chats()
        self._put_received(sender, stream, upto)
        if len(received) > MOST_STREAMS:
            del received[next(iter(received))]

    def _touch_those_of_chats(self) -> None:
        """Keep the streams of remembered chats from being forgotten next: they would count from 1 again."""
        for sender, stream in [*self._contents.received]:
            chat = self.chat(chat_of(stream))
            if chat is None or chat.partner != sender:
                break
            self._put_received(sender, stream, 0)

    def _put_received(self, sender: str, stream: str, upto: int) -> None:
        received = self._contents.received
        received[sender, stream] = upto = max(upto, received.pop((sender, stream), 0))
        self._write(lambda memory_store: memory_store.put_received(sender, stream, upto))

    # Letters

    @property
    def letters(self) -> tuple[PendingLetter, ...]:
        return tuple(self._contents.letters.values())

    def letter(self, stream: str) -> PendingLetter | None:
        return self._contents.letters.get(stream)

    def new_letter(self, nickname: str, text: str) -> PendingLetter:
        """Return a letter that is not recorded yet."""
        return PendingLetter(nickname, self._new_stream(), text, self._clock())

    def write(self, letter: PendingLetter) -> None:
        """Record a letter of ours, before it goes anywhere. Raises MemoryTaken."""
        self.others.speaks_in(letter.stream)
        self._write_or_refuse(lambda memory_store: memory_store.put_letter(letter))
        self._contents.letters[letter.stream] = letter
        if len(self._contents.letters) > MOST_LETTERS:
            self._forget_oldest_stored_letter()

    def write_later(self, letter: PendingLetter) -> None:
        """Record a letter that has to wait for a connection. Also raises MemoryFull."""
        if len(self._contents.letters) >= MOST_WAITING:
            raise MemoryFull
        self.write(letter)

    def _forget_oldest_stored_letter(self) -> None:
        oldest = next((letter for letter in self._contents.letters.values() if letter.is_stored), None)
        if oldest:
            self.forget_letter(oldest.stream)

    def store_letter(self, letter: PendingLetter) -> None:
        self._change(replace(letter, is_stored=True))

    def keep_letter(self, letter: PendingLetter) -> None:
        """Note that its recipient is away."""
        self._change(replace(letter, is_kept=True))

    def _change(self, letter: PendingLetter) -> None:
        if letter != self._contents.letters[letter.stream]:
            self._contents.letters[letter.stream] = letter
            self._write(lambda memory_store: memory_store.put_letter(letter))

    def forget_letter(self, stream: str) -> None:
        del self._contents.letters[stream]
        self._write(lambda memory_store: memory_store.remove_letter(stream))


def _drop(chat: ChatMemory, upto: int) -> None:
    while chat.unstored and chat.stored < upto:
        chat.unstored.popleft()
        chat.stored += 1
    chat.stored = max(chat.stored, upto)
