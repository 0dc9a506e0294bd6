"""Whose file it is, who may open it, and what a connection promises."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from duologue.server.storage import store_file
from duologue.server.storage.base import StoreError
from duologue.server.storage.store_file import StoreFile, use_wal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "100% of # what?.db"


@pytest.fixture
def file(path: Path) -> Iterator[StoreFile]:
    file = StoreFile(path)
    with closing(file.writer()) as connection:
        use_wal(connection)
    yield file
    file.release()


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_file_is_its_owners_alone(file: StoreFile) -> None:
    with closing(file.writer()) as connection:
        connection.execute("CREATE TABLE t (a)")
        modes = {found.stat().st_mode & 0o777 for found in file.path.parent.iterdir()}
        assert len(list(file.path.parent.iterdir())) == 4, "the file, its log, its shared memory, its lock"
    assert modes == {0o600}


def test_the_writer_syncs_every_commit(file: StoreFile) -> None:
    with closing(file.writer()) as connection:
        settings = {name: pragma(connection, name) for name in ("journal_mode", "synchronous", "fullfsync")}
    assert settings == {"journal_mode": "wal", "synchronous": 2, "fullfsync": 1}


def test_the_reader_can_change_nothing(file: StoreFile) -> None:
    with closing(file.reader()) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("CREATE TABLE t (a)")


def test_a_second_server_is_refused_and_comes_in_after_the_first(file: StoreFile) -> None:
    second = [
        sys.executable,
        "-c",
        "import sys; from pathlib import Path; from duologue.server.storage.store_file import *; ",
    ]
    second[-1] += "StoreFile(Path(sys.argv[1]))"
    refused = subprocess.run([*second, str(file.path)], capture_output=True, text=True, timeout=50, check=False)
    assert refused.returncode == 1
    assert f"{file.path}: is in use by another server; stop that one" in refused.stderr
    with pytest.raises(StoreError, match="in use"):
        StoreFile(file.path)
    file.release()
    assert subprocess.run([*second, str(file.path)], timeout=50, check=False).returncode == 0
    file.release()  # once more: harmless


def test_where_no_file_can_be_the_sentence_says_which(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere/a\.db: cannot be opened: No such file or directory"):
        StoreFile(tmp_path / "nowhere" / "a.db")


def refusal(path: Path) -> str:
    file = StoreFile(path)
    try:
        with pytest.raises(StoreError) as refused:
            file.check()
    finally:
        file.release()
    return str(refused.value)


def test_what_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_bytes(b"clientID\nalice\n" * 100)
    assert "cannot be read as a store (file is not a database)" in refusal(path)
    assert path.read_bytes() == b"clientID\nalice\n" * 100


@pytest.mark.parametrize("mark", ["CREATE TABLE theirs (a)", "PRAGMA application_id = 4711"])
def test_a_database_of_another_program_is_refused(path: Path, mark: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(mark)
        connection.commit()
    content = path.read_bytes()
    assert "is a database of another program; name another folder with --data" in refusal(path)
    assert path.read_bytes() == content


def damage(path: Path) -> None:
    """Make a store with a page of zeros in it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {store_file.APPLICATION_ID}")
        connection.execute("CREATE TABLE t (a UNIQUE)")
        connection.executemany("INSERT INTO t VALUES (?)", [(f"{n:01000}",) for n in range(100)])
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 't'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : root * size] = bytes(size)
    path.write_bytes(content)


def test_damage_is_seen(path: Path) -> None:
    damage(path)
    assert "restore a backup" in refusal(path)


def test_a_large_file_is_looked_over_for_a_bounded_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no time at all the damage is not found, and the check ends."""
    monkeypatch.setattr(store_file, "CHECK_SECONDS", -1.0)
    monkeypatch.setattr(store_file, "_PROGRESS_STEPS", 1)
    damage(path)
    file = StoreFile(path)
    file.check()
    file.release()


def test_a_python_without_fts5_is_told_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_file, "has_fts5", lambda _: False)
    assert "no FTS5" in refusal(path)
