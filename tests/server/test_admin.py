"""What an operator can do with accounts, and every way in which it is refused."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from duologue.core.names import Account, BadNickname
from duologue.server import admin
from duologue.server.admin import AdminError, add_user, change_password, check_store, delete_user, list_users
from duologue.server.auth.passwords import BadPassword, PasswordPool
from duologue.server.storage.base import Letter
from duologue.server.storage.users_file import UsersFileError, read, write
from tests.server.storage.conftest import Listener


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "users.csv"
    write(path, [Account("bob"), Account("ann", disabled=True)])
    return path


async def test_a_store_is_whole_or_damaged_in_words(tmp_path: Path) -> None:
    listener = Listener(tmp_path / "messages.db")
    store = listener.open()
    await store.hand_in(Letter("s", 1, "alice", "bob", b":hello\n", 1.0))
    await store.close()
    assert check_store(listener.path) == f"{listener.path} is whole: 1 messages are as they were written."
    with closing(sqlite3.connect(listener.path)) as connection:
        connection.execute("UPDATE chunk SET crc = 0")
        connection.commit()
    with pytest.raises(AdminError, match=r"is damaged:\n  Damaged: chunk 1, 1 message between alice and bob\."):
        check_store(listener.path)


def horse(_: str) -> str:
    return "correct horse"


def not_asked(_: str) -> str:
    raise AssertionError("nobody should have been asked for a password")


async def has_password(path: Path, name: str, password: str) -> bool:
    (account,) = [account for account in read(path) if account.nickname == name]
    pool = PasswordPool()
    try:
        return await pool.verify(account.password_hash, password)
    finally:
        pool.close()


async def test_a_user_is_added_with_the_password_that_was_asked_for(path: Path) -> None:
    asked: list[str] = []

    def ask(name: str) -> str:
        asked.append(name)
        return "correct horse"

    said = add_user(path, "Eve", ask_password=ask)
    assert said.startswith("Added Eve, with a password.")
    assert "correct horse" not in said
    assert asked == ["Eve"]
    assert await has_password(path, "eve", "correct horse")
    created = datetime.strptime(read(path)[-1].created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(created - datetime.now(UTC)) < timedelta(minutes=1)
    assert read(path)[-1].spelling == "Eve"
    assert [account.nickname for account in read(path)] == ["bob", "ann", "eve"]


def test_a_user_without_a_password_is_not_asked_for_one(path: Path) -> None:
    assert "without a password" in add_user(path, "eve", ask_password=not_asked, no_password=True)
    assert read(path)[-1].password_hash is None


def test_a_missing_file_is_made_by_the_first_user(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    add_user(path, "eve", ask_password=not_asked, no_password=True)
    assert [account.nickname for account in read(path)] == ["eve"]


@pytest.mark.parametrize(
    ("name", "error", "why"),
    [
        ("bob", AdminError, "bob already exists"),
        ("BOB", AdminError, "bob already exists"),
        ("b0b", AdminError, "b0b looks like bob"),
        ("server", BadNickname, "keeps for itself"),
        ("two words", BadNickname, "cannot be part"),
    ],
)
def test_a_name_that_cannot_be_added_is_refused_before_a_password_is_asked_for(
    path: Path, name: str, error: type[Exception], why: str
) -> None:
    before = path.read_bytes()
    with pytest.raises(error, match=why):
        add_user(path, name, ask_password=not_asked)
    assert path.read_bytes() == before


def test_a_name_taken_while_the_password_was_typed_is_refused(path: Path) -> None:
    def slow(name: str) -> str:
        add_user(path, name, ask_password=not_asked, no_password=True)
        return "correct horse"

    with pytest.raises(AdminError, match="already exists"):
        add_user(path, "eve", ask_password=slow)
    assert read(path)[-1].password_hash is None


@pytest.mark.parametrize("command", [add_user, change_password])
@pytest.mark.parametrize(
    ("password", "error", "why"), [("", AdminError, "--no-password"), ("p" * 257, BadPassword, "256")]
)
def test_a_password_that_is_none_changes_nothing(
    path: Path, command: object, password: str, error: type[Exception], why: str
) -> None:
    before = path.read_bytes()
    name = "eve" if command is add_user else "bob"
    with pytest.raises(error, match=why):
        command(path, name, ask_password=lambda _: password)  # type: ignore[operator]
    assert path.read_bytes() == before


async def test_a_password_is_changed_and_the_rest_of_the_account_stays(path: Path) -> None:
    assert change_password(path, "ANN", ask_password=horse).startswith("Changed the password of ann.")
    assert await has_password(path, "ann", "correct horse")
    bob, ann = read(path)
    assert bob == Account("bob")
    assert ann.disabled


def test_a_user_is_deleted(path: Path) -> None:
    assert delete_user(path, "Bob").startswith("Deleted bob.")
    assert [account.nickname for account in read(path)] == ["ann"]


def test_an_operator_reads_a_name_as_its_account_spells_it(path: Path) -> None:
    add_user(path, "Νίκος", ask_password=not_asked, no_password=True)
    said = change_password(path, "νίκοσ", ask_password=lambda name: {"Νίκος": "correct horse"}[name])
    assert said == "Changed the password of Νίκος."
    assert str(list_users(path)).splitlines()[-1].split()[0] == "Νίκος"
    with pytest.raises(AdminError, match=r"^Νίκος already exists; `passwd Νίκος`"):
        add_user(path, "ΝΊΚΟΣ", ask_password=not_asked)
    assert delete_user(path, "ΝΊΚΟΣ") == "Deleted Νίκος."


def test_who_is_not_there_cannot_be_changed_or_deleted(path: Path) -> None:
    with pytest.raises(AdminError, match="no user eve"):
        change_password(path, "eve", ask_password=not_asked)
    with pytest.raises(AdminError, match="no user eve"):
        delete_user(path, "eve")
    with pytest.raises(BadNickname):
        delete_user(path, "e v e")


def test_a_user_deleted_while_the_password_was_typed_does_not_come_back(path: Path) -> None:
    def slow(name: str) -> str:
        delete_user(path, name)
        return "correct horse"

    with pytest.raises(AdminError, match="no user bob"):
        change_password(path, "bob", ask_password=slow)
    assert [account.nickname for account in read(path)] == ["ann"]


def test_without_a_file_there_is_nobody_to_list_change_or_delete(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    with pytest.raises(UsersFileError, match="adduser"):
        list_users(path)
    with pytest.raises(UsersFileError, match="adduser"):
        delete_user(path, "bob")
    with pytest.raises(UsersFileError, match="adduser"):
        change_password(path, "bob", ask_password=not_asked)


def test_the_list_shows_everybody_and_no_hash(path: Path) -> None:
    change_password(path, "bob", ask_password=horse)
    lines = list_users(path).splitlines()
    assert lines[0].split() == ["clientID", "password", "created", "disabled"]
    assert [line.split() for line in lines[1:]] == [["bob", "yes", "no"], ["ann", "no", "yes"]]
    assert "argon2" not in list_users(path)


def test_the_list_of_nobody_says_so(path: Path) -> None:
    write(path, [])
    assert list_users(path) == f"{path} has no accounts."


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def type_in(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Sit at a terminal and answer the prompts; the list fills with what was asked."""
    prompts: list[str] = []
    left = iter(answers)

    def getpass(prompt: str) -> str:
        prompts.append(prompt)
        for answer in left:
            return answer
        raise EOFError

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", getpass)
    return prompts


def test_at_a_terminal_a_password_is_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = type_in(monkeypatch, "correct horse", "correct horse")
    assert admin.ask_password("bob") == "correct horse"
    assert prompts == ["Password for bob: ", "The same again: "]


@pytest.mark.parametrize(
    ("answers", "why"), [(["one", "two"], "differ"), ([], "No password"), (["one"], "No password")]
)
def test_two_different_passwords_or_none_are_refused(
    monkeypatch: pytest.MonkeyPatch, answers: list[str], why: str
) -> None:
    type_in(monkeypatch, *answers)
    with pytest.raises(AdminError, match=why):
        admin.ask_password("bob")


@pytest.mark.parametrize(
    ("piped", "password"),
    [(" correct horse \nmore\n", " correct horse "), ("horse\r\n", "horse"), ("horse", "horse"), ("", "")],
)
def test_from_a_pipe_one_line_is_the_password(monkeypatch: pytest.MonkeyPatch, piped: str, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(piped, newline=""))
    assert admin.ask_password("bob") == password
