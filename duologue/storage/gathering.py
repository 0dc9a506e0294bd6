"""What waits for the next commit, gathered by stream and numbered by counting. Lives on the event loop; no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from duologue.storage.base import Stored
from duologue.storage.stored_lines import in_parts

# Reading one message reads its chunk: 256 KiB of ordinary lines are expanded in 5 ms.
CHUNK_BYTES = 256 * 1024
# What a piece of lines costs in memory besides its bytes (a bytes object and its place in a list, CPython 3.11).
PIECE_OVERHEAD = 41


class ChatRow(NamedTuple):
    number: int
    id: str
    asker: str
    target: str
    started: float


class ChunkRow(NamedTuple):
    number: int
    stream: int
    previous: int
    first: int
    messages: int
    at: float
    lines: bytes


class StreamRow(NamedTuple):
    number: int
    chat: int
    sender: str
    stored: int
    received: int
    last: int


class EndRow(NamedTuple):
    ended: float
    reason: str
    id: str


class LateReceipt(NamedTuple):
    """What somebody holds of a chat that is over."""

    received: int
    chat: str
    sender: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of one commit, and what may be said when it is done. `size` is the memory that it holds, in bytes."""

    chats: list[ChatRow]
    streams: list[StreamRow]
    chunks: list[ChunkRow]
    ends: list[EndRow]
    receipts: list[LateReceipt]
    stored: list[Stored]
    size: int


@dataclass(frozen=True, slots=True)
class LiveChat:
    """A chat that has not ended; `stored` and `received` are the positions of each person's stream."""

    id: str
    asker: str
    target: str
    started: float
    stored: dict[str, int] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class OpenStream:
    """One direction of a live chat; `pieces` and `count` wait for the next commit, and `at` is when they began to."""

    number: int
    chat: int
    chat_id: str
    sender: str
    stored: int = 0
    received: int = 0
    last: int = 0
    pieces: list[bytes] = field(default_factory=list)
    count: int = 0
    at: float = 0.0
    changed: bool = False

    def row(self) -> StreamRow:
        return StreamRow(self.number, self.chat, self.sender, self.stored, self.received, self.last)


@dataclass(slots=True)
class NextNumbers:
    """The numbers of the rows to come."""

    chat: int = 1
    stream: int = 1
    chunk: int = 1


class Gathering:
    """Takes what the server says of its live chats; `take` makes one commit of all that has come since the last."""

    def __init__(self, streams: Iterable[OpenStream], numbers: NextNumbers) -> None:
        self._streams = {(stream.chat_id, stream.sender): stream for stream in streams}
        self._numbers = numbers
        self._changed: list[OpenStream] = []
        self._chats: list[ChatRow] = []
        self._ends: list[EndRow] = []
        self._receipts: list[LateReceipt] = []
        self.size = 0

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._changed or self._chats or self._ends or self._receipts)

    def chat_started(self, chat_id: str, asker: str, target: str, at: float) -> None:
        chat = ChatRow(self._numbers.chat, chat_id, asker, target, at)
        self._numbers.chat += 1
        self._chats.append(chat)
        for sender in (asker, target):
            stream = OpenStream(self._numbers.stream, chat.number, chat_id, sender)
            self._numbers.stream += 1
            self._streams[chat_id, sender] = stream
            self._change(stream)

    def chat_ended(self, chat_id: str, reason: str, at: float) -> None:
        for key in [key for key in self._streams if key[0] == chat_id]:
            del self._streams[key]
        self._ends.append(EndRow(at, reason, chat_id))

    def append(self, chat_id: str, sender: str, lines: bytes, count: int, at: float) -> None:
        """Take messages. Raises KeyError for a chat that is not on: a mistake of the caller."""
        stream = self._streams[chat_id, sender]
        if not stream.pieces:
            stream.at = at
            if not stream.changed:
                self._change(stream)
        stream.pieces.append(lines)
        stream.count += count
        self.size += len(lines) + PIECE_OVERHEAD

    def received(self, chat_id: str, sender: str, upto: int) -> None:
        stream = self._streams.get((chat_id, sender))
        if stream is None:
            self._receipts.append(LateReceipt(upto, chat_id, sender))
        elif upto > stream.received:
            stream.received = upto
            if not stream.changed:
                self._change(stream)

    def take(self) -> Batch:
        """All that waits, and begin anew."""
        chunks: list[ChunkRow] = []
        stored: list[Stored] = []
        for stream in self._changed:
            if stream.pieces:
                chunks += self._chunks(stream)
                stored.append(Stored(stream.chat_id, stream.sender, stream.stored))
            stream.changed = False
        rows = [stream.row() for stream in self._changed]
        batch = Batch(self._chats, rows, chunks, self._ends, self._receipts, stored, self.size)
        self._changed, self._chats, self._ends, self._receipts, self.size = [], [], [], [], 0
        return batch

    def _change(self, stream: OpenStream) -> None:
        stream.changed = True
        self._changed.append(stream)

    def _chunks(self, stream: OpenStream) -> list[ChunkRow]:
        """The waiting pieces of a stream as rows, the stream moved on past them."""
        lines = stream.pieces[0] if len(stream.pieces) == 1 else b"".join(stream.pieces)
        parts = [lines] if len(lines) <= CHUNK_BYTES else list(in_parts(lines, CHUNK_BYTES))
        counts = [stream.count] if len(parts) == 1 else [part.count(b"\n") for part in parts]
        rows = [self._chunk(stream, part, count) for part, count in zip(parts, counts, strict=True)]
        stream.pieces, stream.count = [], 0
        return rows

    def _chunk(self, stream: OpenStream, lines: bytes, count: int) -> ChunkRow:
        number = self._numbers.chunk
        self._numbers.chunk += 1
        row = ChunkRow(number, stream.number, stream.last, stream.stored + 1, count, stream.at, lines)
        stream.last = number
        stream.stored += count
        return row
