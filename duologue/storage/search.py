"""Search by words. The index is made by whoever searches, from what is stored; the writer does not know of it.

A word matches a word, whatever its case and accents. A word with other signs in it must stand in the message as it was
typed.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from threading import Lock

from duologue.storage.base import Message
from duologue.storage.reader import PLACE_BITS, Whose, any_chunk, newest_first, of_chunk, snapshot
from duologue.storage.store_file import transaction

# One transaction of the index, in which the writer waits: 50 messages of ten words are 0.5 ms, and 15 ms at worst, when
# FTS5 merges what it has.
PIECE_MESSAGES = 50
PIECE_BYTES = 64 * 1024
# Written without spaces between words: each character is a word to the index, and a phrase of them a piece of text.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)

UPTO = "SELECT upto FROM indexed"
_CHUNK_AFTER = "SELECT min(number) FROM chunk WHERE number > ?"
_INDEX = "INSERT INTO message_index (rowid, text, people) VALUES (?, ?, ?)"
_IS_THERE = "SELECT EXISTS (SELECT 1 FROM chunk WHERE number = ?)"
_FORGET = "INSERT INTO message_index (message_index, rowid, text, people) VALUES ('delete', ?, ?, ?)"
_MATCHES = "SELECT rowid FROM message_index WHERE message_index MATCH ? ORDER BY rowid DESC"


Row = tuple[int, str, str]


def index_pieces(connection: sqlite3.Connection, turn: Lock) -> Iterator[None]:
    """Add what is not in the index yet, oldest first; each step of the iterator is one small transaction.

    The connection is one of its own. `turn` is held for the transaction and no longer: lines are expanded outside of
    it, so the writer, which takes turns with this, waits for one transaction at most.
    """
    (upto,) = connection.execute(UPTO).fetchone()
    unindexed = _after(connection, upto)
    while piece := list(islice(_small(unindexed), PIECE_MESSAGES)):
        rows = [_row(message) for message in piece]
        with turn, transaction(connection):
            connection.executemany(_INDEX, _still_there(connection, rows))
            connection.execute("UPDATE indexed SET upto = ?", (rows[-1][0],))
        yield


def forget(connection: sqlite3.Connection, turn: Lock, messages: Sequence[Message]) -> Iterator[None]:
    """Take deleted messages out of the index, each of which must be in it; steps and `turn` as in `index_pieces`."""
    for start in range(0, len(messages), PIECE_MESSAGES):
        rows = [_row(message) for message in messages[start : start + PIECE_MESSAGES]]
        with turn, transaction(connection):
            connection.executemany(_FORGET, rows)
        yield


def search(connection: sqlite3.Connection, whose: Whose, words: str, limit: int) -> list[Message]:
    """The newest of the messages that may be read with every one of the words, newest first."""
    wanted = words.split()
    if not wanted:
        return []
    signs = [word.casefold() for word in wanted if not word.isalnum()]
    with snapshot(connection):
        candidates = _candidates(connection, whose, [word for word in wanted if any(map(str.isalnum, word))])
        return list(islice((found for found in candidates if _has(found, signs)), limit))


def _candidates(connection: sqlite3.Connection, whose: Whose, words: list[str]) -> Iterator[Message]:
    """By the index; or, for signs alone, which no index knows, everything."""
    if not words:
        yield from newest_first(connection, whose)
        return
    people = " OR ".join(_phrase(_token(name)) for name in (whose.me, *whose.rooms))
    query = " AND ".join([f"people : ({people})", *(f"text : {_phrase(_spaced(word))}" for word in words)])
    for (number,) in connection.execute(_MATCHES, (query,)):
        place = number & (1 << PLACE_BITS) - 1
        yield from of_chunk(connection, whose, number >> PLACE_BITS)[place : place + 1]


def _has(message: Message, signs: list[str]) -> bool:
    text = message.text.casefold()
    return all(sign in text for sign in signs)


def _still_there(connection: sqlite3.Connection, rows: Sequence[Row]) -> list[Row]:
    """Without what has been deleted since it was read. One INSERT with a WHERE has FTS5 write all it has each time."""
    chunks = {number >> PLACE_BITS for number, _, _ in rows}
    there = {chunk for chunk in chunks if connection.execute(_IS_THERE, (chunk,)).fetchone()[0]}
    return [row for row in rows if row[0] >> PLACE_BITS in there]


def _row(message: Message) -> Row:
    """The same whenever it is made: the index can only let go of what it is told again word for word."""
    return message.number, _spaced(message.text), _people(message)


def _after(connection: sqlite3.Connection, upto: int) -> Iterator[Message]:
    """The messages after a number, a chunk at a time: no statement stays open in between, and no snapshot grows old."""
    number: int | None = upto >> PLACE_BITS
    while number is not None:
        yield from (message for message in any_chunk(connection, number) if message.number > upto)
        (number,) = connection.execute(_CHUNK_AFTER, (number,)).fetchone()


def _small(found: Iterator[Message]) -> Iterator[Message]:
    """No more than PIECE_BYTES of text, and at least one message."""
    size = 0
    for message in found:
        yield message
        size += len(message.text)
        if size > PIECE_BYTES:
            return


def _people(message: Message) -> str:
    return f"{_token(message.sender)} {_token(message.recipient)}"


def _token(nickname: str) -> str:
    """A nickname as one word that no tokenizer takes apart and no other nickname shares."""
    return f"u{nickname.encode().hex()}"


def _spaced(text: str) -> str:
    return _UNSPACED.sub(r" \g<0> ", text)


def _phrase(text: str) -> str:
    """Words in FTS5's quotes, where none of its operators mean anything."""
    return '"{}"'.format(text.replace('"', '""').replace("\0", " "))
