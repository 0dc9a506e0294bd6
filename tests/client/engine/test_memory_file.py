"""The memory in a file: what has been written is there for the next process, for its owner only."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from duologue.client.address import Address
from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_file import MemoryFile, holds_unsent, usual_place
from duologue.client.engine.memory_store import MOST_STREAMS, MemoryFailed, MemoryTaken, PendingLetter
from duologue.core.devices import check_device


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "memory"


@pytest.fixture
def memory(path: Path) -> Iterator[Memory]:
    memory = Memory(MemoryFile(path))
    memory.open("alice")
    yield memory
    memory.close()


def reopened(path: Path, account: str = "alice") -> Memory:
    """What the next process finds."""
    memory = Memory(MemoryFile(path))
    memory.open(account)
    memory.close()
    assert memory.trouble() is None
    return memory


def test_everything_is_there_for_the_next_process(memory: Memory, path: Path) -> None:
    chat = memory.begin("xyz", "bob")
    for number in range(1, 13):
        memory.say(chat, b":%d\x00\n" % number)
    memory.store(chat, 2)
    memory.hear(chat, "xyz.2")
    memory.receive("bob", "xyz.2", 7)
    memory.write(PendingLetter("carol", "b", "two\nlines ✓", 99.5))
    memory.write(PendingLetter("dave", "a", "gone", 0))
    memory.write(PendingLetter("dave", "c", "stored", 0))
    memory.forget_letter("a")
    memory.store_letter(memory.letters[1])
    memory.keep_letter(memory.letters[1])
    again = reopened(path)
    assert again.chats == (chat,)
    assert list(chat.unstored) == [b":%d\x00\n" % number for number in range(3, 13)]
    assert again.received("bob", "xyz.2") == 7
    assert again.letters == memory.letters
    assert again.letters[1] == PendingLetter("dave", "c", "stored", 0, is_stored=True, is_kept=True)


def test_a_chat_that_goes_on_in_another_stream_and_one_that_ends(memory: Memory, path: Path) -> None:
    chat = memory.begin("xyz", "bob")
    for number in range(4):
        memory.say(chat, b":%d\n" % number)
    memory.resume(chat, had=2, stream="xyz.3", taken=5)
    memory.end(chat)
    rest = memory.chat_sending_in("xyz")
    assert rest
    assert sorted(reopened(path).chats, key=lambda chat: chat.id) == [rest, chat]
    memory = Memory(MemoryFile(path))
    memory.open("alice")
    for left in memory.chats:
        memory.forget(left)
    memory.close()
    assert reopened(path).chats == ()


def test_only_the_newest_streams_are_kept(memory: Memory, path: Path) -> None:
    for number in range(MOST_STREAMS + 10):
        memory.receive("bob", str(number), 1)
    memory.receive("bob", "9", 2)
    again = reopened(path)
    received = [again.received("bob", str(number)) for number in range(MOST_STREAMS + 10)]
    assert sum(map(bool, received)) == MOST_STREAMS
    assert received[:10] == [0] * 9 + [2]


def test_the_file_is_for_its_owner_only(memory: Memory, path: Path) -> None:
    memory.begin("xyz", "bob")
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_newer_of_two_clients_owns_it_and_the_older_spoils_nothing(memory: Memory, path: Path) -> None:
    chat = memory.begin("xyz", "bob")
    memory.say(chat, b":1\n")
    newer = Memory(MemoryFile(path))
    newer.open("alice")
    with pytest.raises(MemoryTaken):
        memory.say(chat, b":2\n")
    memory.store(chat, 1)
    memory.forget(chat)
    newer.say(newer.chats[0], b":two\n")
    newer.close()
    assert list(reopened(path).chats[0].unstored) == [b":1\n", b":two\n"]


def test_who_logs_in_again_goes_on_from_what_the_other_wrote(memory: Memory, path: Path) -> None:
    newer = Memory(MemoryFile(path))
    newer.open("alice")
    newer.begin("xyz", "bob")
    newer.close()
    memory.open("alice")
    assert [chat.id for chat in memory.chats] == ["xyz"]
    memory.open("alice")
    memory.say(memory.chats[0], b":1\n")
    assert reopened(path).unstored == 1


def trouble_with(path: Path, account: str = "alice") -> str:
    """Why the file cannot be used; the memory goes on without."""
    memory = Memory(MemoryFile(path))
    memory.open(account)
    memory.say(memory.begin("xyz", "bob"), b":1\n")
    memory.close()
    trouble = memory.trouble()
    assert trouble
    assert str(path) in trouble
    return trouble


def test_a_file_that_is_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "memory"
    file.write_bytes(b"something else entirely" * 99)
    assert "not a database" in trouble_with(file)
    assert file.read_bytes() == b"something else entirely" * 99


def test_a_file_that_is_damaged(memory: Memory, path: Path) -> None:
    chat = memory.begin("xyz", "bob")
    for number in range(999):
        memory.say(chat, b":%d\n" % number)
    memory.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x55" * len(data[4096:])
    path.write_bytes(data)
    assert trouble_with(path)


def test_a_place_where_nothing_can_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    assert trouble_with(blocked / "memory").endswith("file exists")


def test_a_file_of_another_account(memory: Memory, path: Path) -> None:
    assert trouble_with(path, "bob") == f"{path} belongs to alice"


def test_a_file_of_a_newer_version(memory: Memory, path: Path) -> None:
    memory.close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    assert trouble_with(path).endswith("written by a newer version of this program")


def test_a_file_that_vanishes_under_it(memory: Memory, path: Path) -> None:
    memory.close()
    memory.begin("xyz", "bob")
    assert memory.trouble() == f"{path} is closed"
    MemoryFile(path).close()


def test_a_file_that_another_program_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duologue.client.engine.memory_file.LOCKED_FOR", 0.01)
    file = MemoryFile(path)
    file.open("alice")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(MemoryFailed, match="locked"):
        file.put_line("xyz", 1, b":1\n")
    holder.close()
    file.close()


def test_what_was_written_before_a_sigkill_is_there(path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from duologue.client.engine.memory import Memory; from duologue.client.engine.memory_file import MemoryFile\n"
        "memory = Memory(MemoryFile(Path(sys.argv[1]))); memory.open('alice'); chat = memory.begin('xyz', 'bob')\n"
        "for number in range(100): memory.say(chat, b':%d\\n' % number)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, path], cwd=Path(__file__).parents[3], check=False)
    assert done.returncode == -signal.SIGKILL
    assert list(reopened(path).chats[0].unstored) == [b":%d\n" % number for number in range(100)]


def test_every_server_and_account_has_a_place_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    addresses = [Address("a_1", 2), Address("a", 12), Address("::1", 2), Address("../x", 2), Address("x" * 300, 2)]
    places = {usual_place(address, nickname) for address in addresses for nickname in ("bob", "лена" * 8, "a.b")}
    assert len(places) == 15
    for place in places:
        assert tmp_path in place.parents
        assert ".." not in place.parts
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    assert all(len(os.fsencode(name)) < 255 for place in places for name in place.parts)


def test_what_was_received_in_a_chat_is_there_after_a_thousand_letters(memory: Memory, path: Path) -> None:
    memory.begin("xyz", "bob")
    memory.receive("bob", "xyz", 7)
    for number in range(MOST_STREAMS + 1):
        memory.receive("carol", str(number), 1)
    again = reopened(path)
    assert (again.received("bob", "xyz"), again.received("carol", "1"), again.received("carol", "2")) == (7, 0, 1)


OF_VERSION_1 = """
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
    INSERT INTO owner VALUES ('token', 'alice');
    INSERT INTO chat VALUES ('xyz', 'bob', 'xyz', 'xyz', 4, 0);
    INSERT INTO line VALUES ('xyz', 5, x'3a66697665'), ('xyz', 6, x'3a736978');
    INSERT INTO letter VALUES ('abc', 'carol', 'hi', 99.5, 0, 0);
    INSERT INTO received (sender, stream, upto) VALUES ('bob', 'xyz', 7);
    PRAGMA user_version = 1;
"""
"""What the first version of this program has left behind."""


def test_a_file_of_the_first_version_loses_nothing_and_is_a_device_from_now_on(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.executescript(OF_VERSION_1)
    database.close()
    assert holds_unsent(path)
    file = MemoryFile(path)
    device = file.device()
    file.close()
    again = reopened(path)
    [chat] = again.chats
    assert (chat.partner, chat.stored, [*chat.unstored]) == ("bob", 4, [b":five", b":six"])
    assert again.letters == (PendingLetter("carol", "abc", "hi", 99.5),)
    assert again.received("bob", "xyz") == 7
    file = MemoryFile(path)
    assert file.device() == device
    file.close()


def test_a_device_has_a_name_that_is_its_own_and_lasts(tmp_path: Path) -> None:
    files = [MemoryFile(tmp_path / name) for name in ("one", "two")]
    names = [file.device() for file in files]
    for file in files:
        check_device(file.device())
        file.close()
    assert len({*names}) == 2
    assert [file.device() for file in files] == names
    for file in files:
        file.close()


def test_whose_device_was_taken_over_has_another_name_at_the_next_start(path: Path) -> None:
    memory = Memory(MemoryFile(path), is_device=True)
    before = memory.name_device()
    memory.open("alice")
    memory.forget_device()
    memory.close()
    memory = Memory(MemoryFile(path), is_device=True)
    assert memory.name_device() not in ("", before)
    memory.close()


def test_a_device_whose_file_fails_goes_on_as_none(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    memory = Memory(MemoryFile(blocked / "memory"), is_device=True)
    assert memory.name_device() == ""
    assert memory.trouble()


def test_of_two_clients_of_one_machine_each_has_a_device(path: Path) -> None:
    files = [MemoryFile(path, is_shared=True) for _ in range(2)]
    assert len({file.device() for file in files}) == 2
    for file in files:
        file.close()
    assert {file.name for file in path.parent.glob("memory*") if file.suffix != ".lock"} == {"memory", "memory.2"}


def test_what_one_of_two_has_not_sent_is_there_for_the_next(path: Path) -> None:
    one, two = (Memory(MemoryFile(path, is_shared=True)) for _ in range(2))
    one.open("alice")
    two.open("alice")
    two.say(two.begin("xyz", "bob"), b":1\n")
    one.close()
    two.close()
    assert not holds_unsent(path)
    next_one = Memory(MemoryFile(path, is_shared=True))
    next_one.open("alice")
    assert next_one.unstored == 1
    next_one.close()


def test_a_chat_that_is_left_to_another_device_is_there_to_be_handed_in(memory: Memory, path: Path) -> None:
    chat = memory.begin("xyz", "bob")
    for number in range(4):
        memory.say(chat, b":%d\n" % number)
    rest = memory.leave_to_others(chat, 3)
    again = reopened(path)
    assert again.chats == (rest,)
    assert again.chats[0].is_rest
    assert (again.chats[0].stored, list(again.chats[0].unstored)) == (3, [b":3\n"])


def test_what_was_said_while_a_chat_is_taken_is_there(memory: Memory, path: Path) -> None:
    chat = memory.take("xyz", "bob")
    memory.say_later(chat, b":1\n")
    [chat] = reopened(path).chats
    assert (chat.stream, list(chat.unstored)) == ("", [b":1\n"])
    memory.open("alice")
    memory.resume(memory.chats[0], 0, "xyz.2", 0)
    [chat] = reopened(path).chats
    assert (chat.stream, list(chat.unstored)) == ("xyz.2", [b":1\n"])
