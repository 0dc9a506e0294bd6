"""The store's file: who may open it, how a connection to it is set up, and the error for every failure of it.

Knows SQLite's header and pragmas; it does not know what the tables hold.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from duologue.durable import sync_folder
from duologue.server.access import check_room, give_to_owner, in_words, opened_lock
from duologue.server.storage.base import StoreError

# "Duol" in bytes 68 to 71 of the file's header (sqlite.org, Database File Format 1.3): marks the file as ours.
APPLICATION_ID = 0x44756F6C
# Bytes. To store 50 chunks of 64 KiB costs 5 ms of CPU, with SQLite's 4 KiB pages 9 ms; small commits cost the same
# with either (50 streams: 0.2 ms).
PAGE_SIZE = 32 * 1024
# Pages in the log before it is copied into the file, 16 MiB: small enough to read back at once after a crash.
CHECKPOINT_PAGES = 16 * 1024 * 1024 // PAGE_SIZE
# Anybody who holds the file longer than this is no index piece of ours (a few ms) but a stranger's program.
BUSY_TIMEOUT = 10.0
# How long the file is checked before the server accepts connections; 400 MB take 0.05 s when the page cache has them.
CHECK_SECONDS = 2.0
_PROGRESS_STEPS = 10_000  # SQLite's own instructions between two looks at the clock, well under a millisecond

# What has to be free before a store is opened: a new one, its log and its shared memory take 0.8 MiB.
START_BYTES = 1024 * 1024


class StoreFile:
    """One process's hold on the file, from construction until `release`.

    Makes the file, readable by its owner alone, if there is none. Raises StoreError where another process has it, as
    two that number messages would use numbers twice.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            _make(path)
            self._lock: int | None = _locked(path)
        except OSError as error:
            raise StoreError(path, f"cannot be opened: {in_words(error, path)}") from error

    def release(self) -> None:
        """Let the next process in; harmless when repeated. The lock file stays: to remove it would let two in."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def writer(self) -> sqlite3.Connection:
        """Return a connection whose COMMIT returns when the rows are on the disk (reliability: WAL, FULL)."""
        connection = _connected(self.path, "rw")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        connection.execute("PRAGMA temp_store=MEMORY")  # or a commit of many rows makes and unlinks a file
        connection.execute("PRAGMA fullfsync=ON")  # macOS, where fsync alone leaves the drive's cache as it is
        connection.execute("PRAGMA checkpoint_fullfsync=ON")
        return connection

    def reader(self) -> sqlite3.Connection:
        """Return a connection that sees what is committed and can change nothing."""
        return connected_to_read(self.path)

    def indexer(self) -> sqlite3.Connection:
        """Return a connection for what can be made again: a power cut may take its newest commits,
        the writer's never.
        """
        connection = _connected(self.path, "rw")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        return connection

    def check(self) -> None:
        """Check the file as `checked` does."""
        checked(self.path)


def checked(path: Path) -> None:
    """Raise StoreError for a file that is not ours or is damaged, as far as can be seen in CHECK_SECONDS."""
    with contextlib.closing(_connected(path, "rw")) as connection:
        try:
            fault = fault_of(connection) or _damage(connection)
        except sqlite3.Error as error:
            raise StoreError(path, f"cannot be read as a store ({error}); {_remedy(error)}") from error
    if fault:
        raise StoreError(path, fault)


def _remedy(error: sqlite3.Error) -> str:
    """Return the remedy: an error of the disk says nothing of what is in the file."""
    if isinstance(error, sqlite3.OperationalError):
        return "check the disk: it may be full, or failing"
    return "name another folder with --data, or restore a backup"


def connected_to_read(path: Path) -> sqlite3.Connection:
    """Return a connection that sees what is committed, whoever holds the store, and can change nothing."""
    return _connected(path, "ro")


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    """Return a connection on which we alone begin and end transactions; one thread at a time uses it."""
    uri = f"file:{_quoted(path)}?mode={mode}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT, check_same_thread=False)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is written inside as one, at the end, or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def use_wal(connection: sqlite3.Connection) -> None:
    """Give a new file its pages, and any file its write-ahead log; both are kept in its header."""
    connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
    connection.execute("PRAGMA journal_mode=WAL")


def has_fts5(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").fetchone() is not None


def _locked(path: Path) -> int:
    """Return the lock file beside the store, held. The store itself cannot be locked: closing it would end SQLite's own
    locks.
    """
    lock = opened_lock(path.with_name(f"{path.name}.lock"), path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        text = "is in use by another server; stop that one, or give this one its own folder with --data"
        raise StoreError(path, text) from error
    return lock


def _make(path: Path) -> None:
    if not path.exists():
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            give_to_owner(descriptor, path.parent)
        finally:
            os.close(descriptor)
        sync_folder(path.parent)


def _quoted(path: Path) -> str:
    """Return the path for use in an SQLite URI, where these three characters mean something."""
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def fault_of(connection: sqlite3.Connection) -> str | None:
    """Return why this is no store that can be opened here, whatever is in it."""
    if not has_fts5(connection):
        return "this Python's SQLite has no FTS5, which /search needs; use another Python, or --history off"
    if not _is_ours(connection):
        return "is a database of another program; name another folder with --data"
    return None


def _is_ours(connection: sqlite3.Connection) -> bool:
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return bool(mark == APPLICATION_ID or (mark == 0 and tables == 0))


def _damage(connection: sqlite3.Connection) -> str | None:
    deadline = time.monotonic() + CHECK_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _PROGRESS_STEPS)
    try:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return None
    finally:
        connection.set_progress_handler(None, 0)
    return None if answer == "ok" else f"is damaged ({answer}); restore a backup: `python server.py restore FILE`"


def refused(path: Path, error: BaseException) -> BaseException:
    """Return why the store cannot be opened. SQLite cannot tell a full disk from a broken one, so the disk is asked."""
    check_room(path.parent, START_BYTES)
    match error:
        case OSError():
            return StoreError(path, f"cannot be opened: {in_words(error, path)}")
        case sqlite3.Error():
            return StoreError(path, f"cannot be opened ({error}); check the disk, or restore a backup")
    return error
