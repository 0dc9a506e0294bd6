"""The users file, users.csv: read with suspicion, written whole or not at all.

Knows the file's form and how to replace it safely; core/names.py decides what a nickname may be.
"""

from __future__ import annotations

import contextlib
import csv
import fcntl
import io
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace as changed
from itertools import zip_longest
from pathlib import Path

from duologue.core.names import Account, BadNickname, nickname_key, skeleton, spelling_of
from duologue.core.text import shortened
from duologue.durable import NotSyncedError, replace
from duologue.server.access import give_to_owner, in_words, opened_lock

COLUMNS = ("clientID", "password_hash", "created", "disabled")
_NAMES = {name.casefold(): name for name in COLUMNS}
# What a spreadsheet takes for a formula at the start of a cell (OWASP, CSV injection), and the escape itself.
_ESCAPED = ("=", "+", "-", "@", "\t", "\r", "'")
# The PHC string of argon2id, version 1.3. Seven digits of KiB keep a mistyped cost under 10 GB.
_HASH = re.compile(r"\$argon2id\$v=19\$m=\d{1,7},t=\d{1,2},p=\d{1,2}\$[A-Za-z0-9+/]{11,64}\$[A-Za-z0-9+/]{16,128}")
# A spreadsheet turns what it takes for a truth value into TRUE and FALSE.
_DISABLED = {"yes": True, "true": True, "no": False, "false": False, "": False}
_DELIMITERS = (",", ";", "\t")  # a spreadsheet takes the second where the comma stands in decimal numbers


class UsersFileError(Exception):
    """Raised for a users file that cannot be used. The message names the file, the line where there is one, and what to
    do.
    """

    def __init__(self, path: Path, text: str, line: int | None = None) -> None:
        place = f"{path}" if line is None else f"{path}, line {line}"
        super().__init__(f"{place}: {text}")
        self.path = path
        self.line = line


class NoUsersFileError(UsersFileError):
    """There is no users file yet."""


def read(path: Path) -> list[Account]:
    """Return the accounts in the file's order. Raises UsersFileError for a file that is missing or
    damaged in any way.
    """
    return _parse(path, _text(path))


def read_or_empty(path: Path) -> list[Account]:
    """Do as `read`, but a file that does not exist yet counts as one without accounts."""
    try:
        return read(path)
    except NoUsersFileError:
        return []


def write(path: Path, accounts: Sequence[Account]) -> None:
    """Replace the file by one with these accounts: all of it, on disk when this returns, or nothing.

    The file keeps its owner, a symbolic link to it stays one, and a new file is readable by its owner alone. It keeps
    its mode too, but a file that anybody could read becomes its owner's alone when there are hashes in it. Raises
    UsersFileError, also for accounts that `read` would refuse.
    """
    target = path.resolve()
    content = _formatted(accounts)
    _parse(path, content)
    has_hashes = any(account.password_hash for account in accounts)
    try:
        replace(target, content.encode(), lambda descriptor: _take_after(target, descriptor, has_hashes))
    except NotSyncedError as error:
        text = f"written, but a power cut may undo it ({error.strerror}); check the disk"
        raise UsersFileError(path, text) from error
    except OSError as error:
        text = f"the accounts are as they were, as it cannot be written: {in_words(error, target.parent)}"
        raise UsersFileError(path, text) from error


def update(path: Path, change: Callable[[list[Account]], list[Account]]) -> None:
    """Read, change and write as one step: of two programs at once the second sees what the first wrote.

    A file that does not exist yet counts as one without accounts. If `change` raises, the file stays as it was.
    """
    with _locked(path):
        write(path, change(read_or_empty(path)))


def escape(cell: str) -> str:
    """Return the cell as the file has it, so that a spreadsheet does not run it."""
    return f"'{cell}" if cell.startswith(_ESCAPED) else cell


def unescape(cell: str) -> str:
    """Return what `escape` was given."""
    return cell[1:] if cell.startswith("'") else cell


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise NoUsersFileError(path, "there is no such file; `python server.py adduser NICK` makes it") from error
    except OSError as error:
        raise UsersFileError(path, f"cannot be read: {in_words(error, path)}") from error
    if (nul := raw.find(b"\0")) >= 0:
        raise UsersFileError(path, "there is a NUL byte; save the file as plain UTF-8 text", _line_at(raw, nul))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_at(error.object, error.start)  # error.object: the bytes without the byte-order mark
        raise UsersFileError(path, "not UTF-8; save the file as UTF-8 text", line) from error


def _parse(path: Path, text: str) -> list[Account]:
    delimiter = _delimiter(text)
    rows = _rows(path, text, delimiter)
    line, header = next(rows, (1, []))
    header = [_NAMES.get(name.casefold(), name) for name in header]
    _check_header(path, line, header)
    seen = _Seen(path)
    accounts = []
    for line, cells in rows:
        if len(cells) > len(header):
            text = f"{len(cells)} cells, but {len(header)} columns; remove a {delimiter!r}, or put the cell in quotes"
            raise UsersFileError(path, text, line)
        account = _account(path, line, dict(zip_longest(header, cells, fillvalue="")))
        seen.add(account.nickname, line)
        accounts.append(account)
    return [seen.spelled(account) for account in accounts]


def _line_at(raw: bytes, offset: int) -> int:
    return raw.count(b"\n", 0, offset) + 1


def _delimiter(text: str) -> str:
    """Return what separates the names of the columns."""
    header = text.lstrip().partition("\n")[0]
    return min(_DELIMITERS, key=lambda delimiter: header.find(delimiter) % (len(header) + 1))


def _rows(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the number of its first line. Empty cells at its end are left out, and so are rows of nothing
    else: spreadsheets add and drop them, and editors add blank lines.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            cells = [unescape(cell.strip()) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsersFileError(path, f"not a line of CSV ({error}); check its quotes", line) from error


def _check_header(path: Path, line: int, header: list[str]) -> None:
    if not header or header[0] != COLUMNS[0]:
        found = f"it begins with {_quoted(header[0])}" if header else "it is empty"
        raise UsersFileError(path, f"the first line must name the columns, {','.join(COLUMNS)}; {found}", line)
    for name in header:
        if name not in COLUMNS:
            raise UsersFileError(path, f"unknown column {_quoted(name)}; the columns are {', '.join(COLUMNS)}", line)
        if header.count(name) > 1:
            raise UsersFileError(path, f"column {_quoted(name)} appears twice; remove one", line)


def _account(path: Path, line: int, row: dict[str, str]) -> Account:
    try:
        nickname = nickname_key(row["clientID"])
    except BadNickname as error:
        raise UsersFileError(path, f"{error.text} Correct or remove the line.", line) from error
    password_hash = row.get("password_hash") or None
    if password_hash is not None and not _HASH.fullmatch(password_hash):
        what = f"the password_hash of {nickname} is not an argon2id hash"
        raise UsersFileError(path, f"{what}; empty the cell, then `python server.py passwd {nickname}`", line)
    disabled = row.get("disabled", "").casefold()
    if disabled not in _DISABLED:
        raise UsersFileError(path, f"disabled is {_quoted(disabled)}; write yes or no, or leave it empty", line)
    created = row.get("created", "")
    if not created.isprintable() or created.casefold() in _DISABLED.keys() - {""}:  # a cell is missing before it
        raise UsersFileError(path, f"created is {_quoted(created)}; write a date as 2026-12-31, or nothing", line)
    return Account(nickname, password_hash, created, _DISABLED[disabled], spelling_of(row["clientID"], nickname))


class _Seen:
    """The names read so far and where, to find a second one that is the same or cannot be told apart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: dict[str, tuple[str, int]] = {}

    def add(self, key: str, line: int) -> None:
        other, first = self._lines.setdefault(skeleton(key), (key, line))
        if first == line:
            return
        likeness = "is already" if other == key else f"looks like '{other}'"
        raise UsersFileError(self._path, f"'{key}' {likeness} on line {first}; rename or remove one of the two", line)

    def spelled(self, account: Account) -> Account:
        """Return the account; by its key where its own spelling would look like somebody else:
        AIice is aiice to type.
        """
        if not account.spelling:
            return account
        owner, _ = self._lines.setdefault(skeleton(account.shown), (account.nickname, 0))
        return account if owner == account.nickname else changed(account, spelling="")


def _quoted(cell: str) -> str:
    return f"'{shortened(cell)}'"


def _formatted(accounts: Sequence[Account]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for account in accounts:
        disabled = "yes" if account.disabled else "no"
        cells = (account.shown, account.password_hash or "", account.created, disabled)
        writer.writerow(map(escape, cells))
    return out.getvalue()


def _take_after(target: Path, descriptor: int, has_hashes: bool) -> None:
    """Give the new file the owner of the old one, as root must not take a file from the server's user; its mode too.

    A group that an operator has let in stays in; a file that was open to all was so by oversight.
    """
    if not target.exists():
        give_to_owner(descriptor, target.parent)
        return
    old, new = target.stat(), os.fstat(descriptor)
    is_open = has_hashes and old.st_mode & stat.S_IRWXO
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        try:
            os.fchown(descriptor, old.st_uid, old.st_gid)
        except PermissionError:
            if old.st_uid != new.st_uid:
                raise
            is_open = True  # to a group of our own, and theirs cannot be given to it
    os.fchmod(descriptor, 0o600 if is_open else old.st_mode & 0o7777)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock file beside the users file. The users file itself cannot be locked: each write replaces it."""
    target = path.resolve()
    name = target.with_name(f"{target.name}.lock")
    try:
        lock = opened_lock(name, target)
    except OSError as error:
        raise UsersFileError(path, f"cannot be locked by {name}: {in_words(error, name)}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
