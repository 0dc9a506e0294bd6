"""Questions that people may ask of the store, each a function of a connection.

Every question names the asker (`me`) and is answered from the chats of that person only: a stranger's chat and one that
never was give the same answer, nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from typing import NamedTuple

from duologue.server.storage.backlog import Backlog
from duologue.server.storage.base import LiveChat, LiveRoom, LiveStream, Message
from duologue.server.storage.gathering import OpenStream
from duologue.server.storage.letters import LETTER, UNHEARD
from duologue.server.storage.many_rows import select
from duologue.server.storage.rows import PLACE_BITS, NextNumbers
from duologue.server.storage.stored_lines import between, texts, whole

_HIGHEST = 1 << 63 - 1 - PLACE_BITS


MAY_BE_READ = "(is_heard OR sender = :me)"
"""The messages in their chats that somebody may read: what they did not hear, because they had blocked the sender,
stays the sender's.
"""


# With its sign SQLite looks this up in no index: those for the names find fewer chats.
_IS_OWN = "+chat.number >= :first_chat"


@dataclass(frozen=True, slots=True)
class Whose:
    """The chats that are read: those with one partner, or all of `me` and the messages in `rooms`.

    A room's id is the target of its messages. Chats before `first_chat` were of an earlier account named `me`; whoever
    is in a room reads all of it.
    """

    me: str
    partner: str | None = None
    rooms: tuple[str, ...] = ()
    first_chat: int = 0

    @property
    def condition(self) -> str:
        if self.partner is None:
            rooms = ", ".join(f":{name}" for name in self._rooms)
            return f"((asker = :me OR target = :me) AND {_IS_OWN} OR target IN ({rooms}))"
        return f"((asker = :me AND target = :partner OR asker = :partner AND target = :me) AND {_IS_OWN})"

    @property
    def values(self) -> dict[str, str | int | None]:
        return {"me": self.me, "partner": self.partner, "first_chat": self.first_chat, **self._rooms}

    @property
    def _rooms(self) -> dict[str, str]:
        return {f"room{number}": room for number, room in enumerate(self.rooms)}


# Walks all streams at once from their newest chunks back. ORDER BY sorts the queue of a recursive query, and
# LIMIT keeps SQLite from leaving it out where the query around this one does not need it.
_WALK = """WITH RECURSIVE walk (number, previous) AS (
        SELECT chunk.number, chunk.previous
        FROM chat CROSS JOIN stream ON stream.chat = chat.number CROSS JOIN chunk ON chunk.number = stream.last
        WHERE {condition}
    UNION ALL
        SELECT chunk.number, chunk.previous FROM walk CROSS JOIN chunk ON chunk.number = walk.previous
        ORDER BY 1 DESC LIMIT -1)"""
_COLUMNS = """chunk.number, stream.name, sender, CASE sender WHEN asker THEN target ELSE asker END,
        first, count, at, lines, previous, is_heard, crc"""
_OWNERS = "CROSS JOIN stream ON stream.number = chunk.stream CROSS JOIN chat ON chat.number = stream.chat"
_CHUNK = f"SELECT {_COLUMNS} FROM chunk {_OWNERS}"
# Every stream of some chats, with its newest chunk; nulls where it has no messages. Those that are on are few.
_ENDS = f"""SELECT page.newest, page.number, chunk.number, chunk.previous
    FROM (SELECT newest, number FROM chat WHERE asker = :asker AND target = :target AND {_IS_OWN} AND {{}}) AS page
    LEFT JOIN stream ON stream.chat = page.number LEFT JOIN chunk ON chunk.number = stream.last"""
_ENDS_OF_LIVE = _ENDS.format("newest IS NULL")
_ENDS_OF_PAGE = _ENDS.format("(newest, number) > (:newest, :number) ORDER BY newest, number LIMIT :most")
_BACK = """WITH RECURSIVE back (previous) AS (
        VALUES (:start)
    UNION ALL
        SELECT chunk.previous FROM back CROSS JOIN chunk ON chunk.number = back.previous WHERE back.previous > :highest
        LIMIT :most)
    SELECT min(previous) FROM back"""
_LIVE_CHATS = "SELECT number, id, asker, target, started FROM chat WHERE ended IS NULL ORDER BY number"
# Without the older ones that have been received whole.
_LIVE_STREAMS = """SELECT number, name, sender, stored, received, last FROM stream
    WHERE chat = :chat ORDER BY number"""

_IN_ROOM = f"""SELECT {_COLUMNS} FROM room_chunk CROSS JOIN chunk ON chunk.number = room_chunk.chunk {_OWNERS}
    WHERE room = ? AND room_chunk.chunk <= ? ORDER BY room_chunk.chunk DESC LIMIT ?"""

_HEARD = f"reason IS NOT '{UNHEARD}'"
_NEXT_TARGET = "SELECT min(target) FROM chat WHERE asker = ? AND target > ?"
_NEXT_ASKER = f"SELECT min(asker) FROM chat WHERE target = ? AND asker > ? AND {_HEARD}"
_TALKED = "INDEXED BY chat_talked"
_CHATTED = f"reason IS NOT '{LETTER}' AND {_HEARD} AND {_IS_OWN}"
# A letter that was written to `me` alone makes nobody known. Letters can be many: the first two halves have an index of
# their own (migrations.py), and of what `me` has written the newest count.
_HAVE_TALKED = f"""SELECT EXISTS (SELECT 1 FROM chat {_TALKED} WHERE asker = :other AND target = :me AND {_CHATTED})
    OR EXISTS (SELECT 1 FROM chat {_TALKED} WHERE asker = :me AND target = :other AND {_CHATTED})
    OR EXISTS (SELECT 1 FROM (SELECT reason FROM chat WHERE asker = :me AND target = :other AND {_IS_OWN}
        ORDER BY newest DESC LIMIT :most) WHERE {_HEARD})"""

# What one step of a reading takes at most, a few ms: then others have their turn.
PAGE_CHATS = 500
LOOK_CHUNKS = 10_000
PAGE_LINES = 500
# With the largest of them, 4 MiB of memory.
PAGE_CHUNKS = 16


class StoredChunk(NamedTuple):
    """A row of the chunk query."""

    number: int
    stream: str
    sender: str
    recipient: str
    first: int
    messages: int
    at: float
    lines: bytes
    previous: int
    is_heard: bool
    crc: int | None

    def may_be_read_by(self, nickname: str) -> bool:
        """Return whether somebody may read it, as in MAY_BE_READ."""
        return self.is_heard or self.sender == nickname

    def checked(self) -> StoredChunk:
        """Return itself. Raises DamagedLinesError: damaged lines must not be shown as if somebody had written them."""
        whole(self.lines, self.crc)
        return self


Steps = Iterator[Message | None]
"""Messages as they are found; None after a few ms without any: it goes on when it is asked to."""


def history(connection: sqlite3.Connection, whose: Whose, before: int | None = None) -> Steps:
    """Yield the messages back from the newest, or from the newest before a number. Reads no further than is asked of
    it.
    """
    for row in chunks(connection, whose, before):
        if row:
            yield from _newest_first(row, before)
        yield None


def room_history(connection: sqlite3.Connection, room: str, before: int | None = None) -> Steps:
    """Yield the same of a room."""
    highest = _highest(before)
    while rows := connection.execute(_IN_ROOM, (room, highest, PAGE_CHUNKS)).fetchall():
        for row in map(StoredChunk._make, rows):
            yield from _newest_first(row.checked(), before)
        highest = rows[-1][0] - 1
        yield None


def live_rooms(connection: sqlite3.Connection) -> list[LiveRoom]:
    """Return the rooms that a server which starts again goes on with."""
    rows = connection.execute("SELECT key, id, password_hash, topic, topic_by FROM room ORDER BY key")
    return [LiveRoom(*row) for row in rows]


def blocks(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return all blocks: who has blocked whom."""
    return connection.execute("SELECT nickname, other FROM block").fetchall()


def asking(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return those whom not everyone may ask for a chat, and who may."""
    return connection.execute("SELECT nickname, who FROM asking").fetchall()


def have_talked(connection: sqlite3.Connection, me: str, other: str, first_chat: int = 0) -> bool:
    """Return whether the two have had a chat, or `me` has written to the other: chats before `first_chat` were of
    others of their names.
    """
    values = {"me": me, "other": other, "most": PAGE_CHATS, "first_chat": first_chat}
    (have,) = connection.execute(_HAVE_TALKED, values).fetchone()
    return bool(have)


def of_chunks(connection: sqlite3.Connection, whose: Whose, numbers: Sequence[int]) -> dict[int, StoredChunk]:
    """Return those of these chunks that are theirs and may be read, by number; at most PAGE_CHUNKS."""
    places = ", ".join(f":chunk{place}" for place in range(len(numbers)))
    condition = f"chunk.number IN ({places}) AND {whose.condition} AND {MAY_BE_READ}"
    values = whose.values | {f"chunk{place}": number for place, number in enumerate(numbers)}
    rows = map(StoredChunk._make, connection.execute(f"{_CHUNK} WHERE {condition}", values))
    return {row.number: row.checked() for row in rows}


def chunks_of(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[StoredChunk]:
    """Return those of these chunks that are there, in their order: at most PAGE_CHUNKS, which the caller may read."""
    rows = select(connection, f"{_CHUNK} WHERE chunk.number IN {{}}", numbers)
    return sorted((StoredChunk._make(row).checked() for row in rows), key=lambda row: row.number)


def any_chunk(connection: sqlite3.Connection, number: int) -> StoredChunk | None:
    """Return one chunk, whoever it belongs to and damaged or not: for the index, not for people."""
    row = connection.execute(f"{_CHUNK} WHERE chunk.number = ?", (number,)).fetchone()
    return StoredChunk._make(row) if row else None


def messages(row: StoredChunk, first: int, last: int) -> list[Message]:
    """Return the messages of a chunk from place `first` up to place `last`."""
    found = texts(between(row.lines, first, last))
    return [message_at(row, place, text) for place, text in enumerate(found, first)]


def message_at(row: StoredChunk, place: int, text: str) -> Message:
    number = (row.number << PLACE_BITS) + place
    return Message(number, row.stream, row.sender, row.recipient, row.first + place, row.at, text)


def pages(row: StoredChunk, before: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the places of a chunk, or those before a message's number, from the newest on: PAGE_LINES of them at a
    time.
    """
    end = row.messages if before is None else max(0, min(row.messages, before - (row.number << PLACE_BITS)))
    for last in range(end, 0, -PAGE_LINES):
        yield max(0, last - PAGE_LINES), last


def chunks(connection: sqlite3.Connection, whose: Whose, before: int | None = None) -> Iterator[StoredChunk | None]:
    """Yield the chunks back from the newest, or from the one of a message's number; None as in Steps.

    No statement is open between two steps, so that no snapshot grows old: chunks do not change, and the way on to one
    that has been deleted ends as at the end of its stream.
    """
    ends: list[int] = []  # negative, as the heap has its smallest first
    for end in _ends(connection, whose, _highest(before)):
        if end:
            ends.append(-end)
        else:
            yield None
    heapify(ends)
    while ends:
        row = any_chunk(connection, -ends[0])
        if row and row.previous:
            heapreplace(ends, -row.previous)
        else:
            heappop(ends)
        yield row.checked() if row and row.may_be_read_by(whose.me) else None


def live_chats(connection: sqlite3.Connection) -> tuple[list[OpenStream], list[LiveChat]]:
    """Return the chats that have not ended, with which a server that starts again goes on."""
    streams: list[OpenStream] = []
    chats: list[LiveChat] = []
    for chat, chat_id, asker, target, started in connection.execute(_LIVE_CHATS).fetchall():
        backlogs = {sender: Backlog(chat_id, sender) for sender in (asker, target)}
        of_chat = [
            OpenStream(number, chat, name, backlogs[sender], stored, received, last)
            for number, name, sender, stored, received, last in connection.execute(_LIVE_STREAMS, {"chat": chat})
        ]
        streams += of_chat
        chats.append(LiveChat(chat_id, asker, target, started, tuple(_live(stream) for stream in of_chat)))
    return streams, chats


def _live(stream: OpenStream) -> LiveStream:
    return LiveStream(stream.name, stream.backlog.sender, stream.stored, stream.received)


def next_numbers(connection: sqlite3.Connection) -> NextNumbers:
    """Return numbers above any ever given: streams still know those of chunks that have been deleted, and accounts
    those with which they begin, or what comes next would count as another's.
    """

    def highest(*columns: tuple[str, str]) -> int:
        queries = (f"SELECT coalesce(max({column}), 0) FROM {table}" for column, table in columns)
        return int(max(connection.execute(query).fetchone()[0] for query in queries))

    return NextNumbers(
        highest(("number", "chat"), ("first_chat - 1", "account")) + 1,
        highest(("number", "stream")) + 1,
        highest(("number", "chunk"), ("last", "stream"), (f"born >> {PLACE_BITS}", "account")) + 1,
    )


def walk_of(whose: Whose) -> str:
    """Return the beginning of a query: `walk` are the numbers of their chunks, newest first."""
    return _WALK.format(condition=whose.condition)


def _newest_first(row: StoredChunk, before: int | None) -> Iterator[Message]:
    for first, last in pages(row, before):
        yield from reversed(messages(row, first, last))


def _highest(before: int | None) -> int:
    """Return the chunk from which to read back: that of message `before`, should there be others before it there."""
    return _HIGHEST if before is None else (before - 1) >> PLACE_BITS


def _ends(connection: sqlite3.Connection, whose: Whose, highest: int) -> Iterator[int | None]:
    """Yield the newest chunk of every stream that is not above `highest`; None as in Steps."""
    for asker, target, first_chat in _pairs(connection, whose):
        pair = {"asker": asker, "target": target, "first_chat": first_chat}
        page = connection.execute(_ENDS_OF_LIVE, pair).fetchall()
        last = {"newest": -1, "number": 0}
        while True:
            for *_, number, previous in page:
                if number is not None:
                    yield from _back(connection, number, previous, highest)
            yield None
            page = connection.execute(_ENDS_OF_PAGE, {**pair, **last, "most": PAGE_CHATS}).fetchall()
            if not page:
                break
            newest, chat = max(row[:2] for row in page)
            last = {"newest": newest, "number": chat}


def _pairs(connection: sqlite3.Connection, whose: Whose) -> Iterator[tuple[str, str, int]]:
    """Yield who has asked whom, of all chats that may be read: each once, as an index has them; and the number of the
    chat from which on they may be.
    """
    if whose.partner is not None:
        yield whose.me, whose.partner, whose.first_chat
        yield whose.partner, whose.me, whose.first_chat
        return
    for target in _targets(connection, whose.me):
        if target not in whose.rooms:
            yield whose.me, target, whose.first_chat
    for of in (whose.me, *whose.rooms):
        for asker in _askers(connection, of):
            yield asker, of, whose.first_chat if of == whose.me else 0


def _targets(connection: sqlite3.Connection, me: str) -> Iterator[str]:
    """Yield those whom `me` has asked for a chat or written to, each once, in order."""
    return _skipping(connection, _NEXT_TARGET, me)


def _askers(connection: sqlite3.Connection, me: str) -> Iterator[str]:
    """Yield those who have asked `me` for a chat or written to `me`, and were heard, each once, in order."""
    return _skipping(connection, _NEXT_ASKER, me)


def _skipping(connection: sqlite3.Connection, query: str, me: str) -> Iterator[str]:
    name = ""
    while name := connection.execute(query, (me, name)).fetchone()[0]:
        yield name


def _back(connection: sqlite3.Connection, number: int, previous: int, highest: int) -> Iterator[int | None]:
    """Yield the first chunk of a stream, from `number` back, that is not above `highest`; 0, or none, where there is
    none.
    """
    if number <= highest:
        yield number
        return
    while previous > highest:
        start = previous
        place = {"start": start, "highest": highest, "most": LOOK_CHUNKS}
        (previous,) = connection.execute(_BACK, place).fetchone()
        yield None
        if previous == start:  # it has been deleted
            return
    if previous:
        yield previous
