"""A backup is a store of its own, taken from a running one, and never takes another file's place."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest

from duologue.server.storage.backup import back_up, restore
from duologue.server.storage.base import StoreError
from duologue.server.storage.sqlite import SqliteStore
from tests.second_user import SERVICE, needs_root, owned, owner
from tests.server.storage.conftest import Listener


async def test_a_backup_is_a_whole_store_of_what_was_committed(
    listener: Listener, store: SqliteStore, tmp_path: Path
) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n", 1, 1.0)
    await listener.until_stored("c", "alice", 1)
    await asyncio.to_thread(back_up, listener.path, tmp_path / "copy.db")
    store.append("c", "alice", b":two\n", 1, 1.0)
    await listener.until_stored("c", "alice", 2)

    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    second = Listener(tmp_path / "copy.db")
    copy = second.open()
    assert [found.text for found in await copy.history("alice", "bob", limit=9)] == ["one"]
    await copy.close()
    assert [found.text for found in await store.history("alice", "bob", limit=9)] == ["one", "two"]


async def test_commits_go_on_while_a_backup_is_taken(listener: Listener, store: SqliteStore, tmp_path: Path) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":" + b"x" * 8000 + b"\n" + b":y\n" * 20_000, 20_001, 1.0)
    await listener.until_stored("c", "alice", 20_001)
    taking = [
        asyncio.create_task(asyncio.to_thread(back_up, listener.path, tmp_path / f"copy{number}.db"))
        for number in range(3)
    ]
    upto = 20_001
    while not all(backup.done() for backup in taking):
        upto += 1
        store.append("c", "alice", b":more\n", 1, 1.0)
        await listener.until_stored("c", "alice", upto)
    await asyncio.gather(*taking)
    for number in range(3):
        with closing(sqlite3.connect(tmp_path / f"copy{number}.db")) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            stored, counted = copy.execute("SELECT max(stored), (SELECT sum(count) FROM chunk) FROM stream").fetchone()
            assert stored == counted >= 20_001


async def test_a_file_that_is_there_stays(listener: Listener, store: SqliteStore, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"precious")
    with pytest.raises(StoreError, match="precious: is there already; name a new file"):
        await asyncio.to_thread(back_up, listener.path, target)
    assert target.read_bytes() == b"precious"


async def test_a_file_that_comes_meanwhile_stays_too(
    listener: Listener, store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "precious"
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: path != target and exists(path))
    target.write_bytes(b"precious")
    with pytest.raises(StoreError, match="is there already"):
        await asyncio.to_thread(back_up, listener.path, target)
    assert target.read_bytes() == b"precious"


async def test_where_it_cannot_be_written_nothing_is_left(
    listener: Listener, store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreError, match=r"the backup cannot be written: No such file or directory"):
        await asyncio.to_thread(back_up, listener.path, tmp_path / "nowhere" / "copy.db")
    (tmp_path / "out").mkdir()

    def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("duologue.server.storage.backup._copy", full)
    with pytest.raises(StoreError, match=r"the disk is full.*No space left on device"):
        await asyncio.to_thread(back_up, listener.path, tmp_path / "out" / "copy.db")
    assert list((tmp_path / "out").iterdir()) == []


# Restoring


async def texts_in(path: Path) -> list[str]:
    opened = Listener(path).open()
    found = [message.text for message in await opened.history("alice", "bob", limit=9)]
    await opened.close()
    return found


async def two_messages_and_a_copy_of_the_first(listener: Listener, store: SqliteStore, copy: Path) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n", 1, 1.0)
    await listener.until_stored("c", "alice", 1)
    await asyncio.to_thread(back_up, listener.path, copy)
    store.append("c", "alice", b":two\n", 1, 1.0)
    await listener.until_stored("c", "alice", 2)


async def test_a_backup_takes_the_place_of_the_messages_and_those_before_are_kept(
    listener: Listener, store: SqliteStore, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    await two_messages_and_a_copy_of_the_first(listener, store, copy)
    await store.close()
    aside = restore(copy, listener.path)
    assert await texts_in(listener.path) == ["one"]
    assert await texts_in(aside) == ["one", "two"]
    assert listener.path.stat().st_mode & 0o777 == 0o600
    assert restore(copy, listener.path) != aside, "a second one does not take the first one's place"


@needs_root
async def test_what_root_restores_is_the_services_and_keeps_its_mode(
    listener: Listener, store: SqliteStore, tmp_path: Path
) -> None:
    copy, place = tmp_path / "copy.db", owned(tmp_path / "service") / "messages.db"
    await two_messages_and_a_copy_of_the_first(listener, store, copy)
    restore(copy, place)
    place.chmod(0o640)
    restore(copy, place)
    back_up(place, place.with_name("backup.db"))
    assert {owner(path) for path in place.parent.iterdir()} == {SERVICE}
    assert place.stat().st_mode & 0o777 == 0o640
    assert place.with_name("backup.db").stat().st_mode & 0o777 == 0o600


async def test_what_a_killed_server_left_in_its_log_is_kept_too(
    listener: Listener, store: SqliteStore, tmp_path: Path
) -> None:
    copy, left = tmp_path / "copy.db", tmp_path / "left.db"
    await two_messages_and_a_copy_of_the_first(listener, store, copy)
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{listener.path}{suffix}", f"{left}{suffix}")
    aside = restore(copy, left)
    assert await texts_in(aside) == ["one", "two"]
    assert await texts_in(left) == ["one"]


async def test_nothing_is_restored_under_a_running_server(
    listener: Listener, store: SqliteStore, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    await two_messages_and_a_copy_of_the_first(listener, store, copy)
    with pytest.raises(StoreError, match="is in use by another server"):
        restore(copy, listener.path)
    assert [found.text for found in await store.history("alice", "bob", limit=9)] == ["one", "two"]


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100], ids=["empty", "not ours"])
def test_what_is_no_backup_changes_nothing(tmp_path: Path, content: bytes) -> None:
    backup, place = tmp_path / "backup.db", tmp_path / "messages.db"
    backup.write_bytes(content)
    with pytest.raises(StoreError, match="is not a backup of Duologue's messages"):
        restore(backup, place)
    assert not place.exists()
    with pytest.raises(StoreError, match="there is no such backup"):
        restore(tmp_path / "nowhere", place)
