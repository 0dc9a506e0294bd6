"""The accounts that the store knows, and what it does when one is born under a name that another had (decision 0047).

Everything that belongs to a nickname, rather than to a chat, is emptied here and nowhere else. Chats stay, as the
partner keeps what they were told; their number says whether they are of the account that has the name now.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from duologue.server.storage.base import KnownAccount

_KNOWN = "SELECT nickname, created, born, first_chat FROM account"
_SEEN = """INSERT INTO account (nickname, created, born, first_chat) VALUES (?, ?, 0, 0)
    ON CONFLICT (nickname) DO UPDATE SET created = excluded.created"""
_BORN = "INSERT OR REPLACE INTO account (nickname, created, born, first_chat) VALUES (?, ?, ?, ?)"
_BELONGINGS = (
    "DELETE FROM mailbox WHERE recipient = ?",
    "DELETE FROM block WHERE nickname = ?",
    "DELETE FROM asking WHERE nickname = ?",
    "DELETE FROM mark WHERE account = ?",
)
_BLOCKS = "SELECT nickname, other FROM block"
_NO_BLOCK = "DELETE FROM block WHERE nickname = ? AND other = ?"


class Birth(NamedTuple):
    """Where the life of an account begins: at message `born`, and with chat `first_chat` of the store."""

    born: int
    first_chat: int


ALWAYS = Birth(0, 0)
"""The birth of an account that is known since births are noted."""


class Lives:
    """The births of accounts: what is earlier under their names is not their own.

    The writer's thread has one and the loop has another, as neither may wait for the other to look something up.
    """

    def __init__(self, accounts: Iterable[KnownAccount]) -> None:
        self._births = {known.nickname: Birth(known.born, known.first_chat) for known in accounts if known.first_chat}

    def begin(self, born: Iterable[tuple[str, str]], birth: Birth) -> int:
        """Note births; return their number."""
        self._births.update({nickname: birth for nickname, _ in born})
        return birth.born

    def first_chat(self, *nicknames: str) -> int:
        """Return the number from which chats between these people are their own."""
        return max(self.of(nickname).first_chat for nickname in nicknames)

    def of(self, nickname: str) -> Birth:
        return self._births.get(nickname, ALWAYS)


def known_accounts(connection: sqlite3.Connection) -> list[KnownAccount]:
    return [KnownAccount(*row) for row in connection.execute(_KNOWN)]


def note_accounts(
    connection: sqlite3.Connection, seen: Sequence[tuple[str, str]], born: Sequence[tuple[str, str]], birth: Birth
) -> None:
    """Note accounts that are as before, and those that are born: nothing is left to these of another of their name."""
    connection.executemany(_SEEN, seen)
    _forget(connection, {nickname for nickname, _ in born})
    connection.executemany(_BORN, [(*account, *birth) for account in born])


def _forget(connection: sqlite3.Connection, nicknames: Collection[str]) -> None:
    for statement in _BELONGINGS:
        connection.executemany(statement, [(nickname,) for nickname in nicknames])
    # No index has those who are blocked, so all are looked at: once, however many are born together.
    blocks = connection.execute(_BLOCKS).fetchall() if nicknames else []
    connection.executemany(_NO_BLOCK, [(nickname, other) for nickname, other in blocks if other in nicknames])
