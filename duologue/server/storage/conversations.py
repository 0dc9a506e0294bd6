"""Conversations of one account: which there are, what is unread in each, and everything that came after a number.

Each is a function of a connection, as in reader.py. A conversation is named by the partner, or by the id of a room.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heapreplace

from duologue.core.room_rules import is_room
from duologue.server.storage.accounts import ALWAYS, Birth
from duologue.server.storage.base import Conversation, Mark, Message
from duologue.server.storage.reader import (
    LOOK_CHUNKS,
    PAGE_CHUNKS,
    Steps,
    StoredChunk,
    Whose,
    any_chunk,
    chunks,
    chunks_of,
    message_at,
    messages,
    pages,
)
from duologue.server.storage.rows import PLACE_BITS
from duologue.server.storage.stored_lines import DamagedLinesError

MOST_UNREAD = 100
"""Unread messages of a conversation that are counted: to count 1,000 in each of 300 takes more than a second."""

_PLACE = (1 << PLACE_BITS) - 1

# Both directions, each by its ended chats and by the one that is on.
_NEWEST = """max(
    (SELECT coalesce(max(newest), 0) FROM chat INDEXED BY chat_pair WHERE asker = :me AND target = {name}),
    (SELECT coalesce(max(newest), 0) FROM chat INDEXED BY chat_pair WHERE asker = {name} AND target = :me),
    (SELECT coalesce(max(last), 0) FROM chat INDEXED BY chat_pair CROSS JOIN stream ON stream.chat = chat.number
        WHERE asker = :me AND target = {name} AND newest IS NULL),
    (SELECT coalesce(max(last), 0) FROM chat INDEXED BY chat_pair CROSS JOIN stream ON stream.chat = chat.number
        WHERE asker = {name} AND target = :me AND newest IS NULL))"""
_NEWEST_OF_ONE = f"SELECT {_NEWEST.format(name=':partner')}"
# All in one statement: of 300 partners, to ask for each by itself costs five times as much.
_PARTNERS = """WITH RECURSIVE asked (person) AS (
        SELECT min(target) FROM chat WHERE asker = :me
    UNION ALL
        SELECT (SELECT min(target) FROM chat WHERE asker = :me AND target > person)
        FROM asked WHERE person IS NOT NULL),
    asking (person) AS (
        SELECT min(asker) FROM chat WHERE target = :me AND reason IS NOT 'unheard'
    UNION ALL
        SELECT (SELECT min(asker) FROM chat WHERE target = :me AND asker > person AND reason IS NOT 'unheard')
        FROM asking WHERE person IS NOT NULL),
    partner (person) AS (
        SELECT person FROM asked WHERE person IS NOT NULL AND person NOT LIKE '#%'
        UNION SELECT person FROM asking WHERE person IS NOT NULL)"""
_NEWEST_OF_ALL = f"{_PARTNERS} SELECT person, {_NEWEST.format(name='person')} FROM partner"
_NEWEST_IN_ROOM = "SELECT coalesce(max(chunk), 0) FROM room_chunk WHERE room = ?"
# The streams of chats that have had something since a chunk: those of a pair.
_END = """SELECT last, sender
    FROM {} CROSS JOIN chat INDEXED BY chat_pair CROSS JOIN stream ON stream.chat = chat.number
    WHERE asker = {} AND target = {} AND {} AND last >= :lowest"""
_SINCE = "newest >= :lowest"
_IS_ON = "newest IS NULL"


def _ends(whose: str, name: str) -> str:
    pairs = ((":me", name), (name, ":me"))
    return " UNION ALL ".join(_END.format(whose, *pair, which) for pair in pairs for which in (_SINCE, _IS_ON))


_ENDS_OF_ALL = f"{_PARTNERS} {_ends('partner', 'person')}"
_ENDS_OF_ONE = _ends("(SELECT 1)", ":partner")
_BACK = """WITH RECURSIVE back (number, previous, count, is_heard) AS (
        SELECT number, previous, count, is_heard FROM chunk WHERE number = :start
    UNION ALL
        SELECT chunk.number, chunk.previous, chunk.count, chunk.is_heard
        FROM back CROSS JOIN chunk ON chunk.number = back.previous WHERE back.previous >= :lowest LIMIT :most)
    SELECT number, previous, count, is_heard FROM back"""
_ROOM_SINCE = """SELECT chunk.number, count, sender FROM room_chunk CROSS JOIN chunk ON chunk.number = room_chunk.chunk
    CROSS JOIN stream ON stream.number = chunk.stream WHERE room = ? AND room_chunk.chunk >= ?
    ORDER BY room_chunk.chunk LIMIT ?"""
_MARK = "SELECT number FROM mark WHERE account = ? AND conversation = ?"
_SET_MARK = """INSERT INTO mark (account, conversation, number) VALUES (?, ?, ?)
    ON CONFLICT (account, conversation) DO UPDATE SET number = max(number, excluded.number)"""

Found = tuple[int, int, str]
"""A chunk, the count of its messages, and who said them."""


def after(
    connection: sqlite3.Connection, me: str, number: int, rooms: Sequence[str] = (), *, birth: Birth = ALWAYS
) -> Steps:
    """Yield the messages after a number, oldest first: those of `me` and to `me` that may be read, since their `birth`,
    and of `rooms`.
    """
    number = max(number, birth.born - 1)
    numbers: list[int] = []
    for found in _since(connection, me, number, rooms):
        if found:
            numbers.append(found[0])
        else:
            yield None
    numbers.sort()
    for start in range(0, len(numbers), PAGE_CHUNKS):
        for row in chunks_of(connection, numbers[start : start + PAGE_CHUNKS]):
            yield from _oldest_first(row, number)
        yield None


def count_after(
    connection: sqlite3.Connection,
    me: str,
    number: int,
    most: int,
    rooms: Sequence[str] = (),
    *,
    birth: Birth = ALWAYS,
) -> int:
    """Return how many messages `after` would yield, counted to `most`."""
    number = max(number, birth.born - 1)
    return _count(_since(connection, me, number, rooms, at_once=True), number, most)


def listed(
    connection: sqlite3.Connection,
    me: str,
    before: int | None,
    limit: int,
    rooms: Sequence[str] = (),
    *,
    birth: Birth = ALWAYS,
) -> list[Conversation]:
    """Return the conversations of `me` by their newest messages, newest first; `before` is the number of the last one
    that was listed. With people they begin with the `birth` of `me`.
    """
    found: list[Conversation] = []
    for name, newest in _by_newest(connection, me, rooms, birth):
        if len(found) == limit:
            break
        if before is None or newest.number < before:
            mark = _mark(connection, me, name)
            unread = _unread(connection, me, name, mark, birth) if mark < newest.number else 0
            found.append(Conversation(name, newest, unread, mark))
    return found


def set_mark(
    connection: sqlite3.Connection, me: str, conversation: str, number: int, *, birth: Birth = ALWAYS
) -> Mark | None:
    """Note that `me` has read a conversation up to a number, if that is further than before; return the mark and what
    is unread after it. None: there is no such conversation.

    The caller sees to it that the number has been given by then, and that `me` may read the room.
    """
    if not _newest(connection, me, conversation, birth):
        return None
    connection.execute(_SET_MARK, (me, conversation, number))
    mark = _mark(connection, me, conversation)
    return Mark(mark, _unread(connection, me, conversation, mark, birth))


# Conversations by their newest messages


def _by_newest(
    connection: sqlite3.Connection, me: str, rooms: Sequence[str], birth: Birth
) -> Iterator[tuple[str, Message]]:
    """Yield names with their newest messages, newest first. Looks no further than is asked of it.

    What may not be read can be the newest chunk: then the conversation comes where its newest readable one is.
    """
    lowest = birth.born >> PLACE_BITS
    newest_of = {name: newest for name, newest in connection.execute(_NEWEST_OF_ALL, {"me": me}) if newest >= lowest}
    newest_of |= {room: _newest(connection, me, room, birth) for room in rooms}
    waiting: list[tuple[int, str, Message | None]] = [
        (-newest, name, None) for name, newest in newest_of.items() if newest
    ]
    heapify(waiting)
    while waiting:
        place, name, message = waiting[0]
        message = message or _newest_message(connection, me, name, -place, birth)
        if message and -(message.number >> PLACE_BITS) > place:
            heapreplace(waiting, (-(message.number >> PLACE_BITS), name, message))
            continue
        heappop(waiting)
        if message:
            yield name, message


def _newest(connection: sqlite3.Connection, me: str, name: str, birth: Birth) -> int:
    """Return the newest chunk of a conversation, whether it may be read or not; 0: none."""
    if is_room(name):
        return int(connection.execute(_NEWEST_IN_ROOM, (name,)).fetchone()[0])
    newest = int(connection.execute(_NEWEST_OF_ONE, {"me": me, "partner": name}).fetchone()[0])
    return newest if newest >= birth.born >> PLACE_BITS else 0


def _newest_message(connection: sqlite3.Connection, me: str, name: str, newest: int, birth: Birth) -> Message | None:
    row = any_chunk(connection, newest)
    if row and row.may_be_read_by(me):
        return _last_message(row)
    if is_room(name):
        return None
    whose = Whose(me, name, first_chat=birth.first_chat)
    return next((_last_message(found) for found in chunks(connection, whose) if found), None)


def _last_message(row: StoredChunk) -> Message:
    """Return the last message of a chunk; without its text where that is damaged, as the list is not only of this."""
    place = row.messages - 1
    try:
        (message,) = messages(row.checked(), place, row.messages)
    except DamagedLinesError:
        return message_at(row, place, "")
    return message


# What came after a number


def _mark(connection: sqlite3.Connection, me: str, conversation: str) -> int:
    found = connection.execute(_MARK, (me, conversation)).fetchone()
    return int(found[0]) if found else 0


def _unread(connection: sqlite3.Connection, me: str, name: str, mark: int, birth: Birth) -> int:
    """Return how many messages came after a mark that `me` did not say, counted to MOST_UNREAD."""
    mark = mark if is_room(name) else max(mark, birth.born - 1)
    return _count(
        (found for found in _of_one(connection, me, name, mark) if found and found[2] != me), mark, MOST_UNREAD
    )


def _count(chunks: Iterator[Found | None], after: int, most: int) -> int:
    count = 0
    for found in chunks:
        if found:
            number, messages, _ = found
            count += messages - _passed(number, messages, after)
            if count >= most:
                return most
    return count


def _passed(chunk: int, messages: int, after: int) -> int:
    """Return how many messages of a chunk are not after this number."""
    return min(messages, (after & _PLACE) + 1) if chunk == after >> PLACE_BITS else 0


def _since(
    connection: sqlite3.Connection, me: str, number: int, rooms: Sequence[str], *, at_once: bool = False
) -> Iterator[Found | None]:
    """Yield the chunks that may be read and have messages after a number, or had before these were deleted; None as in
    Steps. Without `at_once` no statement is open between two steps (see `chunks` in reader.py).
    """
    lowest = number >> PLACE_BITS
    ends = connection.execute(_ENDS_OF_ALL, {"me": me, "lowest": lowest})
    yield from _of_streams(connection, ends if at_once else ends.fetchall(), me, lowest)
    for room in dict.fromkeys(rooms):
        yield from _of_room(connection, room, lowest)


def _of_one(connection: sqlite3.Connection, me: str, name: str, number: int) -> Iterator[Found | None]:
    """Yield the same of one conversation."""
    lowest = number >> PLACE_BITS
    if is_room(name):
        yield from _of_room(connection, name, lowest)
        return
    ends = connection.execute(_ENDS_OF_ONE, {"me": me, "partner": name, "lowest": lowest})
    yield from _of_streams(connection, ends, me, lowest)


def _of_streams(
    connection: sqlite3.Connection, ends: Iterable[tuple[int, str]], me: str, lowest: int
) -> Iterator[Found | None]:
    """Yield the same of streams that end with these chunks. Who asks for a few of them does not have all looked for."""
    for last, sender in ends:
        yield from _of_stream(connection, last, lowest, sender, is_mine=sender == me)
    yield None


def _of_stream(
    connection: sqlite3.Connection, last: int, lowest: int, sender: str, *, is_mine: bool
) -> Iterator[Found | None]:
    """Walk back from the newest chunk of a stream; where one has been deleted, those before it have been too."""
    start = last
    while start and start >= lowest:
        place = {"start": start, "lowest": lowest, "most": LOOK_CHUNKS}
        rows = connection.execute(_BACK, place).fetchall()
        yield from ((number, count, sender) for number, _, count, is_heard in rows if is_heard or is_mine)
        if len(rows) < LOOK_CHUNKS:
            return
        start = rows[-1][1]
        yield None


def _of_room(connection: sqlite3.Connection, room: str, lowest: int) -> Iterator[Found | None]:
    while rows := connection.execute(_ROOM_SINCE, (room, lowest, LOOK_CHUNKS)).fetchall():
        yield from rows
        lowest = rows[-1][0] + 1
        yield None


def _oldest_first(row: StoredChunk, after: int) -> Iterator[Message]:
    passed = _passed(row.number, row.messages, after)
    for first, last in reversed([*pages(row)]):
        if last > passed:
            yield from messages(row, max(first, passed), last)
