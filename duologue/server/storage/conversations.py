"""Conversations of one account: which there are, what is unread in each, and everything that came after a number.

Each is a function of a connection, as in reader.py. A conversation is named by the partner, or by the id of a room.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heapreplace

from duologue.core.room_rules import is_room
from duologue.server.storage.accounts import ALWAYS, Birth
from duologue.server.storage.base import Conversation, Mark, Message
from duologue.server.storage.reader import (
    LOOK_CHUNKS,
    Steps,
    StoredChunk,
    Whose,
    any_chunk,
    askers,
    chunks,
    message_at,
    messages,
    pages,
    targets,
)
from duologue.server.storage.rows import PLACE_BITS
from duologue.server.storage.stored_lines import DamagedLinesError

MOST_UNREAD = 100
"""Unread messages of a conversation that are counted: to count 1,000 in each of 300 takes more than a second."""

_PLACE = (1 << PLACE_BITS) - 1

# Both directions, each by its ended chats and by the one that is on.
_NEWEST = """SELECT max(
    (SELECT coalesce(max(newest), 0) FROM chat INDEXED BY chat_pair WHERE asker = :me AND target = :partner),
    (SELECT coalesce(max(newest), 0) FROM chat INDEXED BY chat_pair WHERE asker = :partner AND target = :me),
    (SELECT coalesce(max(last), 0) FROM chat INDEXED BY chat_pair CROSS JOIN stream ON stream.chat = chat.number
        WHERE asker = :me AND target = :partner AND newest IS NULL),
    (SELECT coalesce(max(last), 0) FROM chat INDEXED BY chat_pair CROSS JOIN stream ON stream.chat = chat.number
        WHERE asker = :partner AND target = :me AND newest IS NULL))"""
_NEWEST_IN_ROOM = "SELECT coalesce(max(chunk), 0) FROM room_chunk WHERE room = ?"
_ENDS = """SELECT last, sender FROM chat INDEXED BY chat_pair CROSS JOIN stream ON stream.chat = chat.number
    WHERE asker = ? AND target = ? AND {} AND last >= ?"""
_ENDS_OF_LIVE = _ENDS.format("newest IS NULL")
_ENDS_SINCE = _ENDS.format("newest >= ?")
_BACK = """WITH RECURSIVE back (number, previous) AS (
        SELECT number, previous FROM chunk WHERE number = :start
    UNION ALL
        SELECT chunk.number, chunk.previous FROM back CROSS JOIN chunk ON chunk.number = back.previous
        WHERE back.previous >= :lowest LIMIT :most)
    SELECT chunk.number, chunk.previous, count, is_heard FROM back CROSS JOIN chunk ON chunk.number = back.number"""
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
    for chunk in numbers:
        row = any_chunk(connection, chunk)
        if row:
            yield from _oldest_first(row.checked(), number)
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
    return _count(_since(connection, me, number, rooms), number, most)


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
    waiting: list[tuple[int, str, Message | None]] = []
    for name in {*_partners(connection, me), *rooms}:
        newest = _newest(connection, me, name, birth)
        if newest:
            waiting.append((-newest, name, None))
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


def _partners(connection: sqlite3.Connection, me: str) -> Iterator[str]:
    yield from (target for target in targets(connection, me) if not is_room(target))
    yield from askers(connection, me)


def _newest(connection: sqlite3.Connection, me: str, name: str, birth: Birth) -> int:
    """Return the newest chunk of a conversation, whether it may be read or not; 0: none."""
    if is_room(name):
        return int(connection.execute(_NEWEST_IN_ROOM, (name,)).fetchone()[0])
    newest = int(connection.execute(_NEWEST, {"me": me, "partner": name}).fetchone()[0])
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


def _since(connection: sqlite3.Connection, me: str, number: int, rooms: Sequence[str]) -> Iterator[Found | None]:
    """Yield the chunks that may be read and have messages after a number, or had before these were deleted; None as in
    Steps.
    """
    for name in {*_partners(connection, me), *rooms}:
        yield from _of_one(connection, me, name, number)
    yield None


def _of_one(connection: sqlite3.Connection, me: str, name: str, number: int) -> Iterator[Found | None]:
    """Yield the same of one conversation."""
    lowest = number >> PLACE_BITS
    if is_room(name):
        yield from _of_room(connection, name, lowest)
        return
    for asker, target in {(me, name), (name, me)}:
        ends = connection.execute(_ENDS_OF_LIVE, (asker, target, lowest)).fetchall()
        ends += connection.execute(_ENDS_SINCE, (asker, target, lowest, lowest)).fetchall()
        for last, sender in ends:
            yield from _of_stream(connection, last, lowest, sender, is_mine=sender == me)


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
