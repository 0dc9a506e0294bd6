"""What the store says is stored is stored: after a failure, a kill, a power cut. And nothing waits for it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import uvloop

from duologue.core.errors import PeerError
from duologue.server.storage import reader
from duologue.server.storage import search as searching
from duologue.server.storage.base import Letter, LiveStream, StoreError, Unfinished
from duologue.server.storage.migrations import MIGRATIONS
from duologue.server.storage.sqlite import SqliteStore
from tests.bound import BOUND
from tests.server.storage.conftest import Endless, Listener, handed_over


@contextmanager
def held_up(path: Path) -> Iterator[None]:
    """No commit gets through inside: another connection has the lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


async def texts(store: SqliteStore, me: str = "alice", partner: str = "bob") -> list[str]:
    return [found.text for found in await store.history(me, partner, limit=1_000_000)]


# What goes in comes out


async def test_a_conversation_is_kept_and_goes_on_in_the_next_process(listener: Listener) -> None:
    store = listener.open()
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":hello\n:how are you\n", 2, 2.0)
    store.append("c", "bob", b":fine\n", 1, 3.0)
    store.received("c", "alice", "c", 2)
    await store.close()
    assert listener.stored == {("c", "alice"): 2, ("c", "bob"): 1}

    store = listener.open()
    (live,) = store.live_chats
    assert (live.id, live.streams) == ("c", (LiveStream("c", "alice", 2, 2), LiveStream("c", "bob", 1, 0)))
    store.append("c", "alice", b":good\n", 1, 4.0)
    await listener.until_stored("c", "alice", 3)
    store.chat_ended("c", "left", 5.0)
    await store.close()

    store = listener.open()
    assert store.live_chats == []
    assert await texts(store) == ["hello", "how are you", "fine", "good"]
    assert [found.text for found in await store.search("bob", "fine", 9)] == ["fine"]


async def test_strangers_get_nothing_by_any_way(listener: Listener, store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":secret\n", 1, 2.0)
    await listener.until_stored("c", "alice", 1)
    for me, partner in (("eve", "alice"), ("eve", "nobody"), ("alice", "eve")):
        assert await texts(store, me, partner) == []
    assert await store.search("eve", "secret", 9) == []


async def test_a_receipt_waits_for_company(listener: Listener, store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n", 1, 2.0)
    await listener.until_stored("c", "alice", 1)
    store.received("c", "alice", "c", 1)
    assert await texts(store)  # a turn of the reader's thread, in which a commit could have gone through
    assert rows(listener.path, "SELECT received FROM stream") == [(0,), (0,)]
    store.append("c", "bob", b":two\n", 1, 3.0)
    await listener.until_stored("c", "bob", 1)
    assert rows(listener.path, "SELECT received FROM stream") == [(1,), (0,)]


async def test_a_receipt_that_found_no_company_is_written_at_the_end(listener: Listener) -> None:
    store = listener.open()
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n", 1, 2.0)
    await listener.until_stored("c", "alice", 1)
    store.received("c", "alice", "c", 1)
    await store.close()
    assert [stream.received for stream in listener.open().live_chats[0].streams] == [1, 0]


# One commit at a time


async def test_while_one_commit_runs_the_next_is_gathered(listener: Listener, store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    with held_up(listener.path):
        store.append("c", "alice", b":0\n", 1, 2.0)
        await handed_over(store)
        for number in range(1, 100):
            store.append("c", "alice", b":%d\n" % number, 1, 2.0)
            await asyncio.sleep(0)
        assert listener.stored == {}, "nothing is said before it is on the disk"
    await listener.until_stored("c", "alice", 100)
    assert listener.commits == 2
    assert rows(listener.path, "SELECT first, count FROM chunk") == [(1, 1), (2, 99)]
    assert await texts(store) == [str(number) for number in range(100)]


async def test_who_waits_for_an_answer_waits_for_nobody_to_join(
    listener: Listener, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duologue.server.storage.spacing.COMMIT_SPACING", 3600.0)
    store.chat_started("c1", "alice", "bob", 1.0)
    store.append("c1", "alice", b":one\n", 1, 1.0)
    await listener.until_stored("c1", "alice", 1)
    store.append("c1", "alice", b":two\n", 1, 2.0)
    async with asyncio.timeout(BOUND):
        await store.synced()
    assert listener.stored == {("c1", "alice"): 2}


@pytest.mark.parametrize(("messages", "size", "waits"), [(101, 10, True), (100, 10, False), (101, 4000, False)])
async def test_commits_are_further_apart_while_many_say_a_little(
    listener: Listener, store: SqliteStore, monkeypatch: pytest.MonkeyPatch, messages: int, size: int, waits: bool
) -> None:
    monkeypatch.setattr("duologue.server.storage.spacing.BUSY_SPACING", 3600.0)
    monkeypatch.setattr("duologue.server.storage.spacing.COMMIT_SPACING", 0.0)
    store.chat_started("c1", "alice", "bob", 1.0)
    store.append("c1", "alice", b":%s\n" % (b"x" * size) * messages, messages, 1.0)
    await listener.until_stored("c1", "alice", messages)
    store.append("c1", "alice", b":next\n", 1, 2.0)
    assert (store._timer_at > asyncio.get_running_loop().time() + 3000) is waits
    await store.synced()
    assert listener.stored == {("c1", "alice"): messages + 1}


async def test_what_was_said_a_moment_ago_is_read_and_found(
    listener: Listener, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duologue.server.storage.spacing.COMMIT_SPACING", 3600.0)
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n", 1, 1.0)
    await listener.until_stored("c", "alice", 1)
    store.append("c", "alice", b":two\n", 1, 2.0)
    assert await texts(store) == ["one", "two"]
    store.append("c", "bob", b":three\n", 1, 3.0)
    assert [found.text for found in await store.search("bob", "three", 10)] == ["three"]


async def test_when_a_sender_has_to_pause_there_is_no_more_to_gather(
    listener: Listener, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duologue.server.storage.spacing.COMMIT_SPACING", 3600.0)
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n", 1, 1.0)
    await listener.until_stored("c", "alice", 1)
    while not listener.pressure:
        store.append("c", "alice", b":%s\n" % (b"x" * 8000), 1, 2.0)
    await listener.until(lambda: listener.pressure == [("c", "alice", True), ("c", "alice", False)])


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_an_answer_comes_on_any_loop(tmp_path: Path, new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def ask() -> None:
        store = Listener(tmp_path / "messages.db").open()
        store.chat_started("c", "alice", "bob", 1.0)
        async with asyncio.timeout(BOUND):
            await store.synced()
            await store.synced()
            await store.receipt("c", "bob", 0)
        await store.close()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(ask())


async def test_a_large_paste_is_kept_in_chunks(
    listener: Listener, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duologue.server.storage.readings.READING_SECONDS", 3600.0)  # all of it is asked for at once
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b"".join(b":%d\n" % number for number in range(100_000)), 100_000, 2.0)
    await listener.until_stored("c", "alice", 100_000)
    sizes = rows(listener.path, "SELECT length(lines) <= 256 * 1024 FROM chunk")
    assert sizes == [(1,)] * 3
    assert await texts(store) == [str(number) for number in range(100_000)]


async def test_behind_the_disk_the_sender_is_to_pause_and_nothing_is_dropped(
    listener: Listener, store: SqliteStore
) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    text, sent = b"x" * 8000, 0
    with held_up(listener.path):
        await asyncio.sleep(0)
        while not listener.pressure:
            assert sent < 1000, "it must say so"
            store.append("c", "alice", b":%d%s\n" % (sent, text), 1, 2.0)
            store.append("c", "bob", b":hi\n", 1, 2.0)
            sent += 1
        assert sent > 100
        for _ in range(10):  # what was on its way all the same
            store.append("c", "alice", b":%d%s\n" % (sent, text), 1, 2.0)
            sent += 1
        assert listener.pressure == [("c", "alice", True)], "and nobody else"
    await listener.until(lambda: len(listener.pressure) == 2)
    assert listener.pressure[1] == ("c", "alice", False)
    await listener.until_stored("c", "alice", sent)
    kept = [found.text for found in await store.history("alice", "bob", limit=10_000) if found.sender == "alice"]
    assert kept == [f"{number}{text.decode()}" for number in range(sent)]


async def test_a_search_sees_all_that_is_committed_and_the_writer_goes_on(
    listener: Listener, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PIECE_MESSAGES", 5)
    statements: list[str] = []
    store._readings._indexing._connection.set_trace_callback(statements.append)
    store.chat_started("c", "alice", "bob", 1.0)
    for number in range(1, 51):
        store.append("c", "alice", b":word %d\n" % number, 1, 2.0)
        await listener.until_stored("c", "alice", number)
        if number % 10 == 0:
            found = await asyncio.gather(*(store.search("bob", "word", 1000) for _ in range(3)))
            assert [len(some) for some in found] == [number] * 3
    indexed = [sql for sql in statements if sql.startswith("INSERT INTO message_index")]
    assert len(indexed) == len(set(indexed)) == 50, "three searches at once, each message indexed once"


async def test_the_index_is_made_by_who_searches_not_by_the_writer(listener: Listener, store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":word\n", 1, 2.0)
    await listener.until_stored("c", "alice", 1)
    await texts(store)
    assert rows(listener.path, "SELECT upto FROM indexed") == [(0,)]


# Who may open it, and how it ends


async def test_what_came_while_a_commit_ran_is_written_before_the_file_is_closed(listener: Listener) -> None:
    store = listener.open()
    with held_up(listener.path):
        store.chat_started("c", "alice", "bob", 1.0)
        store.append("c", "alice", b":one\n", 1, 2.0)
        await handed_over(store)
        store.append("c", "alice", b":two\n", 1, 2.0)
        closing = asyncio.create_task(store.close())
        await asyncio.sleep(0)
    await closing
    assert listener.stored == {("c", "alice"): 2}
    assert await texts(listener.open()) == ["one", "two"]


async def test_one_file_has_one_server(listener: Listener, store: SqliteStore) -> None:
    with pytest.raises(StoreError, match="in use by another server"):
        listener.open()
    await store.close()
    await listener.open().close()


async def test_a_file_that_is_refused_is_let_go(listener: Listener) -> None:
    await listener.open().close()
    with closing(sqlite3.connect(listener.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 99")
    for _ in range(2):
        with pytest.raises(StoreError, match="newer Duologue"):
            listener.open()


async def test_a_file_without_its_tables_is_refused_and_let_go(listener: Listener) -> None:
    await listener.open().close()
    with closing(sqlite3.connect(listener.path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE chunk")
    for _ in range(2):
        with pytest.raises(StoreError, match=r"no such table: chunk.*restore a backup"):
            listener.open()


async def test_after_close_nothing_is_taken(store: SqliteStore) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    await store.close()
    for say in _everything(store):
        with pytest.raises(StoreError, match="closed"):
            say()


def _everything(store: SqliteStore) -> Iterator[Callable[[], None]]:
    yield lambda: store.chat_started("d", "alice", "bob", 1.0)
    yield lambda: store.append("c", "alice", b":x\n", 1, 1.0)
    yield lambda: store.received("c", "alice", "c", 1)
    yield lambda: store.stream_began("c", "alice", "c.2")
    yield lambda: store.chat_ended("c", "left", 1.0)


async def test_a_read_that_fails_says_which_file(listener: Listener, store: SqliteStore) -> None:
    with closing(sqlite3.connect(listener.path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE chunk")
    with pytest.raises(StoreError, match=r"messages\.db: cannot be read \(no such table: chunk\)"):
        await texts(store)


async def test_a_full_disk_ends_the_store_and_what_was_acknowledged_is_there(listener: Listener) -> None:
    store = listener.open()
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":kept\n", 1, 2.0)
    await listener.until_stored("c", "alice", 1)
    store._writer._connection.execute("PRAGMA max_page_count = 1")  # SQLite's own way to be out of space
    store.append("c", "alice", b":" + b"x" * 200_000 + b"\n", 1, 3.0)
    await listener.until(lambda: bool(listener.failures))
    assert "cannot be written (database or disk is full)" in str(listener.failures[0])
    assert listener.stored == {("c", "alice"): 1}
    for say in _everything(store):
        with pytest.raises(StoreError, match="disk is full"):
            say()
    await store.close()
    assert len(listener.failures) == 1
    assert await texts(listener.open()) == ["kept"]
    assert listener.stored == {("c", "alice"): 1}


# Processes that end without a word

CHILD = """
import asyncio, os, sys
from pathlib import Path
from duologue.server.storage import store_file
from duologue.server.storage.disk import DiskReserve
from duologue.server.storage.retention import Retention
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.sqlite import SqliteStore

path, synchronous, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
real = store_file.StoreFile.writer

def writer(self):
    connection = real(self)
    connection.execute(f"PRAGMA synchronous={synchronous}")
    return connection

if synchronous != "FULL":
    store_file.StoreFile.writer = writer

def committed(commit):
    os.write(1, b"".join(b"stored %s %d\\n" % (sender.encode(), upto) for _, sender, _, upto, _ in commit.stored))

def failed(error):
    os.write(1, b"failed\\n")

async def main():
    reports = {"committed": committed, "failed": failed, "pressure": print}
    limits = {"mailbox": MailboxLimits(9, 9), "retention": Retention()}
    limits["reserve"] = DiskReserve(1, lambda: 1 << 40, print)
    store = SqliteStore.open(path, asyncio.get_running_loop(), **reports, **limits)
    if not store.live_chats:
        store.chat_started("c", "alice", "bob", 0.0)
    counts = {"alice": 0, "bob": 0}
    for chat in store.live_chats:
        counts.update((stream.sender, stream.stored) for stream in chat.streams)
    for _ in range(rounds):
        for sender, several in (("alice", 3), ("bob", 1)):
            lines = b"".join(b":%d\\n" % (counts[sender] + n) for n in range(1, several + 1))
            store.append("c", sender, lines, several, 0.0)
            counts[sender] += several
        await asyncio.sleep(0.0005)
    os.kill(os.getpid(), 9)

asyncio.run(main())
"""
FOR_EVER = "1000000000"


def reported(lines: list[str]) -> dict[str, int]:
    """The last number that was said of each sender."""
    return {word[1]: int(word[2]) for line in lines if line.startswith("stored") and (word := line.split())}


async def kept(path: Path) -> dict[str, int]:
    """How many messages of each sender are there; in order, none left out, none twice."""
    store = Listener(path).open()
    counts = {"alice": 0, "bob": 0}
    for message in await store.history("alice", "bob", limit=10_000_000):
        counts[message.sender] += 1
        assert message.position == int(message.text) == counts[message.sender]
    for live in store.live_chats:
        assert {stream.sender: stream.stored for stream in live.streams} == counts
    await store.close()
    return counts


def lost(said: dict[str, int], counts: dict[str, int]) -> dict[str, int]:
    return {sender: upto - counts[sender] for sender, upto in said.items() if counts[sender] < upto}


def killed_after(reports: int, path: Path) -> list[str]:
    """What a process said, of which at least so many reports, before it was killed."""
    command = [sys.executable, "-c", CHILD, str(path), "FULL", FOR_EVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        lines = [child.stdout.readline() for _ in range(reports)]
        child.kill()
        return lines + [line for line in child.stdout if line.endswith("\n")]


async def test_a_kill_at_any_moment_loses_nothing_that_was_said_to_be_stored(tmp_path: Path) -> None:
    path = tmp_path / "messages.db"
    highest = 0
    for reports in (1, 2, 17, 60, 150):
        said = reported(killed_after(reports, path))
        counts = await kept(path)
        assert lost(said, counts) == {}
        assert said
        assert counts["alice"] > highest, "the next process went on where the last one ended"
        highest = counts["alice"]


STRACE = shutil.which("strace")
CALLS = "pwrite64,fsync,fdatasync,write"
# pid call(fd<path>, … [, count, offset]) = result: with -y a file descriptor comes with its path.
CALL = re.compile(r"\d+ +(\w+)\(\d+<([^>]*)>(.*)\) += (\d+)$")


def traced(path: Path, trace: Path, synchronous: str, rounds: int) -> None:
    strace = [STRACE or "strace", "-f", "-y", "-qq", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(trace)]
    child = [sys.executable, "-c", CHILD, str(path), synchronous, str(rounds)]
    subprocess.run([*strace, *child], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=55, check=False)


def cuts(trace: Path, wal: Path) -> Iterator[tuple[int, dict[str, int]]]:
    """At every report: how much of the log was synced by then, and what had been said. Needs calls in one line each."""
    written = synced = 0
    said: dict[str, int] = {}
    for line in joined(trace):
        if not (call := CALL.fullmatch(line)):
            continue
        name, path, arguments, _ = call.groups()
        if name == "pwrite64" and path == str(wal):
            count, offset = arguments.rsplit(", ", 2)[-2:]
            written = max(written, int(count) + int(offset))
        elif name in ("fsync", "fdatasync") and path == str(wal):
            synced = written
        elif name == "write" and (text := re.search(r'"(stored.*)\\n"', arguments)):
            said |= reported(text[1].split("\\n"))
            yield synced, dict(said)


def joined(trace: Path) -> Iterator[str]:
    """A trace by the moments when calls returned; strace breaks those in two that another thread's interrupt."""
    begun: dict[str, str] = {}
    for line in trace.read_text().splitlines():
        pid = line.split(maxsplit=1)[0]
        if line.endswith(" <unfinished ...>"):
            begun[pid] = line.removesuffix(" <unfinished ...>")
        elif resumed := re.search(r"<\.\.\. \w+ resumed>", line):
            yield begun.pop(pid) + line[resumed.end() :]
        else:
            yield line


async def after_power_cuts(tmp_path: Path, synchronous: str) -> tuple[int, int]:
    """How many cuts there were, and after how many something that had been acknowledged was missing."""
    path, trace = tmp_path / "messages.db", tmp_path / "trace"
    await Listener(path).open().close()  # so that all of the trace is about one log
    traced(path, trace, synchronous, rounds=500)  # on a busy machine many rounds share a commit
    wal = path.with_name("messages.db-wal")
    content = wal.read_bytes()
    found, losses = list(cuts(trace, wal)), 0
    for number, (synced, said) in enumerate(found):
        copy = tmp_path / f"cut{number}" / "messages.db"
        copy.parent.mkdir()
        shutil.copy(path, copy)  # no checkpoint came in between: the file is as it was when it was opened
        copy.with_name("messages.db-wal").write_bytes(content[:synced])
        losses += bool(lost(said, await kept(copy)))
    return len(found), losses


@pytest.mark.skipif(STRACE is None, reason="needs strace")
async def test_a_power_cut_loses_nothing_that_was_said_to_be_stored(tmp_path: Path) -> None:
    """Of the log only what had been synced at the moment of each report is left."""
    found, losses = await after_power_cuts(tmp_path, "FULL")
    assert found > 5
    assert losses == 0


@pytest.mark.skipif(STRACE is None, reason="needs strace")
async def test_without_a_sync_at_each_commit_the_same_power_cuts_lose_messages(tmp_path: Path) -> None:
    """The red control: it shows that the test above can fail."""
    found, losses = await after_power_cuts(tmp_path, "NORMAL")
    assert found > 5
    assert losses == found


def with_failing_sync(path: Path) -> subprocess.CompletedProcess[str]:
    when = len(MIGRATIONS) + 7  # a few after those of a file that is made
    fault = f"inject=fdatasync,fsync:error=EIO:when={when}+"
    strace = [STRACE or "", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", fault, "-o", os.devnull]
    child = [sys.executable, "-c", CHILD, str(path), "FULL", "1000"]
    return subprocess.run([*strace, *child], capture_output=True, text=True, timeout=55, check=False)


@pytest.mark.skipif(STRACE is None, reason="needs strace")
async def test_a_sync_that_fails_is_never_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "messages.db"
    ended = with_failing_sync(path)
    lines = ended.stdout.splitlines()
    assert lines.count("failed") == 1
    assert lines[-1] == "failed", "nothing is acknowledged after it"
    assert "StoreError" in ended.stderr
    assert "disk I/O error" in ended.stderr, "what came later was refused in words"
    said = reported(lines)
    assert said
    assert lost(said, await kept(path)) == {}


async def test_blocks_and_who_may_ask_are_there_when_it_is_opened_again(listener: Listener) -> None:
    store = listener.open()
    assert (store.blocks, store.asking) == ([], [])
    for _ in range(2):
        store.block_is("bob", "alice", True)
    store.block_is("bob", "carol", True)
    store.block_is("bob", "carol", False)
    store.asking_is("bob", "known")
    store.asking_is("bob", "nobody")
    await store.close()
    store = listener.open()
    assert (store.blocks, store.asking) == ([("bob", "alice")], [("bob", "nobody")])


# Who reads much holds nobody else up


async def test_history_and_mailboxes_do_not_wait_for_a_search(
    listener: Listener, store: SqliteStore, endless: Endless, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duologue.server.storage.readings.search", endless)
    monkeypatch.setattr("duologue.server.storage.readings.READING_SECONDS", 3600.0)
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":hello\n", 1, 2.0)
    await listener.until_stored("c", "alice", 1)
    await store.hand_in(Letter("l", 1, "alice", "carol", b":a letter\n", 3.0))
    searching = asyncio.create_task(store.search("mallory", "☃", 9))
    await endless.until_begun()
    async with asyncio.timeout(BOUND):
        assert await texts(store) == ["hello"]
        assert [found.text for found in await store.undelivered("carol", 0, 1000)] == ["a letter"]
        assert await store.replay("c", "alice", "c", 0).read(1000) == (b":hello\n", 1)
        assert await store.have_talked("alice", "bob")
        assert await store.room_history("#id", asker="carol", limit=9) == []
    assert not searching.done()


async def test_mailboxes_do_not_wait_for_history(
    store: SqliteStore, endless: Endless, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duologue.server.storage.reader.history", endless)
    monkeypatch.setattr("duologue.server.storage.readings.READING_SECONDS", 3600.0)
    await store.hand_in(Letter("l", 1, "alice", "carol", b":a letter\n", 3.0))
    reading = asyncio.create_task(store.history("mallory", "eve", limit=9))
    await endless.until_begun()
    async with asyncio.timeout(BOUND):
        assert [found.text for found in await store.undelivered("carol", 0, 1000)] == ["a letter"]
    assert not reading.done()


@pytest.mark.parametrize("reads", ["search", "history"])
async def test_the_store_closes_whatever_is_read(
    store: SqliteStore, endless: Endless, monkeypatch: pytest.MonkeyPatch, reads: str
) -> None:
    monkeypatch.setattr("duologue.server.storage.readings.search", endless)
    monkeypatch.setattr("duologue.server.storage.reader.history", endless)
    monkeypatch.setattr("duologue.server.storage.readings.READING_SECONDS", 3600.0)
    question = store.search("eve", "☃", 9) if reads == "search" else store.history("eve", "mallory", limit=9)
    asked = asyncio.create_task(question)
    await endless.until_begun()
    async with asyncio.timeout(BOUND):
        await store.close()
        with pytest.raises(StoreError, match="closed"):
            await asked


async def test_reading_that_takes_too_long_ends_with_what_it_has_found(
    listener: Listener, store: SqliteStore, endless: Endless, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":one\n:two\n", 2, 2.0)
    await listener.until_stored("c", "alice", 2)
    assert len(await store.search("bob", "one", 9)) == 1
    monkeypatch.setattr("duologue.server.storage.readings.READING_SECONDS", 0.2)
    history, search = reader.history, searching.search

    def slow_history(*of: object) -> Iterator[object]:
        yield from history(*of)  # type: ignore[arg-type]
        yield from endless(*of)  # type: ignore[arg-type]

    def slow_search(*of: object) -> Iterator[object]:
        yield from search(*of)  # type: ignore[arg-type]
        yield from endless(*of)  # type: ignore[arg-type]

    monkeypatch.setattr("duologue.server.storage.reader.history", slow_history)
    monkeypatch.setattr("duologue.server.storage.readings.search", slow_search)
    with pytest.raises(Unfinished) as raised:
        await store.history("alice", "bob", limit=9)
    assert [found.text for found in raised.value.found] == ["one", "two"], "oldest first, as ever"
    with pytest.raises(Unfinished) as raised:
        await store.search("alice", "two", 9)
    assert [found.text for found in raised.value.found] == ["two"]


async def test_a_search_waits_for_the_index_no_longer_than_it_may_and_says_so(
    listener: Listener, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.chat_started("c", "alice", "bob", 1.0)
    store.append("c", "alice", b":word old\n", 1, 2.0)
    await listener.until_stored("c", "alice", 1)
    assert len(await store.search("bob", "word", 9)) == 1
    store.append("c", "alice", b":word new\n", 1, 2.0)
    await listener.until_stored("c", "alice", 2)
    monkeypatch.setattr("duologue.server.storage.readings.INDEXING_SECONDS", 0.0)
    with pytest.raises(Unfinished) as raised:
        await store.search("bob", "word", 9)
    assert "word old" in [found.text for found in raised.value.found]
    monkeypatch.undo()
    assert len(await store.search("bob", "word", 9)) == 2


async def test_the_disk_is_looked_at_with_each_commit(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a second a fast disk takes more than the reserve."""
    monkeypatch.setattr("duologue.server.storage.disk.LOOK_EVERY", 3600.0)
    store = listener.open()
    listener.free = 0
    await store.hand_in(Letter("one", 1, "alice", "bob", b":in time\n", 1.0))
    assert listener.low == [True]
    with pytest.raises(PeerError) as refused:
        await store.hand_in(Letter("two", 1, "alice", "bob", b":late\n", 1.0))
    assert refused.value.code == "disk_full"
    again = await store.hand_in(Letter("one", 1, "alice", "bob", b":in time\n", 1.0))
    assert (again.progress.stored, again.number) == (1, None)
    listener.free = 10**9
    await store.receipt("one", "bob", 1)
    assert listener.low == [True, False]
    await store.hand_in(Letter("two", 1, "alice", "bob", b":late\n", 1.0))


async def test_the_index_does_not_grow_into_the_reserve(listener: Listener) -> None:
    """What is in it is found; the rest when there is room."""
    store = listener.open()
    await store.hand_in(Letter("one", 1, "alice", "bob", b":a cup of tea\n", 1.0))
    assert len(await store.search("bob", "tea", 5)) == 1
    await store.hand_in(Letter("two", 1, "alice", "bob", b":more tea\n", 1.0))
    listener.free = 0
    await store.receipt("one", "bob", 1)
    assert len(await store.search("bob", "tea", 5)) == 1
    listener.free = 10**9
    await store.receipt("two", "bob", 1)
    assert len(await store.search("bob", "tea", 5)) == 2


async def test_what_is_expected_is_collected_just_before_the_commit(listener: Listener, store: SqliteStore) -> None:
    store.chat_started("c1", "alice", "bob", 1.0)
    await store.synced()
    for number in (1, 2):
        store.expect(lambda: store.append("c1", "alice", b":hi\n", 1, 2.0))
        await listener.until_stored("c1", "alice", number)


async def test_what_is_expected_during_a_commit_comes_with_the_next(listener: Listener, store: SqliteStore) -> None:
    store.chat_started("c1", "alice", "bob", 1.0)
    store.append("c1", "alice", b":one\n", 1, 2.0)
    with held_up(listener.path):
        await handed_over(store)
        store.expect(lambda: store.append("c1", "alice", b":two\n", 1, 2.0))
    await listener.until_stored("c1", "alice", 2)


async def test_where_it_has_been_given_before_no_commit_is_made(listener: Listener, store: SqliteStore) -> None:
    store.chat_started("c1", "alice", "bob", 1.0)
    await store.synced()
    collected = asyncio.Event()
    store.expect(collected.set)
    await asyncio.wait_for(collected.wait(), BOUND)
    store.append("c1", "alice", b":one\n", 1, 2.0)
    await listener.until_stored("c1", "alice", 1)


async def test_what_is_expected_is_collected_before_it_closes(listener: Listener, store: SqliteStore) -> None:
    store.chat_started("c1", "alice", "bob", 1.0)
    store.expect(lambda: store.append("c1", "alice", b":one\n", 1, 2.0))
    await store.close()
    assert listener.stored == {("c1", "alice"): 1}
