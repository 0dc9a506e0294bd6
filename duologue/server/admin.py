"""The operator's commands: list, add and delete accounts, change a password, and check the store.

Each function returns the sentence to print. Passwords come from a prompt or a pipe, never from the command line,
where every user of the machine could read them.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from duologue.core.names import Account, nickname_key, skeleton, spelling_of
from duologue.server.auth.passwords import hash_password
from duologue.server.storage import users_file
from duologue.server.storage.checkup import examine
from duologue.server.tables import Users


class AdminError(Exception):
    """Raised when the command cannot be done; the message says why, and what to do."""


def list_users(users_path: Path) -> str:
    """Return the users table as text, without hashes."""
    users = Users(users_file.read(users_path))
    return str(users.public()) if users else f"{users_path} has no accounts."


def add_user(users_path: Path, nickname: str, *, ask_password: Callable[[str], str], no_password: bool = False) -> str:
    """Register a user; a missing file is made.

    `ask_password` is given the nickname and returns the password. Raises AdminError, BadNickname, BadPassword or
    UsersFileError, and changes nothing then.
    """
    key = nickname_key(nickname)
    _check_free(users_file.read_or_empty(users_path), key)  # before anyone is made to think up a password
    spelling = spelling_of(nickname, key)
    password_hash = None if no_password else _asked_hash(spelling or key, ask_password)
    created = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"  # to the second, which tells two accounts of one name apart

    def added(accounts: list[Account]) -> list[Account]:
        _check_free(accounts, key)
        return [*accounts, Account(key, password_hash, created, spelling=spelling)]

    users_file.update(users_path, added)
    how = "without a password: the nickname alone logs in" if no_password else "with a password"
    return f"Added {spelling or key}, {how}."


def change_password(users_path: Path, nickname: str, *, ask_password: Callable[[str], str]) -> str:
    """Give a user a new password, or a first one. Raises as `add_user` does."""
    key = nickname_key(nickname)
    shown = _shown(users_file.read(users_path), key)
    password_hash = _asked_hash(shown, ask_password)

    def changed(accounts: list[Account]) -> list[Account]:
        _shown(accounts, key)
        return [replace(a, password_hash=password_hash) if a.nickname == key else a for a in accounts]

    users_file.update(users_path, changed)
    return f"Changed the password of {shown}."


def delete_user(users_path: Path, nickname: str) -> str:
    """Remove a user from the file. Raises AdminError, BadNickname or UsersFileError."""
    key = nickname_key(nickname)
    shown = _shown(users_file.read(users_path), key)

    def without(accounts: list[Account]) -> list[Account]:
        _shown(accounts, key)
        return [a for a in accounts if a.nickname != key]

    users_file.update(users_path, without)
    return f"Deleted {shown}."


def check_store(store_path: Path) -> str:
    """Check whether all of the store is as it was written. Raises AdminError with the faults, StoreError if there is
    none.
    """
    examined = examine(store_path)
    if examined.faults:
        found = "\n  ".join(examined.faults)
        raise AdminError(
            f"{store_path} is damaged:\n  {found}\nA backup may have what is lost here "
            "(`python server.py restore FILE`). Look after the disk: what it has done once it does again."
        )
    return f"{store_path} is whole: {examined.messages} messages are as they were written."


def ask_password(nickname: str) -> str:
    """Return a new password: typed twice at a terminal without echo, or one line of a pipe. Raises AdminError."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    try:
        first = getpass.getpass(f"Password for {nickname}: ")
        second = getpass.getpass("The same again: ")
    except EOFError as error:
        raise AdminError("No password was given; nothing was changed.") from error
    if first != second:
        raise AdminError("The two passwords differ; nothing was changed.")
    return first


def _asked_hash(shown: str, ask: Callable[[str], str]) -> str:
    password = ask(shown)
    if not password:
        raise AdminError("An empty password is none; `adduser NICK --no-password` makes an account without one.")
    return hash_password(password)


def _check_free(accounts: Sequence[Account], key: str) -> None:
    looks = skeleton(key)
    for account in accounts:
        if account.nickname == key:
            name = account.shown
            raise AdminError(
                f"{name} already exists; `passwd {name}` changes the password, `deluser {name}` deletes it."
            )
        if skeleton(account.nickname) == looks:
            raise AdminError(f"{key} looks like {account.shown}, who already exists; choose another nickname.")


def _shown(accounts: Sequence[Account], key: str) -> str:
    """How a user is spelled who has to be there."""
    for account in accounts:
        if account.nickname == key:
            return account.shown
    raise AdminError(f"There is no user {key}; `python server.py users` lists them all.")
