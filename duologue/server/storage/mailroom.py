"""Decisions about letters and ended chats, made inside the writer's transaction: the one serial truth.

Used by the writer's thread alone; people read the result through undelivered.py.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple
from zlib import crc32

from duologue.core.errors import PeerError
from duologue.core.room_rules import is_room
from duologue.core.streams import chat_of
from duologue.server.storage.accounts import Birth, Lives, known_accounts, note_accounts
from duologue.server.storage.base import ChatProgress, KeptLetter, Letter, LiveRoom, Mark, StreamProgress
from duologue.server.storage.conversations import set_mark
from duologue.server.storage.letters import (
    LETTER,
    STREAMS_OF_A_CHAT,
    UNHEARD,
    bad_number,
    check_number,
    has_mailbox,
    is_gone,
    is_there,
)
from duologue.server.storage.many_rows import STREAM, insert, select
from duologue.server.storage.rows import PLACE_BITS, EndRow, NextNumbers
from duologue.server.storage.shares import MailboxLimits, Shares

_STREAMS = """SELECT stream.number, name, sender, CASE sender WHEN asker THEN target ELSE asker END,
    stored, received, last, chat.number, ended, reason, id
    FROM chat CROSS JOIN stream ON stream.chat = chat.number WHERE id IN {} ORDER BY stream.number"""
_END = """UPDATE chat SET ended = ?, reason = ?,
    newest = (SELECT coalesce(max(last), 0) FROM stream WHERE stream.chat = chat.number)
    WHERE id = ? AND ended IS NULL"""
_CHAT = "INSERT INTO chat (number, id, asker, target, started, ended, reason, newest)", 8, ""
_NEWEST = "UPDATE chat SET newest = ? WHERE number = ?"
_CHUNK = "INSERT INTO chunk (number, stream, previous, first, count, at, lines, is_heard, crc)", 9, ""
_ARRIVAL = "INSERT INTO mailbox (recipient, stream, first, last) VALUES (?, ?, ?, ?)"
_ROOM = "INSERT OR REPLACE INTO room (id, key, password_hash, topic, topic_by) VALUES (?, ?, ?, ?, ?)"
_NO_ROOM = "DELETE FROM room WHERE id = ?"
_BLOCK = "INSERT OR IGNORE INTO block (nickname, other) VALUES (?, ?)"
_NO_BLOCK = "DELETE FROM block WHERE nickname = ? AND other = ?"
_ASKING = "INSERT OR REPLACE INTO asking (nickname, who) VALUES (?, ?)"
_IN_ROOM = "INSERT INTO room_chunk (room, chunk)", 2, ""
_RECEIVED = "UPDATE stream SET received = ? WHERE number = ?"
_HANDED_OVER = "DELETE FROM mailbox WHERE stream = ? AND last <= ?"
_WAITING = """SELECT sender, sum(mailbox.last - max(mailbox.first - 1, received))
    FROM mailbox CROSS JOIN stream ON stream.number = mailbox.stream
    WHERE recipient = ? AND mailbox.last > received GROUP BY sender"""
_NO_LONGER_WAITING = """SELECT coalesce(sum(min(last, :upto) - max(first - 1, :received)), 0)
    FROM mailbox WHERE stream = :stream AND first <= :upto"""
_WAITING_STREAMS = """SELECT DISTINCT name, sender FROM mailbox CROSS JOIN stream ON stream.number = mailbox.stream
    WHERE recipient = ? AND stream.last <= ?"""
_HEARD = "UPDATE chat SET reason = ? WHERE number = ?"


class _Stream(NamedTuple):
    number: int
    name: str
    sender: str
    recipient: str
    stored: int
    received: int
    last: int
    chat: int
    ended: float | None
    reason: str | None

    @property
    def progress(self) -> StreamProgress:
        return StreamProgress(self.name, self.sender, self.recipient, self.stored, self.received)


class _Rows:
    """The rows that letters add, to be written together. Of a stream only the last state is."""

    def __init__(self) -> None:
        self.chats: list[tuple[Any, ...]] = []
        self.streams: dict[int, tuple[Any, ...]] = {}
        self.chunks: list[tuple[Any, ...]] = []
        self.in_rooms: list[tuple[str, int]] = []
        self.newest: dict[int, int] = {}

    def write(self, connection: sqlite3.Connection) -> None:
        insert(connection, _CHAT, self.chats)
        insert(connection, STREAM, [*self.streams.values()])
        insert(connection, _CHUNK, self.chunks)
        insert(connection, _IN_ROOM, self.in_rooms)
        for chat, chunk in self.newest.items():
            connection.execute(_NEWEST, (chunk, chat))


class Mailroom:
    """Letters and mailboxes in the tables. `limits` are for letters; chats may end with more."""

    numbers: NextNumbers
    """Numbers for the rows that a letter adds; set for each commit."""

    def __init__(self, connection: sqlite3.Connection, limits: MailboxLimits) -> None:
        self._connection = connection
        self._shares = Shares(limits, self._waiting_for)
        self._lives = Lives(known_accounts(connection))

    # Chats that end

    def end(self, end: EndRow) -> None:
        """End a chat: what of it had not been received is in the mailboxes. Only its first end counts."""
        if self._connection.execute(_END, end).rowcount:
            for stream in self._streams(end.id):
                if stream.received < stream.stored and has_mailbox(stream.recipient):
                    self._put(stream, stream.received + 1, stream.stored)
                    self._shares.put(stream.recipient, stream.sender, stream.stored - stream.received)

    # Rooms

    def room_is(self, room: LiveRoom) -> None:
        self._connection.execute(_ROOM, (room.id, room.key, room.password_hash, room.topic, room.topic_by))

    def room_gone(self, room_id: str) -> None:
        self._connection.execute(_NO_ROOM, (room_id,))

    # Privacy

    def block_is(self, nickname: str, other: str, is_on: bool) -> None:
        self._connection.execute(_BLOCK if is_on else _NO_BLOCK, (nickname, other))

    def asking_is(self, nickname: str, who: str) -> None:
        self._connection.execute(_ASKING, (nickname, who))

    # Accounts

    def accounts_are(self, seen: Sequence[tuple[str, str]], born: Sequence[tuple[str, str]]) -> Birth:
        """Note accounts that are as before, and births. Chats of somebody of these names have ended before."""
        birth = Birth(self.numbers.chunk << PLACE_BITS, self.numbers.chat)
        if born:
            self.numbers.chunk += 1  # so that two births in a row are told apart by their numbers
        note_accounts(self._connection, seen, born, birth)
        self._lives.begin(born, birth)
        self._shares.forget({nickname for nickname, _ in born})
        return birth

    # Questions

    def mark(self, me: str, conversation: str, number: int) -> Mark | None:
        newest_given = (self.numbers.chunk << PLACE_BITS) - 1
        birth = self._lives.of(me)
        return set_mark(self._connection, me, conversation, min(number, newest_given), birth=birth)

    def hand_in(self, letter: Letter) -> KeptLetter:
        """Keep a letter. Raises PeerError, before anything is changed."""
        rows = _Rows()
        kept = self._keep(letter, self._streams(chat_of(letter.stream)), rows)
        rows.write(self._connection)
        return kept

    def hand_in_all(self, letters: Sequence[Letter]) -> list[KeptLetter | PeerError]:
        """Keep letters to rooms, one after the other: what each finds is looked up, and what they add is written,
        together.
        """
        chats: dict[str, list[_Stream]] = {chat_of(letter.stream): [] for letter in letters}
        for *row, chat in select(self._connection, _STREAMS, [*chats]):
            chats[chat].append(_Stream(*row))
        rows = _Rows()
        answers = [self._keep_or_refuse(letter, chats[chat_of(letter.stream)], rows) for letter in letters]
        rows.write(self._connection)
        return answers

    def _keep_or_refuse(self, letter: Letter, streams: list[_Stream], rows: _Rows) -> KeptLetter | PeerError:
        try:
            return self._keep(letter, streams, rows)
        except PeerError as refusal:
            return refusal

    def receipt(self, stream: str, recipient: str, upto: int) -> StreamProgress | None:
        mine = [found for found in self._named(stream) if found.recipient == recipient]
        if not mine or not self._is_of(mine[-1], recipient):
            return None
        progress = self._receive(mine[-1], upto)
        return progress if self._is_of(mine[-1], progress.sender) else None

    def receive_all(self, me: str, number: int) -> list[StreamProgress]:
        """Empty the mailbox of streams of which all messages are numbered up to `number`."""
        rows = self._connection.execute(_WAITING_STREAMS, (me, number >> PLACE_BITS)).fetchall()
        streams = [found for name, sender in rows if (found := self._ended(name, sender))]
        return [self._receive(stream, stream.stored) for stream in streams]

    def progress(self, stream: str, sender: str) -> StreamProgress | None:
        found = self._ended(stream, sender)
        return found.progress if found and self._is_of(found, sender) else None

    def chat_standing(self, chat_id: str, me: str, stream: str | None) -> ChatProgress | None:
        streams = self._streams(chat_id)
        if not streams or me not in streams[0][2:4] or not self._is_of(streams[0], me):
            return None
        reason = streams[0].reason
        if reason in (None, LETTER, UNHEARD):
            return None
        (partner,) = {*streams[0][2:4]} - {me}
        mine = [found for found in streams if found.sender == me and stream in (None, found.name)]
        return ChatProgress(partner, str(reason), mine[-1].stored if mine else 0)

    def _is_of(self, stream: _Stream, nickname: str) -> bool:
        """Return whether a stream of `nickname` is of the account that has the name now."""
        return stream.chat >= self._lives.first_chat(nickname)

    # Rows

    def _streams(self, chat_id: str) -> list[_Stream]:
        return [_Stream(*row[:-1]) for row in select(self._connection, _STREAMS, (chat_id,))]

    def _named(self, stream: str) -> list[_Stream]:
        """Return the streams of this name, of either person, whose chat is over."""
        streams = self._streams(chat_of(stream))
        return [found for found in streams if found.name == stream and found.ended is not None]

    def _ended(self, stream: str, sender: str) -> _Stream | None:
        return _newest(self._named(stream), stream, sender)

    def _waiting_for(self, recipient: str) -> list[tuple[str, int]]:
        return self._connection.execute(_WAITING, (recipient,)).fetchall()

    def _keep(self, letter: Letter, streams: list[_Stream], rows: _Rows) -> KeptLetter:
        """Keep a letter, where `streams` are those of its chat, among `rows` that are still to be written."""
        check_number(letter)
        self._check_is_theirs(letter, streams)
        stream = _newest(streams, letter.stream, letter.sender)
        if stream and is_there(letter, stream.stored, stream.received):
            return KeptLetter(stream.progress, None)
        self._check_goes_on(letter, streams, stream)
        waits = has_mailbox(letter.recipient) and (stream is None or letter.number > stream.received)
        if waits:
            self._shares.check(letter)
        if stream is None:
            stream = self._new_stream(letter, streams, rows)
            streams.append(stream)
        chunk = self._store(letter, stream, rows)
        received = stream.received if waits else max(stream.received, letter.number)
        kept = stream._replace(stored=letter.number, received=received, last=chunk)
        streams[streams.index(stream)] = kept
        rows.streams[kept.number] = kept.number, kept.chat, kept.sender, kept.stored, received, chunk, kept.name
        if waits:
            self._shares.taken(letter)
        if letter.is_heard:
            self._note_heard(letter, stream, waits)
        return KeptLetter(kept.progress, chunk << PLACE_BITS)

    def _check_is_theirs(self, letter: Letter, streams: list[_Stream]) -> None:
        """Raise PeerError where the letter's stream is in a chat that is live, or that its sender never had."""
        if not streams:
            return
        is_over_and_theirs = streams[0].ended is not None and {*streams[0][2:4]} == {letter.sender, letter.recipient}
        if not is_over_and_theirs or not self._is_of(streams[0], letter.sender):
            raise bad_number(letter.stream, letter.number)

    def _check_goes_on(self, letter: Letter, streams: list[_Stream], stream: _Stream | None) -> None:
        """Raise PeerError where nothing more can come in this chat, or no stream begin."""
        if streams and not self._is_of(streams[0], letter.recipient):
            raise is_gone(letter)
        if stream is None and len(streams) >= STREAMS_OF_A_CHAT:
            raise bad_number(letter.stream, letter.number)

    def _new_stream(self, letter: Letter, others: list[_Stream], rows: _Rows) -> _Stream:
        """Return a stream for a letter that begins one: in the chat that it belongs to, or in one made for it.

        Earlier messages are not known here, so they count as received: their sender went on from there.
        """
        chat = others[0].chat if others else self._new_chat(letter, rows)
        number, self.numbers.stream = self.numbers.stream, self.numbers.stream + 1
        before = letter.number - 1
        sender, recipient = letter.sender, letter.recipient
        return _Stream(number, letter.stream, sender, recipient, before, before, 0, chat, letter.at, _reason(letter))

    def _new_chat(self, letter: Letter, rows: _Rows) -> int:
        number, self.numbers.chat = self.numbers.chat, self.numbers.chat + 1
        names = chat_of(letter.stream), letter.sender, letter.recipient
        # its first chunk is the next one
        rows.chats.append((number, *names, letter.at, letter.at, _reason(letter), self.numbers.chunk))
        return number

    def _store(self, letter: Letter, stream: _Stream, rows: _Rows) -> int:
        """Return the number of the letter's chunk."""
        chunk, self.numbers.chunk = self.numbers.chunk, self.numbers.chunk + 1
        place = chunk, stream.number, stream.last, letter.number, 1
        rows.chunks.append((*place, letter.at, letter.line, letter.is_heard, crc32(letter.line)))
        if is_room(letter.recipient):
            rows.in_rooms.append((letter.recipient, chunk))
        elif all(chat[0] != stream.chat for chat in rows.chats):  # a new one knows it
            rows.newest[stream.chat] = chunk
        return chunk

    def _note_heard(self, letter: Letter, stream: _Stream, waits: bool) -> None:
        if waits:
            self._put(stream, letter.number, letter.number)
        if stream.reason == UNHEARD:
            self._connection.execute(_HEARD, (LETTER, stream.chat))

    def _put(self, stream: _Stream, first: int, last: int) -> None:
        self._connection.execute(_ARRIVAL, (stream.recipient, stream.number, first, last))

    def _receive(self, stream: _Stream, upto: int) -> StreamProgress:
        """Note what the recipient holds, at most what is stored: later messages have still to be handed over."""
        upto = min(upto, stream.stored)
        if upto <= stream.received:
            return stream.progress
        places = {"stream": stream.number, "received": stream.received, "upto": upto}
        (count,) = self._connection.execute(_NO_LONGER_WAITING, places).fetchone()
        self._shares.put(stream.recipient, stream.sender, -count)
        self._connection.execute(_RECEIVED, (upto, stream.number))
        self._connection.execute(_HANDED_OVER, (stream.number, upto))
        return stream._replace(received=upto).progress


def _reason(letter: Letter) -> str:
    return LETTER if letter.is_heard else UNHEARD


def _newest(streams: list[_Stream], name: str, sender: str) -> _Stream | None:
    """Return the last stream of this name, should a name have been used twice."""
    return next((found for found in reversed(streams) if (found.name, found.sender) == (name, sender)), None)
