"""The store's tables, as the ordered list of steps that made them. A step that has been released is never changed.

    chat    two people and when; `reason` says why it ended. `newest` is its newest chunk, or 0; NULL while it is
            on, and for a room the chunk of its first message, as rooms have room_chunk
    stream  messages of one of the two under one `name`: 1 to `stored`, of which the partner holds 1 to `received`;
            `last` is its newest chunk
    chunk   `count` messages from position `first`, as the wire's lines; `previous` is the one before it in its stream,
            and without `is_heard` only its sender may read it, whom the other had blocked;
            `crc` the checksum of the lines, NULL where an older server wrote them
    mailbox messages `first` to `last` of a stream that began to wait for somebody together, in order of arrival
    room    existing rooms, under the `id` of this life; `topic_by` is who has set the topic
    room_chunk  the chunks of a room, by its id: it has many streams, one for each time that somebody joined
    block   blocks: who has blocked whom
    asking  people whom not everyone may ask for a chat, and who may
    mark    how far an account has read a conversation: with somebody, or in the room with this id
    identity  the id of this store, of which there is a copy beside the file (store_id.py)
    account accounts that were in the users file, and where the life of each begins: at message `born`, with chat
            `first_chat`; 0 for those that are known since births are noted

Chunks are numbered in the order of their commits and only ever appended: the streams of a commit share pages. An index
by stream would touch a page for each of them (50 streams: 0.7 ms of CPU a commit; chained like this, 0.2 ms).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from duologue.server.storage.base import StoreError
from duologue.server.storage.store_file import APPLICATION_ID

Migration = tuple[str, ...]

CONVERSATIONS: Migration = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    """CREATE TABLE chat (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, asker TEXT NOT NULL, target TEXT NOT NULL,
        started REAL NOT NULL, ended REAL, reason TEXT)""",
    "CREATE INDEX chat_pair ON chat (asker, target)",
    "CREATE INDEX chat_target ON chat (target)",
    "CREATE INDEX chat_live ON chat (number) WHERE ended IS NULL",
    """CREATE TABLE stream (
        number INTEGER PRIMARY KEY, chat INTEGER NOT NULL REFERENCES chat, sender TEXT NOT NULL,
        stored INTEGER NOT NULL, received INTEGER NOT NULL, last INTEGER NOT NULL)""",
    "CREATE INDEX stream_chat ON stream (chat)",
    """CREATE TABLE chunk (
        number INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES stream, previous INTEGER NOT NULL,
        first INTEGER NOT NULL, count INTEGER NOT NULL, at REAL NOT NULL, lines BLOB NOT NULL)""",
)
SEARCH: Migration = (
    """CREATE VIRTUAL TABLE message_index USING fts5 (
        text, people, content = '', tokenize = 'unicode61 remove_diacritics 2')""",
    "CREATE TABLE indexed (upto INTEGER NOT NULL)",  # the number of the newest message in the index
    "INSERT INTO indexed VALUES (0)",
)
# What older servers had not handed over when a chat ended is in nobody's mailbox: they did not count after the end.
MAILBOXES: Migration = (
    "ALTER TABLE stream ADD COLUMN name TEXT NOT NULL DEFAULT ''",
    "UPDATE stream SET name = (SELECT id FROM chat WHERE chat.number = stream.chat)",
    """CREATE TABLE mailbox (
        number INTEGER PRIMARY KEY AUTOINCREMENT, recipient TEXT NOT NULL, stream INTEGER NOT NULL REFERENCES stream,
        first INTEGER NOT NULL, last INTEGER NOT NULL)""",
    "CREATE INDEX mailbox_recipient ON mailbox (recipient, number)",
    "CREATE INDEX mailbox_stream ON mailbox (stream)",
)
ROOMS: Migration = (
    "CREATE TABLE room (id TEXT PRIMARY KEY, key TEXT NOT NULL, password_hash TEXT, topic TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE room_chunk (room TEXT NOT NULL, chunk INTEGER NOT NULL, PRIMARY KEY (room, chunk)) WITHOUT ROWID",
)
PRIVACY: Migration = (
    "CREATE TABLE block (nickname TEXT NOT NULL, other TEXT NOT NULL, PRIMARY KEY (nickname, other)) WITHOUT ROWID",
    "CREATE TABLE asking (nickname TEXT PRIMARY KEY, who TEXT NOT NULL) WITHOUT ROWID",
)
# Before, a chat was unheard or not as a whole. Messages after its end that have not been received and wait in no
# mailbox were not heard either. Nobody could receive a letter numbered 0, and some counted as received too early.
HEARD: Migration = (
    "ALTER TABLE chunk ADD COLUMN is_heard INTEGER NOT NULL DEFAULT 1",
    """WITH RECURSIVE back (number, previous) AS (
            SELECT chunk.number, chunk.previous
            FROM stream CROSS JOIN chunk ON chunk.number = stream.last WHERE first > received
        UNION ALL
            SELECT chunk.number, chunk.previous FROM back CROSS JOIN chunk ON chunk.number = back.previous
            CROSS JOIN stream ON stream.number = chunk.stream WHERE first > received)
        UPDATE chunk SET is_heard = 0 WHERE number IN (
            SELECT back.number FROM back CROSS JOIN chunk AS late ON late.number = back.number
            CROSS JOIN stream ON stream.number = late.stream CROSS JOIN chat ON chat.number = stream.chat
            WHERE (reason = 'unheard' OR late.at > ended) AND NOT EXISTS (
                SELECT 1 FROM mailbox
                WHERE mailbox.stream = late.stream AND late.first BETWEEN mailbox.first AND mailbox.last))""",
    "DELETE FROM mailbox WHERE last < 1",
    "UPDATE stream SET received = 0 WHERE received < 0",
    """UPDATE stream SET received = stored
        WHERE received > stored AND chat IN (SELECT number FROM chat WHERE reason IN ('letter', 'unheard'))""",
    "ALTER TABLE room ADD COLUMN topic_by TEXT NOT NULL DEFAULT ''",
)
# Whether two people have talked is looked up among few chats, however many letters there are.
ACQUAINTANCES: Migration = (
    """CREATE INDEX chat_talked ON chat (asker, target)
        WHERE reason IS NOT 'letter' AND reason IS NOT 'unheard'""",
)
IDENTITY: Migration = (
    "CREATE TABLE identity (store TEXT NOT NULL)",
    "INSERT INTO identity VALUES (lower(hex(randomblob(16))))",
)
CHECKSUMS: Migration = ("ALTER TABLE chunk ADD COLUMN crc INTEGER",)
# Korean was indexed by whole words, and other compositions as they were: the next search makes the index anew.
INDEXED_ANEW: Migration = (
    "INSERT INTO message_index (message_index) VALUES ('delete-all')",
    "UPDATE indexed SET upto = 0",
)
# By the newest chunk of a chat its conversation is found without a look at the others. What there is counts as read: to
# count what is unread of 300 conversations takes more than a second.
LISTED: Migration = (
    "ALTER TABLE chat ADD COLUMN newest INTEGER",
    """UPDATE chat SET newest = (SELECT coalesce(max(last), 0) FROM stream WHERE stream.chat = chat.number)
        WHERE ended IS NOT NULL""",
    "DROP INDEX chat_pair",
    "DROP INDEX chat_target",
    "CREATE INDEX chat_pair ON chat (asker, target, newest)",
    "CREATE INDEX chat_heard ON chat (target, asker, newest) WHERE reason IS NOT 'unheard'",
    """CREATE TABLE mark (
        account TEXT NOT NULL, conversation TEXT NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (account, conversation)) WITHOUT ROWID""",
    """WITH newest_of (asker, target, chunk) AS (
            SELECT asker, target, max(coalesce(newest, (SELECT max(last) FROM stream WHERE stream.chat = chat.number)))
            FROM chat WHERE target NOT LIKE '#%' GROUP BY asker, target),
        told (asker, target, number) AS (
            SELECT asker, target, (newest_of.chunk << 20) + coalesce(count, 1) - 1
            FROM newest_of LEFT JOIN chunk ON chunk.number = newest_of.chunk WHERE newest_of.chunk > 0
        UNION ALL
            SELECT asker, target,
                (SELECT (max(chunk) << 20) + (1 << 20) - 1 FROM room_chunk WHERE room = target) AS newest
            FROM chat WHERE target LIKE '#%' GROUP BY asker, target HAVING newest IS NOT NULL),
        read (account, conversation, number) AS (
            SELECT asker, target, number FROM told UNION ALL SELECT target, asker, number FROM told)
        INSERT INTO mark SELECT account, conversation, max(number) FROM read
        WHERE account NOT LIKE '#%' AND account NOT LIKE '~%' GROUP BY account, conversation""",
)
# The first start fills it from the users file, which is not known here.
ACCOUNTS: Migration = (
    """CREATE TABLE account (
        nickname TEXT PRIMARY KEY, created TEXT NOT NULL, born INTEGER NOT NULL, first_chat INTEGER NOT NULL)
        WITHOUT ROWID""",
)
MIGRATIONS: Sequence[Migration] = (
    *(CONVERSATIONS, SEARCH, MAILBOXES, ROOMS, PRIVACY),
    *(HEARD, ACQUAINTANCES, IDENTITY, CHECKSUMS, INDEXED_ANEW),
    *(ACCOUNTS, LISTED),
)


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the file to the newest version, each step whole or not at all. Raises StoreError for a newer file."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        text = f"was written by a newer Duologue (version {version}, this one knows {len(migrations)}); run that one"
        raise StoreError(path, text)
    for number, step in enumerate(migrations[version:], start=version + 1):
        try:
            _take(connection, step, number)
        except sqlite3.Error as error:
            text = f"cannot be brought to version {number} ({error}); it is as it was. Free disk space, or see the logs"
            raise StoreError(path, text) from error


def _take(connection: sqlite3.Connection, step: Migration, number: int) -> None:
    connection.execute("BEGIN EXCLUSIVE")
    try:
        for statement in step:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
