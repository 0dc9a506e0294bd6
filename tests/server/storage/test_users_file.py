"""The users file: everything that could be wrong with it is refused, and it is replaced whole or not at all."""

from __future__ import annotations

import errno
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.names import Account
from duologue.server.auth.passwords import hash_password
from duologue.server.storage import users_file
from duologue.server.storage.users_file import UsersFileError, escape, read, unescape, update, write
from tests.second_user import SERVICE, as_service, needs_root, owned, owner

HASH = hash_password("correct horse")
SHIPPED = Path(__file__).parents[3] / "users.csv"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "users.csv"


def test_the_shipped_file_has_its_fourteen_users_without_passwords() -> None:
    names = [*(f"user{n}" for n in range(1, 11)), "alice", "bob", "carol", "dave"]
    assert read(SHIPPED) == [Account(name) for name in names]


@pytest.mark.parametrize(
    ("raw", "accounts"),
    [
        (b"clientID\n", []),
        (b"clientID\nBob\n", [Account("bob", spelling="Bob")]),
        (b"\xef\xbb\xbfclientID\r\nbob\r\nann\r\n", [Account("bob"), Account("ann")]),
        (b"clientID\n\nbob\n\n", [Account("bob")]),
        (b"clientID,disabled,created\nbob,yes,2026-01-02\n", [Account("bob", None, "2026-01-02", True)]),
        (b'clientID,password_hash\n"bob","%s"\n' % HASH.encode(), [Account("bob", HASH)]),
    ],
    ids=map(str, itertools.count()),
)
def test_columns_may_be_missing_or_in_another_order(path: Path, raw: bytes, accounts: list[Account]) -> None:
    path.write_bytes(raw)
    assert read(path) == accounts


COLUMNS = b"clientID,password_hash,created,disabled"


@pytest.mark.parametrize(
    ("raw", "accounts"),
    [
        (COLUMNS + b"\nbob,,,\n,,,\n", [Account("bob")]),
        (COLUMNS + b"\n,,,\nbob,,,\n ,\t,\xc2\xa0,\nann,,,yes\n", [Account("bob"), Account("ann", disabled=True)]),
        (COLUMNS + b",,\nbob,,,,,\n", [Account("bob")]),
        (COLUMNS + b"\nbob\nann,,2026-01-02\n", [Account("bob"), Account("ann", None, "2026-01-02")]),
        (b",,,\n" + COLUMNS + b"\nbob,,,\n", [Account("bob")]),
        (COLUMNS.replace(b",", b";") + b"\r\nbob;;02.01.2026;no\r\n;;;\r\n", [Account("bob", None, "02.01.2026")]),
        (COLUMNS.replace(b",", b"\t") + b"\nbob\t\t\tyes\n", [Account("bob", disabled=True)]),
        (b"\xef\xbb\xbf" + COLUMNS.upper() + b"\r\nbob,,,TRUE\r\nann,,,False\r\n",
         [Account("bob", disabled=True), Account("ann")]),
        (b'"clientID", "disabled"\r"bob", "Yes"\r', [Account("bob", disabled=True)]),
        (b"clientID , disabled \n bob , yes \n", [Account("bob", disabled=True)]),
        (b'clientID;created\nbob;"a;b,c"\n', [Account("bob", None, "a;b,c")]),
    ],
    ids=map(str, itertools.count()),
)  # fmt: skip
def test_what_a_spreadsheet_makes_of_it_is_read(path: Path, raw: bytes, accounts: list[Account]) -> None:
    path.write_bytes(raw)
    assert read(path) == accounts
    write(path, accounts)
    assert read(path) == accounts


@pytest.mark.parametrize(
    ("raw", "line", "what"),
    [
        (b"", 1, "empty"),
        (b"\n\n", 1, "empty"),
        (b"bob\nann\n", 1, "begins with 'bob'"),
        (b"created,clientID\n2026-01-02,bob\n", 1, "begins with 'created'"),
        (b"clientID:created\n", 1, "clientID:created"),
        (b",,\n,,\n", 1, "empty"),
        (b"clientID,colour\nbob,red\n", 1, "unknown column 'colour'"),
        (b"clientID,created,created\n", 1, "twice"),
        (b"clientID\nbob\nann,2026\n", 3, "2 cells, but 1 columns"),
        (b"clientID;created\nbob;;x\n", 2, "3 cells, but 2 columns; remove a ';'"),
        (b"clientID,password_hash,created,disabled\nbob,,yes\n", 2, "created is 'yes'; write a date"),
        (b"clientID\nbob\ntwo words\n", 3, "' ' cannot be part"),
        (b"clientID\n\x1b[31m\n", 2, "U+001B"),
        (b"clientID\nserver\n", 2, "keeps for itself"),
        (b"clientID,created\n,2026-01-02\n", 2, "empty"),
        (b"clientID\nbob\n\nBOB\n", 4, "already on line 2"),
        (b"clientID\nbob\nb0b\n", 3, "looks like 'bob' on line 2"),
        (b"clientID,password_hash\nbob,secret\n", 2, "not an argon2id hash"),
        (b'clientID,password_hash\nbob,"%s"\n' % HASH.replace("$argon2id", "$argon2i").encode(), 2, "argon2id"),
        (b"clientID,disabled\nbob,maybe\n", 2, "'maybe'; write yes or no"),
        (b"clientID\nbob\n\xff\n", 3, "UTF-8"),
        (b"\xef\xbb\xbfclientID\n\xe9ric\n", 2, "UTF-8"),
        (b"clientID\nbob\0\n", 2, "NUL"),
        (b'clientID\nann\n"bob\n', 3, "quotes"),
        (b'clientID,created\nann,"two\nlines"\n', 2, "created is 'two␊lines'; write a date"),
        (b"clientID,created\nann,\x1b[31m\n", 2, "created is '␛[31m'; write a date"),
    ],
)
def test_damage_is_refused_with_file_line_and_remedy(path: Path, raw: bytes, line: int, what: str) -> None:
    path.write_bytes(raw)
    with pytest.raises(UsersFileError, match=re.escape(what)) as refusal:
        read(path)
    assert str(refusal.value).startswith(f"{path}, line {line}: ")
    assert (refusal.value.path, refusal.value.line) == (path, line)
    assert str(refusal.value).isprintable()


def test_a_password_typed_in_place_of_a_hash_is_not_repeated(path: Path) -> None:
    path.write_text("clientID,password_hash\nbob,hunter2\n")
    with pytest.raises(UsersFileError) as refusal:
        read(path)
    assert "hunter2" not in str(refusal.value)


def test_a_missing_file_and_an_unreadable_one_say_so(path: Path, tmp_path: Path) -> None:
    with pytest.raises(UsersFileError, match="adduser"):
        read(path)
    with pytest.raises(UsersFileError, match="cannot be read"):
        read(tmp_path)
    assert users_file.read_or_empty(path) == []


NAMES = st.lists(st.from_regex(r"[a-hj-km-np-z]{1,8}", fullmatch=True), unique=True, max_size=5)
CELLS = st.text(max_size=10).filter(str.isprintable).map(str.strip)


@given(
    NAMES,
    CELLS.filter(lambda cell: cell.casefold() not in ("yes", "no", "true", "false"))
    | st.sampled_from(["=1+1", "+1", "-1", "@x", "'=x", '"', "a,b"]),
    st.booleans(),
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], created: str, disabled: bool
) -> None:
    path = tmp_path_factory.mktemp("round") / "users.csv"
    names = [
        name for name in names if "rn" not in name and not name.startswith("guest") and name not in ("me", "users")
    ]
    accounts = [Account(name, HASH, created, disabled) for name in names]
    write(path, accounts)
    assert read(path) == accounts


@given(st.text())
def test_an_escaped_cell_comes_back(cell: str) -> None:
    assert unescape(escape(cell)) == cell


@given(st.sampled_from("=+-@\t\r"), st.text())
def test_no_spreadsheet_runs_an_escaped_cell(start: str, rest: str) -> None:
    assert escape(start + rest).startswith("'")


def test_a_formula_is_escaped_in_the_file(path: Path) -> None:
    write(path, [Account("bob", None, "=cmd()")])
    assert path.read_text() == "clientID,password_hash,created,disabled\nbob,,'=cmd(),no\n"


def test_a_new_file_is_its_owners_alone_and_an_old_one_keeps_its_mode(path: Path) -> None:
    write(path, [])
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    write(path, [Account("bob")])
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("before", "after"), [(0o644, 0o600), (0o604, 0o600), (0o640, 0o640), (0o400, 0o400)])
def test_what_anybody_could_read_is_closed_when_it_gets_hashes(path: Path, before: int, after: int) -> None:
    """A group that an operator has let in stays in."""
    write(path, [Account("bob")])
    path.chmod(before)
    write(path, [Account("bob"), Account("carol")])
    assert path.stat().st_mode & 0o777 == before
    write(path, [Account("bob", HASH)])
    assert path.stat().st_mode & 0o777 == after


def test_a_file_of_another_owner_stays_theirs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, [])
    given_to: list[tuple[int, int]] = []
    real = os.fstat

    class Other:
        st_uid, st_gid = 4711, 4711

    monkeypatch.setattr(os, "fchown", lambda _, uid, gid: given_to.append((uid, gid)))
    monkeypatch.setattr(os, "fstat", lambda _: Other)
    write(path, [Account("bob")])
    monkeypatch.setattr(os, "fstat", real)
    assert given_to == [(path.stat().st_uid, path.stat().st_gid)]


@needs_root
def test_what_root_changes_the_service_can_change(tmp_path: Path) -> None:
    path = owned(tmp_path / "service") / "users.csv"
    update(path, lambda accounts: [*accounts, Account("erin")])
    assert (owner(path), owner(path.with_name("users.csv.lock"))) == (SERVICE, SERVICE)
    assert as_service(lambda: update(path, lambda accounts: [*accounts, Account("frank")])) == "None"
    assert as_service(lambda: read(path)) == str([Account("erin"), Account("frank")])


@needs_root
def test_a_lock_of_roots_is_named(tmp_path: Path) -> None:
    path = owned(tmp_path / "service") / "users.csv"
    lock = path.with_name("users.csv.lock")
    lock.touch(mode=0o600)
    assert f"it belongs to root. Run: chown {SERVICE} '{lock}'" in as_service(lambda: update(path, list))


@needs_root
@pytest.mark.parametrize(("mode", "after"), [(0o600, 0o600), (0o640, 0o600)])
def test_a_group_that_the_service_is_not_in_does_not_stop_it(tmp_path: Path, mode: int, after: int) -> None:
    """Its own group gets nothing that was the other's."""
    path = owned(tmp_path / "service") / "users.csv"
    write(path, [Account("erin")])
    os.chown(path, SERVICE, 0)
    path.chmod(mode)
    assert as_service(lambda: write(path, [Account("erin"), Account("frank")])) == "None"
    assert path.stat().st_mode & 0o777 == after


def test_a_symbolic_link_stays_one(path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "real.csv"
    write(target, [])
    path.symlink_to(target)
    update(path, lambda accounts: [*accounts, Account("bob")])
    assert path.is_symlink()
    assert read(target) == [Account("bob")]


class PowerCut(BaseException):
    """Not an OSError: nothing in between may swallow it."""


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), PowerCut()])
@pytest.mark.parametrize("call", ["os.fsync", "os.fchmod", "pathlib.Path.replace"])
def test_after_a_failure_the_old_file_stands_and_nothing_is_left_over(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str, failure: BaseException
) -> None:
    write(path, [Account("bob")])

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(call, fail)
    with pytest.raises((UsersFileError, PowerCut)) as refusal:
        write(path, [])
    monkeypatch.undo()
    assert read(path) == [Account("bob")]
    assert list(path.parent.iterdir()) == [path]
    assert isinstance(failure, PowerCut) or "No space left on device" in str(refusal.value)


def test_file_then_name_then_directory_reach_the_disk_in_this_order(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        steps.append("directory" if Path(f"/proc/self/fd/{descriptor}").readlink().is_dir() else "file")
        real_fsync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    write(path, [])
    assert steps == ["file", "rename", "directory"]


def test_a_rename_that_may_not_last_is_said_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().is_dir():
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(UsersFileError, match="written, but a power cut may undo it"):
        write(path, [])


def test_a_directory_that_is_not_there_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "users.csv"
    with pytest.raises(UsersFileError, match=r"cannot be written: No such file or directory"):
        write(path, [])
    with pytest.raises(UsersFileError, match=r"cannot be locked by .*users\.csv\.lock: No such file or directory"):
        update(path, list)


@pytest.mark.parametrize(
    "accounts",
    [
        [Account("bob"), Account("b0b")],
        [Account("bob", "hunter2")],
        [Account("bob", None, "\r")],
        [Account("bob", None, "\ud800")],
    ],
)
def test_what_could_not_be_read_again_is_not_written(path: Path, accounts: list[Account]) -> None:
    write(path, [Account("ann")])
    with pytest.raises(UsersFileError):
        write(path, accounts)
    assert read(path) == [Account("ann")]


def test_a_change_that_is_refused_leaves_the_file_and_frees_the_lock(path: Path) -> None:
    write(path, [Account("bob")])

    def refuse(_: list[Account]) -> list[Account]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        update(path, refuse)
    update(path, lambda accounts: [*accounts, Account("ann")])
    assert read(path) == [Account("bob"), Account("ann")]


ADD_TEN = """
import sys
from pathlib import Path
from duologue.core.names import Account
from duologue.server.storage.users_file import update
for n in range(10):
    update(Path(sys.argv[1]), lambda accounts: [*accounts, Account(f"{sys.argv[2]}{n}")])
"""


def test_programs_that_add_at_once_lose_nothing(path: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", ADD_TEN, str(path), name]) for name in ("ann", "bea", "cat")]
    assert [process.wait(timeout=50) for process in running] == [0, 0, 0]
    expected = {f"{name}{n}" for name in ("ann", "bea", "cat") for n in range(10)}
    assert {account.nickname for account in read(path)} == expected


def test_a_name_stays_spelled_as_it_was_written(path: Path) -> None:
    path.write_text("clientID\nνίκος\nBob\n", encoding="utf-8")
    update(path, lambda accounts: [*accounts, Account("ann")])
    assert [(account.nickname, account.spelling) for account in read(path)] == [
        ("νίκοσ", "νίκος"),
        ("bob", "Bob"),
        ("ann", ""),
    ]
    assert path.read_text(encoding="utf-8").split(",")[3].split("\n")[1] == "νίκος"


def test_nobody_spells_themselves_as_somebody_else(path: Path) -> None:
    """AIice, with a capital i, is told apart by its key only."""
    path.write_text("clientID\nAIice\nalice\nBob\n", encoding="utf-8")
    assert [account.shown for account in read(path)] == ["aiice", "alice", "Bob"]
