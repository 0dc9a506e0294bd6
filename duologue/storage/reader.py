"""What people may read of the store, each function one question asked of a connection, in one snapshot.

Every question names who asks (`me`) and is answered from the chats of that person only: a stranger's chat and one that
never was give the same answer, nothing.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from duologue.storage.backlog import Backlog
from duologue.storage.base import LiveChat, LiveRoom, LiveStream, Message
from duologue.storage.gathering import OpenStream
from duologue.storage.letters import LETTER, UNHEARD
from duologue.storage.rows import NextNumbers
from duologue.storage.stored_lines import texts, whole

# A message's number is its chunk's, shifted, plus its place there: 256 KiB hold 2^17 of the shortest lines.
PLACE_BITS = 20
_HIGHEST = 1 << 63 - 1 - PLACE_BITS


_HEARD = f"reason IS NOT '{UNHEARD}'"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose chats are read: those with one partner, or all of `me` and what is said in `rooms`.

    A room's id is the target of what is said there.
    """

    me: str
    partner: str | None = None
    rooms: tuple[str, ...] = ()

    @property
    def condition(self) -> str:
        if self.partner is None:
            rooms = ", ".join(f":{name}" for name in self._rooms)
            return f"(asker = :me OR target = :me AND {_HEARD} OR target IN ({rooms}))"
        return f"(asker = :me AND target = :partner OR asker = :partner AND target = :me AND {_HEARD})"

    @property
    def values(self) -> dict[str, str | int | None]:
        return {"me": self.me, "partner": self.partner, **self._rooms}

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
_CHUNK = """SELECT chunk.number, stream.name, sender, CASE sender WHEN asker THEN target ELSE asker END,
        first, at, lines, crc
    FROM chunk CROSS JOIN stream ON stream.number = chunk.stream CROSS JOIN chat ON chat.number = stream.chat"""
_LIVE_CHATS = "SELECT number, id, asker, target, started FROM chat WHERE ended IS NULL ORDER BY number"
# Without the older ones that have been received whole.
_LIVE_STREAMS = """SELECT number, name, sender, stored, received, last FROM stream
    WHERE chat = :chat ORDER BY number"""

_ROOM_CHUNKS = "SELECT chunk FROM room_chunk WHERE room = ? AND chunk <= ? ORDER BY chunk DESC LIMIT ?"

# A letter that was written to `me` alone makes nobody known.
_HAVE_TALKED = f"""SELECT EXISTS (SELECT 1 FROM chat
    WHERE asker = :me AND target = :other AND reason IS NOT '{UNHEARD}'
    OR asker = :other AND target = :me AND coalesce(reason, '') NOT IN ('{LETTER}', '{UNHEARD}'))"""

Row = tuple[int, str, str, str, int, float, bytes, int | None]


@contextlib.contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """What is read inside belongs together, whatever is committed meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def newest_first(connection: sqlite3.Connection, whose: Whose, before: int | None = None) -> Iterator[Message]:
    """The messages back from the newest, or from the newest before a number. Reads no further than is asked of it."""
    for number in _walk(connection, whose, before):
        for message in reversed(of_chunk(connection, whose, number)):
            if before is None or message.number < before:
                yield message


def history(connection: sqlite3.Connection, whose: Whose, before: int | None, limit: int) -> list[Message]:
    with snapshot(connection):
        return _oldest_first(islice(newest_first(connection, whose, before), limit))


def room_history(connection: sqlite3.Connection, room: str, before: int | None, limit: int) -> list[Message]:
    """The newest messages of a room, or those before a number, oldest first."""
    highest = _HIGHEST if before is None else (before - 1) >> PLACE_BITS
    with snapshot(connection):
        chunks = connection.execute(_ROOM_CHUNKS, (room, highest, limit)).fetchall()
        found = [message for (number,) in chunks for message in reversed(_room_chunk(connection, number))]
    return _oldest_first(message for message in found[:limit] if before is None or message.number < before)


def live_rooms(connection: sqlite3.Connection) -> list[LiveRoom]:
    """The rooms that a server which starts again goes on with."""
    return [LiveRoom(*row) for row in connection.execute("SELECT key, id, password_hash, topic FROM room ORDER BY key")]


def blocks(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Who has blocked whom."""
    return connection.execute("SELECT nickname, other FROM block").fetchall()


def asking(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Whom not everyone may ask for a chat, and who may."""
    return connection.execute("SELECT nickname, who FROM asking").fetchall()


def have_talked(connection: sqlite3.Connection, me: str, other: str) -> bool:
    """Have the two had a chat, or has `me` written to the other?"""
    (have,) = connection.execute(_HAVE_TALKED, {"me": me, "other": other}).fetchone()
    return bool(have)


def of_chunk(connection: sqlite3.Connection, whose: Whose, number: int) -> list[Message]:
    """The messages of one chunk, if it is one of theirs."""
    condition = f"chunk.number = :number AND {whose.condition}"
    rows = connection.execute(f"{_CHUNK} WHERE {condition}", {**whose.values, "number": number}).fetchall()
    return [message for row in rows for message in messages(row)]


def _room_chunk(connection: sqlite3.Connection, number: int) -> list[Message]:
    return [message for row in _any_rows(connection, number) for message in messages(row)]


def any_chunk(connection: sqlite3.Connection, number: int) -> list[Message]:
    """The messages of one chunk, whoever they belong to and damaged or not: for the index, not for people."""
    return [message for row in _any_rows(connection, number) for message in messages((*row[:-1], None))]


def _any_rows(connection: sqlite3.Connection, number: int) -> list[Row]:
    return connection.execute(f"{_CHUNK} WHERE chunk.number = ?", (number,)).fetchall()


def messages(row: Row) -> list[Message]:
    """What a row of the chunk query holds. Raises DamagedLinesError, but for one without a checksum."""
    number, stream, sender, recipient, first, at, lines, crc = row
    return [
        Message((number << PLACE_BITS) + place, stream, sender, recipient, first + place, at, text)
        for place, text in enumerate(texts(whole(lines, crc)))
    ]


def live_chats(connection: sqlite3.Connection) -> tuple[list[OpenStream], list[LiveChat]]:
    """What a server that starts again goes on with: the chats that have not ended."""
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
    """Higher than any number ever given: of chunks that have been deleted, their streams still know."""
    columns = (("number", "chat"), ("number", "stream"), ("number", "chunk"), ("last", "stream"))
    chat, stream, *chunk = (
        connection.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()[0] for column, table in columns
    )
    return NextNumbers(chat + 1, stream + 1, max(chunk) + 1)


def walk_of(whose: Whose) -> str:
    """The beginning of a query: `walk` are the numbers of their chunks, newest first."""
    return _WALK.format(condition=whose.condition)


def _walk(connection: sqlite3.Connection, whose: Whose, before: int | None = None) -> Iterator[int]:
    """The numbers of the chunks, newest first."""
    highest = _HIGHEST if before is None else before >> PLACE_BITS
    query = f"{walk_of(whose)} SELECT number FROM walk WHERE number <= :highest"
    for (number,) in connection.execute(query, {**whose.values, "highest": highest}):
        yield number


def _oldest_first(found: Iterable[Message]) -> list[Message]:
    return list(found)[::-1]
