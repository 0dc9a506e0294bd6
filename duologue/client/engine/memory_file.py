"""A client's memory in a file: SQLite, for its owner only, one for each server and account."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from platformdirs import user_data_path

from duologue.client.address import Address
from duologue.client.engine.memory_place import MemoryPlace
from duologue.client.engine.memory_store import (
    MOST_STREAMS,
    ChatMemory,
    Contents,
    MemoryFailed,
    MemoryTaken,
    PendingLetter,
)

LOCKED_FOR = 1.0
"""Seconds to wait for another client of the same account; each of its writes takes less than a millisecond."""

VERSION = 2

DEVICE_BYTES = 12
"""Random bytes in the name of a device: no two of one account are ever the same by chance."""

_SCHEMA = """
    CREATE TABLE owner (token TEXT NOT NULL, account TEXT NOT NULL);
    CREATE TABLE chat (
        id TEXT PRIMARY KEY, partner TEXT NOT NULL, stream TEXT NOT NULL, partner_stream TEXT NOT NULL,
        stored INTEGER NOT NULL, is_over INTEGER NOT NULL
    );
    CREATE TABLE line (
        chat TEXT NOT NULL, number INTEGER NOT NULL, line BLOB NOT NULL, PRIMARY KEY (chat, number)
    ) WITHOUT ROWID;
    CREATE TABLE letter (
        stream TEXT PRIMARY KEY, nickname TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL,
        is_stored INTEGER NOT NULL, is_kept INTEGER NOT NULL
    );
    CREATE TABLE received (
        place INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT NOT NULL, stream TEXT NOT NULL, upto INTEGER NOT NULL,
        UNIQUE (sender, stream)
    );
    INSERT INTO owner VALUES ('', '');
"""

_WITH_DEVICE = "ALTER TABLE owner ADD COLUMN device TEXT NOT NULL DEFAULT ''"
"""Version 2: the file is a device of its account, which has a name once somebody asks for it."""


def usual_place(address: Address, nickname: str) -> Path:
    """Return the place for people's clients: in the user's data folder, under names that any file system accepts."""
    server = quote(f"{address.host[:60]}_{address.port}", safe="")
    return user_data_path("duologue") / "client" / server / f"{quote(nickname, safe='')}.sqlite"


class MemoryFile:
    """A MemoryStore in a file. The client that opened it last owns it; all others are refused when they write.

    `is_shared`: clients of this machine may want it at the same time. Each of them gets a file of its own then, this
    one or one beside it, and keeps it until it closes it.
    """

    def __init__(self, path: Path, *, is_shared: bool = False) -> None:
        self._path = path
        self._place = MemoryPlace(path, holds_unsent) if is_shared else None
        self._token = secrets.token_hex(8)
        self._connection: sqlite3.Connection | None = None
        self._is_open = False

    def device(self) -> str:
        with self._failures(), _transaction(self._connected()) as database:
            (device,) = database.execute("SELECT device FROM owner").fetchone()
            if not device:
                device = secrets.token_urlsafe(DEVICE_BYTES)
                database.execute("UPDATE owner SET device = ?", (device,))
            return str(device)

    def forget_device(self) -> None:
        with self._writing() as database:
            database.execute("UPDATE owner SET device = ''")

    def open(self, account: str) -> Contents | None:
        with self._failures():
            is_new = not self._is_open
            database = self._connected()
            self._is_open = True
            with _transaction(database):
                token, owner = database.execute("SELECT token, account FROM owner").fetchone()
                if owner not in ("", account):
                    raise MemoryFailed(f"{self._path} belongs to {owner}")
                if token == self._token and not is_new:
                    return None
                database.execute("UPDATE owner SET token = ?, account = ?", (self._token, account))
                return _contents(database)

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            if self._place:
                self._path = self._place.take()
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        database = sqlite3.connect(self._path, timeout=LOCKED_FOR, isolation_level=None)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            # A commit does not wait for the disk: it survives a killed client, and a power cut leaves the file intact
            # but older.
            database.execute("PRAGMA synchronous = NORMAL")
            _prepare(database)
        except BaseException:
            database.close()
            raise
        return database

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None
        self._is_open = False
        if self._place:
            self._place.give_back()

    # Writing

    def put_chat(self, chat: ChatMemory) -> None:
        row = (chat.id, chat.partner, chat.stream, chat.partner_stream, chat.stored, chat.is_over)
        lines = [(chat.id, number, line) for number, line in enumerate(chat.unstored, chat.stored + 1)]
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO chat VALUES (?, ?, ?, ?, ?, ?)", row)
            database.execute("DELETE FROM line WHERE chat = ?", (chat.id,))
            database.executemany("INSERT INTO line VALUES (?, ?, ?)", lines)

    def put_line(self, chat: str, number: int, line: bytes) -> None:
        with self._writing() as database:
            database.execute("INSERT INTO line VALUES (?, ?, ?)", (chat, number, line))

    def put_stored(self, chat: str, upto: int) -> None:
        with self._writing() as database:
            database.execute("UPDATE chat SET stored = ? WHERE id = ?", (upto, chat))
            database.execute("DELETE FROM line WHERE chat = ? AND number <= ?", (chat, upto))

    def remove_chat(self, chat: str) -> None:
        with self._writing() as database:
            database.execute("DELETE FROM chat WHERE id = ?", (chat,))
            database.execute("DELETE FROM line WHERE chat = ?", (chat,))

    def put_received(self, sender: str, stream: str, upto: int) -> None:
        with self._writing() as database:
            put = "INSERT OR REPLACE INTO received (sender, stream, upto) VALUES (?, ?, ?)"
            database.execute(put, (sender, stream, upto))
            database.execute(
                "DELETE FROM received WHERE place <= (SELECT place FROM received ORDER BY place DESC LIMIT 1 OFFSET ?)",
                (MOST_STREAMS,),
            )

    def put_letter(self, letter: PendingLetter) -> None:
        row = (letter.stream, letter.nickname, letter.text, letter.at, letter.is_stored, letter.is_kept)
        with self._writing() as database:
            database.execute(
                "INSERT INTO letter VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (stream)"
                " DO UPDATE SET is_stored = excluded.is_stored, is_kept = excluded.is_kept",
                row,
            )

    def remove_letter(self, stream: str) -> None:
        with self._writing() as database:
            database.execute("DELETE FROM letter WHERE stream = ?", (stream,))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._failures():
            database = self._connection
            if database is None:
                raise MemoryFailed(f"{self._path} is closed")
            with _transaction(database):
                (token,) = database.execute("SELECT token FROM owner").fetchone()
                if token != self._token:
                    raise MemoryTaken
                yield database

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise MemoryFailed(f"{self._path}: {reason}") from error


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _prepare(database: sqlite3.Connection) -> None:
    with _transaction(database):
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise sqlite3.DatabaseError("written by a newer version of this program")
        if version == 0:
            for statement in _SCHEMA.split(";"):
                database.execute(statement)
        if version < VERSION:
            database.execute(_WITH_DEVICE)
            database.execute(f"PRAGMA user_version = {VERSION}")
    (state,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise sqlite3.DatabaseError(f"it is damaged: {state}")


def holds_unsent(path: Path) -> bool:
    """Return whether something in this file has not been sent; False where it is no file that can be read."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", timeout=LOCKED_FOR, uri=True)) as database:
            (found,) = database.execute(_UNSENT).fetchone()
    except sqlite3.Error:
        return False
    return bool(found)


_UNSENT = "SELECT EXISTS (SELECT * FROM line) OR EXISTS (SELECT * FROM letter WHERE NOT is_stored)"


def _contents(database: sqlite3.Connection) -> Contents:
    contents = Contents()
    for chat_id, partner, stream, partner_stream, stored, is_over in database.execute("SELECT * FROM chat"):
        contents.chats[chat_id] = ChatMemory(chat_id, partner, stream, partner_stream, stored, bool(is_over))
    for chat_id, line in database.execute("SELECT chat, line FROM line ORDER BY chat, number"):
        contents.chats[chat_id].unstored.append(line)
    for stream, nickname, text, at, is_stored, is_kept in database.execute("SELECT * FROM letter ORDER BY rowid"):
        contents.letters[stream] = PendingLetter(nickname, stream, text, at, bool(is_stored), bool(is_kept))
    for sender, stream, upto in database.execute("SELECT sender, stream, upto FROM received ORDER BY place"):
        contents.received[sender, stream] = upto
    return contents
