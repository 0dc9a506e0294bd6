"""The interface of a store of messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from duologue.core.errors import PeerError


class Numbered(NamedTuple):
    """Messages of a stream that follow each other, from the position `first` on: the first has this number, the next
    the one after it.
    """

    number: int
    first: int
    messages: int


class Stored(NamedTuple):
    """The store answers for the messages 1 to `upto` of this stream, so their sender may forget them. `numbered` are
    those that are new, where messages are kept for longer than until they are received.
    """

    chat: str
    sender: str
    stream: str
    upto: int
    numbered: tuple[Numbered, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One stored message. `number` orders everything in the store; `position` counts in `stream`, its sender's.

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

    `recipient` is somebody, or the id of a room. A room and a guest have no mailbox: whoever is there reads it now. A
    letter that is not `is_heard` is its sender's alone: it is in no mailbox, and in the history of nobody else.
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
    """A message in somebody's mailbox. Later ones have a higher `cursor`; `number` counts in its stream."""

    cursor: int
    stream: str
    sender: str
    number: int
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class StreamProgress:
    """The progress of a stream that is over: the store answers for 1 to `stored`, and the recipient holds 1 to
    `received`.

    `received` is above `stored` only in files of older servers, which believed recipients about messages that they did
    not have.
    """

    stream: str
    sender: str
    recipient: str
    stored: int
    received: int


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """The progress of a letter's stream, and the letter's `number` among all messages; None: it was there already."""

    progress: StreamProgress
    number: int | None


@dataclass(frozen=True, slots=True)
class ChatProgress:
    """A chat that is over, as one of the two is told: messages 1 to `had` of theirs are in the store."""

    partner: str
    reason: str
    had: int


class Mark(NamedTuple):
    """How far an account has read a conversation, and how many messages of others came after that, counted to some
    number.
    """

    number: int
    unread: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation in a list, `name` being the partner or the id of a room. `newest` is the newest message that may
    be read; `mark` and `unread` are as in Mark.
    """

    name: str
    newest: Message
    unread: int
    mark: int


@dataclass(frozen=True, slots=True)
class LiveRoom:
    """A room that still existed when the store was opened. `topic_by` is who has set its topic, "" where none is."""

    key: str
    id: str
    password_hash: str | None
    topic: str
    topic_by: str = ""


@dataclass(frozen=True, slots=True)
class LiveStream:
    """The stream in which `sender` has sent under one name, and its progress."""

    stream: str
    sender: str
    stored: int
    received: int


@dataclass(frozen=True, slots=True)
class LiveChat:
    """A chat that had not ended when the store was opened.

    `streams` are all streams so far, in the order in which they began: somebody may come back who remembers an old one.
    """

    id: str
    asker: str
    target: str
    started: float
    streams: tuple[LiveStream, ...]


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account that the store knows, by its birth (decision 0047).

    `born` is the number of the first message that can be its own, and `first_chat` that of the first chat; both are 0
    for an account that is known since births are noted. `created` is what the users file says, or empty.
    """

    nickname: str
    created: str
    born: int = 0
    first_chat: int = 0


class StoreError(Exception):
    """Raised when the store cannot do what was asked. The message names the file and says what to do."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.path = path


class StoreDamaged(StoreError):
    """Raised where the data asked for is not as it was written."""


class Unfinished(Exception):
    """Reading was stopped because it took too long. `found` is what it had found by then."""

    def __init__(self, found: Sequence[Message]) -> None:
        super().__init__("reading took too long")
        self.found = found


@dataclass(frozen=True, slots=True)
class Commit:
    """What has been made safe together: messages of chats, letters that are new, and `newest`, the number up to which
    all messages are stored.
    """

    stored: Sequence[Stored]
    letters: Sequence[KeptLetter] = ()
    newest: int = 0


Report = Callable[[Commit], None]
Pressure = Callable[[str, str, bool], None]
"""Called with a chat, a sender in it, and whether too many of their messages wait: for the disk, or to be received."""


class Replay(Protocol):
    """Reads one stream on, from where the last `read` ended."""

    async def read(self, limit_bytes: int) -> tuple[bytes, int]:
        """Return whole message lines, about `limit_bytes` of them, and their count.

        Returns (b"", 0) when nothing more is committed now; there may be more later. Raises StoreError.
        """


class Store(Protocol):
    """Keeps the messages of chats, and letters. Called on the event loop, so nothing here blocks.

    Methods that are not `async` raise StoreError once the store has failed or is closed; so does every question. They
    raise KeyError for a chat that is not live: a mistake of the caller.
    """

    @property
    def newest(self) -> int:
        """Return the number up to which all messages are stored; 0 where no history is kept."""

    @property
    def live_chats(self) -> Sequence[LiveChat]: ...

    @property
    def live_rooms(self) -> Sequence[LiveRoom]: ...

    @property
    def blocks(self) -> Sequence[tuple[str, str]]:
        """Return all blocks when the store was opened: who has blocked whom."""

    @property
    def asking(self) -> Sequence[tuple[str, str]]:
        """Return those whom not everyone may ask for a chat: their nickname, and who may."""

    @property
    def accounts(self) -> Sequence[KnownAccount]:
        """Return all accounts that were known when the store was opened."""

    async def accounts_are(self, seen: Sequence[tuple[str, str]], born: Sequence[tuple[str, str]]) -> int:
        """Note accounts, each as `(nickname, created)`: those `seen` are the same as before, those `born` are new.

        Return the number of the births, higher than any before. It is on the disk then: what waits for somebody of
        such a name, and blocks by and of them, are gone, and nothing from before is told them. Nobody of these names
        may be here, or in a chat. Raises StoreError.
        """

    def chat_started(self, chat_id: str, asker: str, target: str, at: float) -> None:
        """Begin a chat; the first stream of either is named `chat_id`. `at`, here and below, is wall clock time, since
        1970.
        """

    def chat_ended(self, chat_id: str, reason: str, at: float) -> None:
        """End a chat. What is stored and not received is in the recipient's mailbox from now on."""

    def stream_began(self, chat_id: str, sender: str, stream: str) -> None:
        """Begin a stream: messages of `sender` belong to it from now on, and are numbered from 1."""

    def append(self, chat_id: str, sender: str, lines: bytes, count: int, at: float, stream: str | None = None) -> None:
        """Take `count` message lines as they came from `sender`; they follow the ones before in the last stream, or in
        the older one that is named.
        """

    def expect(self, collect: Callable[[], None]) -> None:
        """Call `collect`, which appends messages, just before the next commit, which is due. Does nothing where nothing
        is written.
        """

    def received(self, chat_id: str, sender: str, stream: str, upto: int) -> None:
        """Note that the partner holds the messages 1 to `upto` of this stream; some of them may not be stored yet."""

    def replay(self, chat_id: str, sender: str, stream: str, after: int) -> Replay:
        """Read the messages after `after` of a stream."""

    def room_is(self, room: LiveRoom) -> None:
        """Keep a room, which is new or has changed."""

    def room_gone(self, room_id: str) -> None:
        """End a room; nobody reads its history again."""

    def block_is(self, nickname: str, other: str, is_on: bool) -> None:
        """Note that `nickname` has blocked or unblocked `other`."""

    def asking_is(self, nickname: str, who: str) -> None:
        """Note that `nickname` may be asked for a chat by `who`."""

    async def have_talked(self, me: str, other: str) -> bool:
        """Return whether the two have had a chat, or `me` has written to `other`. Raises StoreError."""

    async def synced(self) -> None:
        """Wait until all that was given before is as safe as it gets, and reported. Raises StoreError."""

    async def hand_in(self, letter: Letter) -> KeptLetter:
        """Keep a letter; return the progress of its stream. One that is there already is answered as when it came.

        A stream of a chat that is over goes on like this, and an unknown one may begin at any number. Raises
        StoreError, and PeerError: mailbox_full, or bad_number where the message has no place in the stream.
        """

    async def hand_in_all(self, letters: Sequence[Letter]) -> Sequence[KeptLetter | PeerError]:
        """Keep letters to rooms, one after the other, as `hand_in` does each; one that is refused refuses no other.

        Raises StoreError.
        """

    async def undelivered(self, me: str, after: int, limit_bytes: int) -> Sequence[Undelivered]:
        """Return what waits for `me` after a cursor (0: from the beginning), about so many bytes, in order of arrival.

        Raises StoreError.
        """

    async def receipt(self, stream: str, recipient: str, upto: int) -> StreamProgress | None:
        """Note that `recipient` holds 1 to `upto` of a letter, or of a stream of a chat that is over. Raises
        StoreError.

        Returns None if there is no such stream to this recipient, or nobody to be told of it any more.
        """

    async def receive_all(self, me: str, number: int) -> Sequence[StreamProgress]:
        """Note that `me` holds all that waits for them in streams that go no further than a number, as the list of
        conversations shows it; return the progress of each of these. Raises StoreError.
        """

    async def progress(self, stream: str, sender: str) -> StreamProgress | None:
        """Return the progress of a letter, or of a stream of a chat that is over. Raises StoreError.

        Returns None if there is no such stream of this sender.
        """

    async def chat_standing(self, chat_id: str, me: str, stream: str | None) -> ChatProgress | None:
        """Return the progress of a chat that is over, for `me`, by the stream named or else the last one. Raises
        StoreError.

        Returns None if no chat of `me` has ended under this id.
        """

    async def history(self, me: str, partner: str, *, before: int | None = None, limit: int) -> Sequence[Message]:
        """Return the newest messages of the two, or those before the message numbered `before`, oldest first.

        Raises StoreError, PeerError where no history is kept, and Unfinished, with the newest of them.
        """

    async def room_history(
        self, room_id: str, *, asker: str, before: int | None = None, limit: int
    ) -> Sequence[Message]:
        """Return the same of a room; the `recipient` of each is the room's id. It is read in the name of `asker`."""

    async def search(self, me: str, words: str, limit: int, rooms: Sequence[str] = ()) -> Sequence[Message]:
        """Return the newest messages in any chat of `me`, and in the rooms of these ids, that have all of these words.

        Newest first. Raises as `history` does.
        """

    # The conversations of an account. Each raises StoreError, and PeerError where no history is kept.

    async def after(self, me: str, number: int, limit: int, rooms: Sequence[str] = ()) -> Sequence[Message]:
        """Return messages after a number, oldest first, at most `limit`: those that `me` said or may read, and those in
        the rooms of these ids.

        Raises Unfinished, with the oldest of them.
        """

    async def count_after(self, me: str, number: int, most: int, rooms: Sequence[str] = ()) -> int:
        """Return how many messages `after` would find, counted to `most`."""

    async def listed(
        self, me: str, before: int | None = None, limit: int = 50, rooms: Sequence[str] = ()
    ) -> Sequence[Conversation]:
        """Return the conversations of `me` by their newest messages, newest first; `before` is the number of the last
        one of the page before.
        """

    async def mark(self, me: str, conversation: str, number: int) -> Mark | None:
        """Note that `me` has read a conversation up to a number: forwards only, and no further than there are messages.
        It is on the disk when this returns. None: there is no such conversation.
        """

    async def close(self) -> None:
        """Store all that was given, then close."""
