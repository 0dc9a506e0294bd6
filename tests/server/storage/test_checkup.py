"""Damage that SQLite does not notice is found: by the operator's command, at the start, and where it is read."""

from __future__ import annotations

import logging
import random
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from duologue.server.storage import checkup
from duologue.server.storage.base import Letter, StoreDamaged, StoreError
from duologue.server.storage.checkup import Examined, damaged_among_newest, examine
from duologue.server.storage.store_file import StoreFile, checked
from tests.server.storage.conftest import Listener

MARK = b"a text that is on no other page"


async def written(listener: Listener) -> None:
    """A store of a few MB: a chat, a letter, and something said in a room."""
    store = listener.open()
    store.chat_started("c", "alice", "bob", 1.0)
    text = b":" + random.Random(1).randbytes(4000).hex().encode() + b"\n"  # nothing that looks like a page of SQLite
    for number in range(20):
        store.append("c", "alice", text * 4 + b":%s %d\n" % (MARK, number), 5, 1.0)
        await store.synced()
    await store.hand_in(Letter("l", 1, "alice", "carol", b":a letter\n", 1.0))
    await store.hand_in(Letter("r", 1, "alice", "#tea", b":tea is ready\n", 1.0))
    await store.close()


def overwrite(path: Path, mark: bytes, size: int) -> None:
    """As a failing disk does, in the middle of the newest text with this mark; whole pages around it are as before."""
    content = bytearray(path.read_bytes())
    end = content.rindex(mark) + len(mark)
    content[end - size : end] = b"\xa5" * size
    path.write_bytes(content)


def spoil(path: Path, change: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(change)
        connection.commit()


async def test_a_store_that_is_whole(listener: Listener) -> None:
    await written(listener)
    assert examine(listener.path) == Examined(102, [])


async def test_it_is_examined_while_a_server_has_it(listener: Listener) -> None:
    store = listener.open()
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n", 1, 1.0)
    await store.synced()
    assert examine(listener.path) == Examined(1, [])


@pytest.mark.parametrize("size", [len(MARK), 20_000])
async def test_texts_that_were_overwritten_are_found_and_named(listener: Listener, size: int) -> None:
    """SQLite's own look does not see them."""
    await written(listener)
    overwrite(listener.path, MARK, size)
    checked(listener.path)
    found = examine(listener.path)
    assert found.messages == 102
    [fault] = found.faults
    assert re.fullmatch(r"Damaged: chunk \d+, 5 messages between alice and bob\.", fault)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE chunk SET lines = X'3A62616420746578740A' WHERE number = (SELECT max(number) FROM chunk)",
        "UPDATE chunk SET crc = crc + 1 WHERE number = (SELECT max(number) FROM chunk)",
        "UPDATE chunk SET lines = 7 WHERE number = (SELECT max(number) FROM chunk)",
        "UPDATE chunk SET count = 2 WHERE number = (SELECT max(number) FROM chunk)",
    ],
)
async def test_whatever_of_a_letter_is_not_as_it_was(listener: Listener, change: str) -> None:
    await written(listener)
    spoil(listener.path, change)
    assert len(examine(listener.path).faults) == 1


async def test_what_older_servers_wrote_counts_as_whole(listener: Listener) -> None:
    await written(listener)
    spoil(listener.path, "UPDATE chunk SET crc = NULL")
    assert examine(listener.path) == Examined(102, [])


async def test_damaged_tables_are_named_too(listener: Listener) -> None:
    await written(listener)
    content = bytearray(listener.path.read_bytes())
    start = content.rindex(b"tea is ready") // 32768 * 32768
    content[start : start + 200] = bytes(200)
    listener.path.write_bytes(content)
    assert examine(listener.path).faults


async def test_only_so_many_are_named(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    await written(listener)
    spoil(listener.path, "UPDATE chunk SET crc = 0")
    monkeypatch.setattr(checkup, "MOST_FAULTS", 3)
    assert len(examine(listener.path).faults) == 3


@pytest.mark.parametrize("content", [None, b"clientID\nalice\n" * 100])
def test_what_is_no_store(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "messages.db"
    if content is None:
        with pytest.raises(StoreError, match="there is no store; name the server's folder with --data"):
            examine(path)
    else:
        path.write_bytes(content)
        assert examine(path).faults == ["It cannot be read to its end: file is not a database."]


async def test_the_start_says_what_is_damaged_and_goes_on(listener: Listener, caplog: pytest.LogCaptureFixture) -> None:
    """What is whole can be read, and talk goes on."""
    await written(listener)
    overwrite(listener.path, MARK, 20_000)
    with caplog.at_level(logging.ERROR):
        store = listener.open()
    [record] = caplog.records
    assert record.message == "messages are damaged; `server.py check` names them, and a backup may have them"
    assert record.__dict__["chunks"] == 1
    [found] = await store.history("carol", "alice", limit=5)
    assert found.text == "a letter"


async def test_at_the_start_the_newest_are_looked_at_for_a_bounded_time(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    await written(listener)
    spoil(listener.path, "UPDATE chunk SET crc = 0")
    with closing(StoreFile(listener.path).reader()) as connection:
        every = damaged_among_newest(connection)
        assert (len(every), every) == (22, sorted(every, reverse=True))
        monkeypatch.setattr(checkup, "NEWEST_SECONDS", -1.0)
        assert damaged_among_newest(connection) == every[:1]


READINGS: dict[str, Callable[[object], object]] = {
    "history": lambda store: store.history("bob", "alice", limit=5),  # type: ignore[attr-defined]
    "room": lambda store: store.room_history("#tea", asker="alice", limit=5),  # type: ignore[attr-defined]
    "search": lambda store: store.search("bob", "on no other page", 5),  # type: ignore[attr-defined]
    "mailbox": lambda store: store.undelivered("carol", 0, 1000),  # type: ignore[attr-defined]
    "replay": lambda store: store.replay("c", "alice", "c", 0).read(1000),  # type: ignore[attr-defined]
}


@pytest.mark.parametrize("reading", READINGS)
async def test_nothing_damaged_is_read_out(listener: Listener, reading: str) -> None:
    await written(listener)
    spoil(listener.path, "UPDATE chunk SET crc = crc + 1")
    store = listener.open()
    with pytest.raises(StoreDamaged, match=r"messages in it are damaged; `server.py check` names them"):
        await READINGS[reading](store)  # type: ignore[misc]
