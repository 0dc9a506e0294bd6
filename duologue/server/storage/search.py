"""Search by words. The index is made from stored messages when somebody searches; the writer does not know of it.

A word matches a word, whatever its case, accents and width, and however its letters are composed; where words are not
told apart by spaces, or take endings without one, it matches a part of a word. A word with other signs in it must stand
in the message as it was typed, and so must those after the first MOST_INDEXED characters.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from threading import Lock
from typing import NamedTuple

from duologue.server.storage.base import Message
from duologue.server.storage.reader import (
    PAGE_CHUNKS,
    PAGE_LINES,
    Steps,
    StoredChunk,
    Whose,
    any_chunk,
    chunks,
    message_at,
    messages,
    of_chunks,
    pages,
)
from duologue.server.storage.rows import PLACE_BITS
from duologue.server.storage.store_file import transaction
from duologue.server.storage.stored_lines import FEW_LINES, between, texts_at

# One transaction of the index, in which the writer waits: 50 messages of ten words are 0.5 ms, and 15 ms at worst, when
# FTS5 merges what it has.
PIECE_MESSAGES = 50
PIECE_BYTES = 64 * 1024
# Characters that the index is asked for. Where one person has said all the words in every message, each character can
# be a word, which costs 45 ns a message; nobody types so much to find something.
MOST_INDEXED = 120
# Hits of a first page, as many as are shown at most, and of the largest, some 10 ms with their messages.
FIRST_HITS = 50
MOST_HITS = 2_000
# Each character is a word to the index, and a phrase of them a piece of text: of scripts without spaces between words
# (Thai, Lao, Burmese, Khmer, Chinese, Japanese, Bopomofo), and of Korean, whose words take endings without one.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u19e0-\u19ff\u3005-\u3007\u3040-\u318f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u9fff\ua960-\ua97f\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)

UPTO = "SELECT upto FROM indexed"
_NEWEST = "SELECT coalesce(max(number), 0) FROM chunk"
_CHUNK_AFTER = "SELECT min(number) FROM chunk WHERE number > ?"
_INDEX = "INSERT INTO message_index (rowid, text, people) VALUES (?, ?, ?)"
_IS_THERE = "SELECT EXISTS (SELECT 1 FROM chunk WHERE number = ?)"
_FORGET = "INSERT INTO message_index (message_index, rowid, text, people) VALUES ('delete', ?, ?, ?)"
_MATCHES = """SELECT rowid FROM message_index WHERE message_index MATCH ? AND rowid < ?
    ORDER BY rowid DESC LIMIT ?"""
_HIGHEST = (1 << 63) - 1

_PLACE = (1 << PLACE_BITS) - 1

IndexRow = tuple[int, str, str]
Hits = list[tuple[int, list[int]]]
"""Chunks by their numbers, each with the places of the lines in it."""


def index_pieces(connection: sqlite3.Connection, turn: Lock) -> Iterator[None]:
    """Add stored messages that are not in the index yet, oldest first; each step of the iterator is one small
    transaction.

    The connection is one of its own. `turn` is held for the transaction and no longer: lines are expanded outside of
    it, so the writer, which takes turns with this, waits for one transaction at most.
    """
    (upto,) = connection.execute(UPTO).fetchone()
    (newest,) = connection.execute(_NEWEST).fetchone()
    unindexed = _after(connection, upto, newest)
    while piece := list(islice(_small(unindexed), PIECE_MESSAGES)):
        rows = [_row(message) for message in piece]
        with turn, transaction(connection):
            connection.executemany(_INDEX, _still_there(connection, rows))
            connection.execute("UPDATE indexed SET upto = ?", (rows[-1][0],))
        yield


def forget(connection: sqlite3.Connection, turn: Lock, messages: Sequence[Message]) -> Iterator[None]:
    """Remove deleted messages from the index, each of which must be in it; steps and `turn` as in `index_pieces`."""
    for start in range(0, len(messages), PIECE_MESSAGES):
        rows = [_row(message) for message in messages[start : start + PIECE_MESSAGES]]
        with turn, transaction(connection):
            connection.executemany(_FORGET, rows)
        yield


def search(connection: sqlite3.Connection, whose: Whose, words: str) -> Steps:
    """Find the messages that may be read with every one of the words, newest first."""
    wanted = _Wanted.of(_composed(words))
    if wanted.phrases:
        yield from _by_index(connection, whose, wanted)
    elif wanted.signs:
        yield from _by_signs(connection, whose, wanted)


class _Wanted(NamedTuple):
    """The query for the index, and what has to stand in the text as it is, in small letters."""

    phrases: list[str]
    signs: list[str]

    @classmethod
    def of(cls, words: str) -> _Wanted:
        wanted = cls([], [])
        room = MOST_INDEXED
        for word in dict.fromkeys(words.split()):
            phrase = _phrase(_spaced(word))
            is_indexed = any(map(str.isalnum, word)) and len(phrase) <= room
            if is_indexed:
                wanted.phrases.append(phrase)
                room -= len(phrase)
            if not (is_indexed and word.isalnum()):
                wanted.signs.append(word.casefold())
        return wanted

    def has_signs(self, text: str) -> bool:
        if not self.signs:
            return True
        folded = _composed(text).casefold()
        return all(sign in folded for sign in self.signs)


def _by_index(connection: sqlite3.Connection, whose: Whose, wanted: _Wanted) -> Steps:
    people = " OR ".join(_phrase(_token(name)) for name in (whose.me, *whose.rooms))
    query = " AND ".join([f"people : ({people})", *(f"text : {phrase}" for phrase in wanted.phrases)])
    for hits in _hits(connection, query):
        for start in range(0, len(hits), PAGE_CHUNKS):
            some = hits[start : start + PAGE_CHUNKS]
            rows = of_chunks(connection, whose, [number for number, _ in some])
            for number, places in some:
                yield from _at(rows.get(number), places, wanted)
            yield None


def _hits(connection: sqlite3.Connection, query: str) -> Iterator[Hits]:
    """Yield what the index finds, newest first; the first page is small, as most searches need no more."""
    before, most = _HIGHEST, FIRST_HITS
    while found := [number for (number,) in connection.execute(_MATCHES, (query, before, most))]:
        yield [
            (chunk, [number & _PLACE for number in numbers])
            for chunk, numbers in groupby(found, key=lambda number: number >> PLACE_BITS)
        ]
        before, most = found[-1], min(4 * most, MOST_HITS)


def _at(row: StoredChunk | None, places: Sequence[int], wanted: _Wanted) -> Steps:
    """Yield the messages of a chunk at these places that have the signs, if the chunk is one of theirs."""
    if row is None:
        return
    if len(places) > FEW_LINES and not wanted.has_signs(row.lines.decode(errors="replace")):
        return
    for place, text in zip(places, texts_at(row.lines, places), strict=True):
        yield message_at(row, place, text) if wanted.has_signs(text) else None


def _by_signs(connection: sqlite3.Connection, whose: Whose, wanted: _Wanted) -> Steps:
    """Search by signs alone, which no index has: look through everything, a page of lines at a time."""
    for row in chunks(connection, whose):
        if row:
            yield from _with_signs(row, wanted)
        yield None


def _with_signs(row: StoredChunk, wanted: _Wanted) -> Steps:
    for first, last in pages(row):
        if wanted.has_signs(between(row.lines, first, last).decode(errors="replace")):
            yield from (found for found in reversed(messages(row, first, last)) if wanted.has_signs(found.text))
        yield None


def _still_there(connection: sqlite3.Connection, rows: Sequence[IndexRow]) -> list[IndexRow]:
    """Return `rows` without what has been deleted since it was read. One INSERT with a WHERE has FTS5 write all it has
    each time.
    """
    chunks = {number >> PLACE_BITS for number, _, _ in rows}
    there = {chunk for chunk in chunks if connection.execute(_IS_THERE, (chunk,)).fetchone()[0]}
    return [row for row in rows if row[0] >> PLACE_BITS in there]


def _row(message: Message) -> IndexRow:
    """Return the row of a message, the same whenever it is made: the index removes only what it is given again word for
    word.
    """
    return message.number, _spaced(_composed(message.text)), _people(message)


def _after(connection: sqlite3.Connection, upto: int, newest: int) -> Iterator[Message]:
    """Yield the messages after a number, up to those of chunk `newest`: more may come faster than they are indexed.

    One chunk at a time: no statement stays open in between, and no snapshot grows old.
    """
    number: int | None = upto >> PLACE_BITS
    start = (upto & _PLACE) + 1
    while number is not None and number <= newest:
        if row := any_chunk(connection, number):
            for first in range(start, row.messages, PAGE_LINES):
                yield from messages(row, first, min(first + PAGE_LINES, row.messages))
        (number,) = connection.execute(_CHUNK_AFTER, (number,)).fetchone()
        start = 0


def _small(found: Iterator[Message]) -> Iterator[Message]:
    """Take no more than PIECE_BYTES of text, and at least one message."""
    size = 0
    for message in found:
        yield message
        size += len(message.text)
        if size > PIECE_BYTES:
            return


def _people(message: Message) -> str:
    return f"{_token(message.sender)} {_token(message.recipient)}"


def _token(nickname: str) -> str:
    """Return a nickname as one word that no tokenizer takes apart and no other nickname shares."""
    return f"u{nickname.encode().hex()}"


def _composed(text: str) -> str:
    """Return one spelling of what looks the same: an accent may stand by itself, a syllable in pieces, a letter be
    wide.
    """
    return unicodedata.normalize("NFKC", text)


def _spaced(text: str) -> str:
    return _UNSPACED.sub(r" \g<0> ", text)


def _phrase(text: str) -> str:
    """Put words into FTS5's quotes, where none of its operators mean anything."""
    return '"{}"'.format(text.replace('"', '""').replace("\0", " "))
