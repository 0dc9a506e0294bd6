"""What the server asks of a store of messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol


class Stored(NamedTuple):
    """The store answers for the messages 1 to `upto` of this stream, so their sender may forget them."""

    chat: str
    sender: str
    stream: str
    upto: int


@dataclass(frozen=True, slots=True)
class Message:
    """One stored message. `number` orders all that the store has; `position` counts in `stream`, its sender's.

    `at` is wall clock time, in seconds since 1970.
    """

    number: int
    stream: str
    sender: str
    recipient: str
    position: int
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Message `number` of `stream`, handed in outside of a chat. `line` is a message line of the wire, `:text` LF.

    `recipient` is somebody, or the id of a room. A room and a guest have no mailbox: whoever is there reads it now.
    One that is not `is_heard` is its sender's alone: it is in no mailbox, and in the history of nobody else.
    """

    stream: str
    number: int
    sender: str
    recipient: str
    line: bytes
    at: float
    is_heard: bool = True


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message in somebody's mailbox. What comes later has a higher `cursor`; `number` counts in its stream."""

    cursor: int
    stream: str
    sender: str
    number: int
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class StreamProgress:
    """Of a stream that is over the store answers for 1 to `stored`, and the recipient holds 1 to `received`.

    `received` is above `stored` in files of older servers only, which took the recipient's word for what they had not.
    """

    stream: str
    sender: str
    recipient: str
    stored: int
    received: int


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """How a letter's stream stands now, and the letter's `number` among all messages; None: it was there already."""

    progress: StreamProgress
    number: int | None


@dataclass(frozen=True, slots=True)
class ChatProgress:
    """A chat that is over, as one of the two is told: messages 1 to `had` of theirs are in the store or received."""

    partner: str
    reason: str
    had: int


@dataclass(frozen=True, slots=True)
class LiveRoom:
    """A room that was not gone when the store was opened. `topic_by` is who has set its topic, "" where none is."""

    key: str
    id: str
    password_hash: str | None
    topic: str
    topic_by: str = ""


@dataclass(frozen=True, slots=True)
class LiveStream:
    """What `sender` has said under one name, and how far it has got."""

    stream: str
    sender: str
    stored: int
    received: int


@dataclass(frozen=True, slots=True)
class LiveChat:
    """A chat that had not ended when the store was opened.

    `streams` are all there were, in the order in which they began: somebody may come back who remembers an old one.
    """

    id: str
    asker: str
    target: str
    started: float
    streams: tuple[LiveStream, ...]


class StoreError(Exception):
    """The store cannot do what was asked. The message names the file and says what to do."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.path = path


class StoreDamaged(StoreError):
    """What was asked for is not as it was written."""


class Unfinished(Exception):
    """Reading was stopped because it took too long. `found` is what it had found by then."""

    def __init__(self, found: Sequence[Message]) -> None:
        super().__init__("reading took too long")
        self.found = found


Report = Callable[[Sequence[Stored]], None]
Pressure = Callable[[str, str, bool], None]
"""Told a chat, a sender in it, and whether too much of what they said waits: for the disk, or to be received."""


class Replay(Protocol):
    """Reads on in one stream, from where the last `read` ended."""

    async def read(self, limit_bytes: int) -> tuple[bytes, int]:
        """Whole message lines, about `limit_bytes` of them, and their count.

        (b"", 0) when nothing more is committed now; there may be more later. Raises StoreError.
        """


class Store(Protocol):
    """Keeps the messages of chats, and letters. Called on the event loop, so nothing here blocks.

    What is not `async` raises StoreError once the store has failed or is closed; so does every question. KeyError is
    raised for a chat that is not on: a mistake of the caller.
    """

    @property
    def live_chats(self) -> Sequence[LiveChat]: ...

    @property
    def live_rooms(self) -> Sequence[LiveRoom]: ...

    @property
    def blocks(self) -> Sequence[tuple[str, str]]:
        """Who has blocked whom, when the store was opened."""

    @property
    def asking(self) -> Sequence[tuple[str, str]]:
        """Of whom not everyone may ask for a chat: their nickname, and who may."""

    def chat_started(self, chat_id: str, asker: str, target: str, at: float) -> None:
        """The first stream of either is named `chat_id`. `at`, here and below, is wall clock time, since 1970."""

    def chat_ended(self, chat_id: str, reason: str, at: float) -> None:
        """What is stored and not received is in the recipient's mailbox from now on."""

    def stream_began(self, chat_id: str, sender: str, stream: str) -> None:
        """What `sender` says from now on belongs to this stream, and is numbered from 1."""

    def append(self, chat_id: str, sender: str, lines: bytes, count: int, at: float) -> None:
        """Take `count` message lines as they came from `sender`; they follow the ones before in the last stream."""

    def received(self, chat_id: str, sender: str, stream: str, upto: int) -> None:
        """The partner holds the messages 1 to `upto` of this stream; some of them may not be stored yet."""

    def replay(self, chat_id: str, sender: str, stream: str, after: int) -> Replay:
        """Read the messages after `after` of a stream."""

    def room_is(self, room: LiveRoom) -> None:
        """A room is there, or is not any more as it was."""

    def room_gone(self, room_id: str) -> None:
        """A room is there no more; nobody reads its history again."""

    def block_is(self, nickname: str, other: str, is_on: bool) -> None:
        """`nickname` has blocked `other`, or does not any more."""

    def asking_is(self, nickname: str, who: str) -> None:
        """`nickname` is to be asked for a chat by `who`."""

    async def have_talked(self, me: str, other: str) -> bool:
        """Have the two had a chat, or has `me` written to `other`? Raises StoreError."""

    async def synced(self) -> None:
        """Wait until all that was given before is as safe as it gets, and reported. Raises StoreError."""

    async def hand_in(self, letter: Letter) -> KeptLetter:
        """Keep a letter; how its stream stands then. One that is there already is answered as when it came.

        A stream of a chat that is over goes on like this, and one that is unknown may begin at any number.
        Raises StoreError, and PeerError: mailbox_full, or bad_number where the message has no place in the stream.
        """

    async def undelivered(self, me: str, after: int, limit_bytes: int) -> Sequence[Undelivered]:
        """What waits for `me` after a cursor (0: from the beginning), about so many bytes, in the order it came.

        Raises StoreError.
        """

    async def receipt(self, stream: str, recipient: str, upto: int) -> StreamProgress | None:
        """`recipient` holds 1 to `upto` of a letter, or of a stream of a chat that is over. Raises StoreError.

        None: there is no such stream to this recipient.
        """

    async def progress(self, stream: str, sender: str) -> StreamProgress | None:
        """How a letter stands, or a stream of a chat that is over. Raises StoreError.

        None: there is no such stream of this sender.
        """

    async def chat_standing(self, chat_id: str, me: str, stream: str | None) -> ChatProgress | None:
        """How a chat that is over stands for `me`, by the stream named or else the last one. Raises StoreError.

        None: no chat of `me` has ended under this id.
        """

    async def history(self, me: str, partner: str, *, before: int | None = None, limit: int) -> Sequence[Message]:
        """The newest messages of the two, or those before the message numbered `before`, oldest first.

        Raises StoreError, PeerError where nothing is kept, and Unfinished, with the newest of them.
        """

    async def room_history(
        self, room_id: str, *, asker: str, before: int | None = None, limit: int
    ) -> Sequence[Message]:
        """The same of a room; the `recipient` of each is the room's id. `asker` is in whose name it is read."""

    async def search(self, me: str, words: str, limit: int, rooms: Sequence[str] = ()) -> Sequence[Message]:
        """The newest messages in any chat of `me`, and in the rooms of these ids, that have all of these words.

        Newest first. Raises as `history`.
        """

    async def close(self) -> None:
        """Keep all that was given, then let go."""
