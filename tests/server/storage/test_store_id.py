"""A store that is gone is no new one, and no other store is taken for it (issue 12, cause C)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from duologue.server.storage.backup import back_up, restore
from duologue.server.storage.base import StoreError
from duologue.server.storage.store_id import id_path
from tests.server.storage.conftest import Listener


async def opened_and_closed(path: Path, *, begins_anew: bool = False) -> str:
    """The id that the store has then."""
    await Listener(path).open(begins_anew=begins_anew).close()
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT store FROM identity").fetchone()[0])


def remove(path: Path) -> None:
    path.unlink()


def put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def contents(folder: Path) -> dict[str, bytes]:
    """Of the files that matter: a look at a store leaves an index of its log, and a log of nothing."""
    files = {found.name: found.read_bytes() for found in folder.iterdir()}
    return {name: content for name, content in files.items() if content and not name.endswith("-shm")}


async def refusal(path: Path, *, begins_anew: bool = False) -> str:
    before = contents(path.parent)
    with pytest.raises(StoreError) as refused:
        Listener(path).open(begins_anew=begins_anew)
    assert contents(path.parent) == before, "what is refused is left as it is"
    return str(refused.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "messages.db"


async def test_the_first_start_notes_the_store_for_its_owner_alone(path: Path) -> None:
    found = await opened_and_closed(path)
    assert id_path(path).read_text() == f"{found}\n"
    assert id_path(path).stat().st_mode & 0o777 == 0o600
    assert await opened_and_closed(path) == found


async def test_a_store_that_is_missing_is_not_begun_anew(path: Path) -> None:
    await opened_and_closed(path)
    remove(path)
    text = await refusal(path)
    assert "is missing, but there has been a store here" in text
    assert "server.py restore FILE" in text
    assert "--new-store" in text
    assert "messages.db" not in contents(path.parent)


async def test_a_store_of_no_bytes_is_refused_and_its_log_is_left(path: Path) -> None:
    """SQLite deletes the log of a database that has no pages; it may hold all that there is."""
    await opened_and_closed(path)
    put(path, b"")
    put(path.with_name("messages.db-wal"), b"the last messages")
    assert "is empty, but there has been a store here" in await refusal(path)


async def test_a_store_without_tables_is_refused(path: Path) -> None:
    await opened_and_closed(path)
    remove(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("VACUUM")
    assert "messages.db" in contents(path.parent)
    assert "is empty, but there has been a store here" in await refusal(path)


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
async def test_a_new_store_is_begun_when_that_is_said(path: Path, content: bytes | None) -> None:
    first = await opened_and_closed(path)
    remove(path)
    if content is not None:
        put(path, content)
    second = await opened_and_closed(path, begins_anew=True)
    assert second != first
    assert await opened_and_closed(path) == second


async def test_it_is_said_for_one_start_only(path: Path) -> None:
    """A flag that stays in a service's file would begin a new store silently the next time."""
    await opened_and_closed(path, begins_anew=True)
    assert "--new-store is for one start only. Leave it out" in await refusal(path, begins_anew=True)


async def test_another_store_is_not_taken_for_it(path: Path, tmp_path: Path) -> None:
    await opened_and_closed(path)
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "messages.db"
    await opened_and_closed(other)
    put(path, contents(other.parent)["messages.db"])
    with pytest.raises(StoreError, match=r"is another store than the one that belongs here .*server\.py restore FILE"):
        Listener(path).open()


async def test_a_backup_of_another_store_belongs_here_once_it_is_restored(path: Path, tmp_path: Path) -> None:
    await opened_and_closed(path)
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "messages.db"
    theirs = await opened_and_closed(other)
    back_up(other, tmp_path / "copy.db")
    restore(tmp_path / "copy.db", path)
    assert await opened_and_closed(path) == theirs


async def test_a_backup_is_restored_where_the_store_is_gone(path: Path, tmp_path: Path) -> None:
    found = await opened_and_closed(path)
    back_up(path, tmp_path / "copy.db")
    remove(path)
    restore(tmp_path / "copy.db", path)
    assert await opened_and_closed(path) == found


@pytest.mark.parametrize("content", [None, b"", b"\xff\0nonsense"], ids=["missing", "empty", "damaged"])
async def test_a_store_without_its_file_gets_one(path: Path, content: bytes | None) -> None:
    """As stores of before have none."""
    found = await opened_and_closed(path)
    id_path(path).unlink()
    if content is not None:
        id_path(path).write_bytes(content)
    await opened_and_closed(path)
    assert id_path(path).read_text() == f"{found}\n"
