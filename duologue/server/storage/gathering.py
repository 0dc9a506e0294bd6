"""Messages that wait for the next commit, gathered by stream and numbered by counting. On the event loop; no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from duologue.server.storage.backlog import BEHIND_BYTES, PIECE_OVERHEAD, STREAM_BEHIND_BYTES, Backlog, Backlogs
from duologue.server.storage.base import Numbered, Pressure, Stored
from duologue.server.storage.rows import PLACE_BITS, Batch, ChatRow, ChunkRow, EndRow, NextNumbers, Question, StreamRow
from duologue.server.storage.stored_lines import in_parts

# Reading one message reads its chunk: 256 KiB of ordinary lines are expanded in 5 ms.
CHUNK_BYTES = 256 * 1024
# Some 3 ms of writing: compared with that, the fixed cost of a commit is little.
MUCH_BYTES = 1024 * 1024


@dataclass(slots=True, eq=False)
class OpenStream:
    """A stream of a live chat; `pieces` and `count` wait for the next commit, and `at` is when they began to.

    `backlog` is its sender's, whichever stream of the chat they are in.
    """

    number: int
    chat: int
    name: str
    backlog: Backlog
    stored: int = 0
    received: int = 0
    last: int = 0
    pieces: list[bytes] = field(default_factory=list)
    count: int = 0
    at: float = 0.0
    changed: bool = False

    def row(self) -> StreamRow:
        return StreamRow(self.number, self.chat, self.backlog.sender, self.stored, self.received, self.last, self.name)


class Gathering:
    """Takes what the server reports of its live chats; `take` makes one commit of all that has come since the last.

    `streams` are those of the chats that are live from the start, in the order in which they began.
    """

    def __init__(self, streams: Iterable[OpenStream], numbers: NextNumbers, pressure: Pressure) -> None:
        self._numbers = numbers
        self._backlogs = Backlogs(pressure, stream_limit=STREAM_BEHIND_BYTES, total_limit=BEHIND_BYTES)
        self._streams: dict[tuple[str, str], OpenStream] = {}
        self._older: dict[tuple[str, str], list[OpenStream]] = {}
        self._changed: list[OpenStream] = []
        self._spoken: list[OpenStream] = []  # those with pieces, in the order of their first ones
        self._chats: list[ChatRow] = []
        self._ends: list[EndRow] = []
        self._questions: list[Question] = []
        self._asked_rows = 0
        self._in_flight: list[tuple[Backlog, int]] = []
        for stream in streams:
            self._open(stream)

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return bool(self._changed or self._chats or self._ends or self._questions)

    @property
    def is_much(self) -> bool:
        """Whether so much waits, of all together, that a commit of it is worth its price at once."""
        return self._backlogs.total > MUCH_BYTES

    def chat_started(self, chat_id: str, asker: str, target: str, at: float) -> None:
        chat = ChatRow(self._numbers.chat, chat_id, asker, target, at)
        self._numbers.chat += 1
        self._chats.append(chat)
        for sender in (asker, target):
            self._begin(chat.number, chat_id, Backlog(chat_id, sender))

    def stream_began(self, chat_id: str, sender: str, stream: str) -> None:
        """Begin a stream. Raises KeyError for a chat that is not live: a mistake of the caller."""
        before = self._streams[chat_id, sender]
        self._begin(before.chat, stream, before.backlog)

    def chat_ended(self, chat_id: str, reason: str, at: float) -> None:
        for key in [key for key in self._streams if key[0] == chat_id]:
            del self._streams[key]
            self._older.pop(key, None)
        self._ends.append(EndRow(at, reason, chat_id))

    def append(self, chat_id: str, sender: str, lines: bytes, count: int, at: float, late: str | None = None) -> None:
        """Take messages, of the last stream or of an older one for which they come `late`. Raises KeyError for a chat
        that is not live: a mistake of the caller.

        Within a commit, streams are numbered in the order of these calls. Those for what had been passed on alone come
        just before the commit, in the order in which the streams spoke (server/chats/bookkeeping.py).
        """
        stream = self._known(chat_id, sender, late) if late else self._streams[chat_id, sender]
        if not stream.pieces:
            stream.at = at
            self._spoken.append(stream)
            if not stream.changed:
                self._change(stream)
        stream.pieces.append(lines)
        stream.count += count
        size = len(lines) + PIECE_OVERHEAD
        backlog, backlogs = stream.backlog, self._backlogs
        backlog.size += size
        backlogs.total += size
        if backlog.size > backlogs.stream_limit or backlogs.total > backlogs.total_limit:
            backlogs.grown(backlog, (other.backlog for other in self._spoken))

    def received(self, chat_id: str, sender: str, stream: str, upto: int) -> None:
        """Note what the partner holds. Raises KeyError like `append`."""
        known = self._known(chat_id, sender, stream)
        if upto > known.received:
            known.received = upto
            if not known.changed:
                self._change(known)

    def ask(self, question: Question, rows: int = 1) -> None:
        """Have a question decided inside the next commit; it adds so many rows of a kind at most."""
        self._questions.append(question)
        self._asked_rows += rows

    def stream(self, chat_id: str, sender: str, name: str) -> OpenStream | None:
        """Return a stream of a live chat, or None."""
        current = self._streams.get((chat_id, sender))
        if current is None or current.name == name:
            return current
        older = self._older.get((chat_id, sender), [])
        return next((stream for stream in older if stream.name == name), None)

    def _known(self, chat_id: str, sender: str, name: str) -> OpenStream:
        found = self.stream(chat_id, sender, name)
        if found is None:
            raise KeyError(name)
        return found

    def take(self) -> Batch:
        """Return all that waits, and begin anew. It still counts as waiting until `written`."""
        chunks: list[ChunkRow] = []
        stored: list[Stored] = []
        for stream in self._spoken:
            rows = self._chunks(stream)
            chunks += rows
            stored.append(_stored(stream, rows))
        for stream in self._changed:
            stream.changed = False
        streams = [stream.row() for stream in self._changed]
        numbers = self._numbers.set_aside(self._asked_rows)
        batch = Batch(self._chats, streams, chunks, self._ends, self._questions, numbers, stored, numbers.chunk)
        self._changed, self._spoken, self._chats, self._ends, self._questions = [], [], [], [], []
        self._asked_rows = 0
        return batch

    def written(self) -> None:
        """Note that the batch that was taken is on the disk."""
        for backlog, size in self._in_flight:
            backlog.size -= size
            self._backlogs.total -= size
        self._in_flight = []
        self._backlogs.shrunk()

    def _begin(self, chat: int, name: str, backlog: Backlog) -> None:
        stream = OpenStream(self._numbers.stream, chat, name, backlog)
        self._numbers.stream += 1
        self._open(stream)
        self._change(stream)

    def _open(self, stream: OpenStream) -> None:
        key = stream.backlog.chat, stream.backlog.sender
        if key in self._streams:
            self._older.setdefault(key, []).append(self._streams[key])
        self._streams[key] = stream

    def _change(self, stream: OpenStream) -> None:
        stream.changed = True
        self._changed.append(stream)

    def _chunks(self, stream: OpenStream) -> list[ChunkRow]:
        """Return the waiting pieces of a stream as rows, and move the stream on past them."""
        lines = stream.pieces[0] if len(stream.pieces) == 1 else b"".join(stream.pieces)
        parts = [lines] if len(lines) <= CHUNK_BYTES else list(in_parts(lines, CHUNK_BYTES))
        counts = [stream.count] if len(parts) == 1 else [part.count(b"\n") for part in parts]
        rows = [self._chunk(stream, part, count) for part, count in zip(parts, counts, strict=True)]
        self._in_flight.append((stream.backlog, len(lines) + PIECE_OVERHEAD * len(stream.pieces)))
        stream.pieces, stream.count = [], 0
        return rows

    def _chunk(self, stream: OpenStream, lines: bytes, count: int) -> ChunkRow:
        number = self._numbers.chunk
        self._numbers.chunk += 1
        row = ChunkRow(number, stream.number, stream.last, stream.stored + 1, count, stream.at, lines)
        stream.last = number
        stream.stored += count
        return row


def _stored(stream: OpenStream, rows: list[ChunkRow]) -> Stored:
    numbered = tuple([Numbered(row.number << PLACE_BITS, row.first, row.messages) for row in rows])
    return Stored(stream.backlog.chat, stream.backlog.sender, stream.name, stream.stored, numbered)
