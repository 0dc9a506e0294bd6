"""Backups of the store, taken while it is in use: one snapshot, whole under its name or not there at all."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from itertools import count
from pathlib import Path

from duologue.durable import appear, sync_folder, temporary_beside
from duologue.server.access import give_to_owner, in_words
from duologue.server.permissions import make_private
from duologue.server.storage.base import StoreError
from duologue.server.storage.store_file import APPLICATION_ID, StoreFile, checked, connected_to_read
from duologue.server.storage.store_id import belongs


def back_up(path: Path, target: Path) -> None:
    """Write all that is committed in the store `path` to `target`, readable by its owner alone. Blocks.

    Raises StoreError; an existing file is never overwritten.
    """
    if not path.exists():
        raise StoreError(path, "there is no store; name the server's folder with --data")
    if target.exists():
        raise StoreError(target, "is there already; name a new file for the backup")
    try:
        _fill(path, target)
    except FileExistsError as error:
        raise StoreError(target, "is there already; name a new file for the backup") from error
    except OSError as error:
        raise StoreError(target, f"the backup cannot be written: {in_words(error, target.parent)}") from error
    except sqlite3.Error as error:
        raise StoreError(target, f"the backup cannot be written ({error}); check the folder and its space") from error


def restore(backup: Path, path: Path) -> Path:
    """Put a copy of `backup` in the place of the store `path`; return where the one before was moved to.

    Raises StoreError for a backup that is damaged or not ours, and while a server has the store.
    """
    if not backup.exists():
        raise StoreError(backup, "there is no such backup")
    _check_is_ours(backup)
    make_private(path.parent)
    place = StoreFile(path)
    try:
        return _replace(backup, place)
    except OSError as error:
        text = f"the messages are as they were, as they cannot be replaced: {in_words(error, path.parent)}"
        raise StoreError(path, text) from error
    except sqlite3.Error as error:
        raise StoreError(path, f"cannot be replaced ({error}); the messages are as they were") from error
    finally:
        place.release()


def _check_is_ours(backup: Path) -> None:
    try:
        with contextlib.closing(connected_to_read(backup)) as connection:
            (mark,) = connection.execute("PRAGMA application_id").fetchone()
    except sqlite3.Error:
        mark = None
    if mark != APPLICATION_ID:
        raise StoreError(backup, "is not a backup of Duologue's messages; name a file that `server.py backup` made")


def _replace(backup: Path, place: StoreFile) -> Path:
    fresh = place.path.with_name(f"{place.path.name}.restored")
    fresh.unlink(missing_ok=True)
    try:
        _fill(backup, fresh, place.path)
        checked(fresh)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    with contextlib.closing(place.writer()) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the contents of the log go with the file
    names = (place.path.with_name(f"{place.path.name}.before-{number}") for number in count(1))
    aside = next(name for name in names if not name.exists())
    place.path.rename(aside)
    fresh.rename(place.path)
    sync_folder(place.path.parent)
    belongs(place.path)
    return aside


def _fill(source: Path, target: Path, before: Path | None = None) -> None:
    """With the owner and the mode of the file that was there `before`."""
    with temporary_beside(target) as (temporary, descriptor):
        give_to_owner(descriptor, before or target.parent)
        if before:
            os.fchmod(descriptor, stat.S_IMODE(before.stat().st_mode))
        _copy(source, temporary)
        appear(temporary, target)
    sync_folder(target.parent)


def _copy(source: Path, temporary: Path) -> None:
    """Copy all pages in one step, which is one snapshot: in pieces SQLite would start anew after every commit."""
    with (
        contextlib.closing(connected_to_read(source)) as original,
        contextlib.closing(sqlite3.connect(temporary)) as copy,
    ):
        copy.execute("PRAGMA fullfsync=ON")
        original.backup(copy)
