"""The id of a store, which ties it to its folder: it is inside the store, and in the file `store.id` beside it.

So a store that is missing, because a disk is not mounted or by somebody's mistake, is not taken for one that has not
begun yet; nor is another store taken for it.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sqlite3
from pathlib import Path

from duologue.durable import sync_folder
from duologue.server.permissions import write_private
from duologue.server.storage.base import StoreError
from duologue.server.storage.store_file import connected_to_read

log = logging.getLogger(__name__)

_ID = re.compile(r"[0-9a-f]{32}")


def id_path(path: Path) -> Path:
    """Return the path of the id beside the store `path`."""
    return path.with_name("store.id")


def check_is_there(path: Path) -> None:
    """Raise StoreError if there has been a store, and there is none or an empty one."""
    if not id_path(path).exists() or not (state := _emptiness(path)):
        return
    raise StoreError(
        path,
        f"{state}, but there has been a store here ({id_path(path)} says so). Is its disk mounted? Put the store back, "
        "or a backup with `server.py restore FILE`; or begin a new one: start once with --new-store",
    )


def begin_anew(path: Path) -> None:
    """Forget the store that has been here and is gone. Raises StoreError if one is there."""
    if not _emptiness(path):
        text = "is there, and --new-store is for one start only. Leave it out; or move the store away to begin anew"
        raise StoreError(path, text)
    if id_path(path).exists():
        id_path(path).unlink()
        sync_folder(path.parent)
        log.warning("new store begun in place of a missing one", extra={"path": str(path)})


def check_is_the_one(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError for another store than the one that belongs here. If none does yet, this one does now."""
    (found,) = connection.execute("SELECT store FROM identity").fetchone()
    known = _known(path)
    if known is None:
        write_private(id_path(path), f"{found}\n".encode())
    elif known != found:
        raise StoreError(
            path,
            f"is another store than the one that belongs here ({id_path(path)}). Put that one back, or put this one in "
            "its place: move it elsewhere, and `server.py restore FILE`",
        )


def belongs(path: Path) -> None:
    """Make the store that is there now the one that belongs there, whichever was before.

    Raises OSError, sqlite3.Error.
    """
    id_path(path).unlink(missing_ok=True)
    with contextlib.closing(connected_to_read(path)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'identity'").fetchone():
            check_is_the_one(connection, path)


def _known(path: Path) -> str | None:
    """Return what the file says; a damaged one says nothing."""
    try:
        text = id_path(path).read_text("ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    return text if _ID.fullmatch(text) else None


def _emptiness(path: Path) -> str:
    """Return in which way there is no store. SQLite must not be asked about a file of no bytes: it would drop the log
    beside it.
    """
    if not path.exists():
        return "is missing"
    if not path.stat().st_size:
        return "is empty"
    with contextlib.suppress(sqlite3.Error), contextlib.closing(connected_to_read(path)) as connection:
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return "is empty"
    return ""
