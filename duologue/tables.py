"""The two tables that people look at: who may log in, and who is connected.

The server's only use of pandas. Knows rows and columns; opens no file and no socket.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from duologue.core.accounts import Account, BadNickname, looks_of, nickname_key
from duologue.core.text import visible

USER_COLUMNS = ("clientID", "password_hash", "created", "disabled")


class Users:
    """The registered users, by any spelling of their name."""

    users_table: pd.DataFrame

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self.replace(accounts)

    def replace(self, accounts: Iterable[Account]) -> None:
        """Make these the registered users, in this order."""
        self._by_key = {account.nickname: account for account in accounts}
        rows = [(a.nickname, a.password_hash, a.created, a.disabled) for a in self._by_key.values()]
        self.__dict__.pop("looks", None)
        self.users_table = pd.DataFrame(rows, columns=list(USER_COLUMNS), dtype=object).astype({"disabled": bool})

    def find(self, nickname: str) -> Account | None:
        """The account of that name, in any case or width; None where there is none, or can be none."""
        try:
            return self._by_key.get(nickname_key(nickname))
        except BadNickname:
            return None

    def spelling_of(self, key: str) -> str:
        """How an account spells itself; empty where that is its key, or there is none."""
        account = self._by_key.get(key)
        return account.spelling if account else ""

    @cached_property
    def looks(self) -> frozenset[str]:
        """What the registered names look like. Computed when a guest asks: 10,000 names take a moment."""
        return frozenset(look for account in self._by_key.values() for look in looks_of(account.shown))

    def public(self) -> pd.DataFrame:
        """The users table for a screen: instead of a hash, whether there is a password."""
        table = self.users_table
        return pd.DataFrame(
            {
                "clientID": table["clientID"],
                "password": _yes_no(table["password_hash"].notna()),
                "created": table["created"].map(visible),
                "disabled": _yes_no(table["disabled"]),
            },
            dtype=object,
        )


def _yes_no(flags: pd.Series[bool]) -> pd.Series[str]:
    return flags.map({True: "yes", False: "no"})


Cell = str | int | bool | float

# What a free row holds. Infinity was never long ago, so no sweep finds a free row and none has to look for it.
# dtype object for text: pandas' own string type copies a whole column for each cell that is set.
_FREE: dict[str, tuple[Cell, str]] = {
    "clientAddress": ("", "object"),
    "client_nickname": ("", "object"),
    "login_socket": (-1, "int64"),
    "chat_socket": (-1, "int64"),
    "check_socket": (-1, "int64"),
    "in_chat": (False, "bool"),
    "last_seen": (math.inf, "float64"),
    "pinged_at": (math.inf, "float64"),
}
CONNECTION_COLUMNS = tuple(_FREE)
_IN_CHAT = CONNECTION_COLUMNS.index("in_chat")
_LAST_SEEN = CONNECTION_COLUMNS.index("last_seen")
_PINGED_AT = CONNECTION_COLUMNS.index("pinged_at")
_FREE_CELLS = tuple(value for value, _ in _FREE.values())
_NEVER = -math.inf

# Rows allocated ahead: appending one copies the frame (0.3 ms at 1,000 rows, 1.1 ms at 10,000).
ROWS_AHEAD = 1024


class Connections:
    """The connected clients, one row each; a row number names a client until it is removed.

    Sockets are file descriptors, -1 for none. Times are monotonic seconds. Rows that nobody uses stay in the frame;
    `live()` is the frame without them.

    Cells are set with `.iat`, which takes 6 µs however many rows there are (`.loc[row] = …`: 521 µs). Whoever holds on
    to a column of `connection_table` makes pandas copy that column at the next write: look, and let go.
    """

    connection_table: pd.DataFrame

    def __init__(self) -> None:
        self.connection_table = _free_rows(ROWS_AHEAD)
        self._free = list(range(ROWS_AHEAD - 1, -1, -1))
        self._used: set[int] = set()

    def add(self, address: str, nickname: str, login_fd: int, chat_fd: int, check_fd: int, now: float) -> int:
        """Enter a client that has just logged in, and return its row."""
        if not self._free:
            self._grow()
        row = self._free.pop()
        self._used.add(row)
        self._set_row(row, (address, nickname, login_fd, chat_fd, check_fd, False, now, _NEVER))
        return row

    def remove(self, row: int) -> None:
        """Free the row of a client that is gone. Raises KeyError for a row that is free already."""
        self._used.remove(row)
        self._set_row(row, _FREE_CELLS)
        self._free.append(row)

    def set_in_chat(self, row: int, in_chat: bool) -> None:
        self.connection_table.iat[row, _IN_CHAT] = in_chat

    def seen(self, rows: Iterable[int], now: float) -> None:
        """Bytes came from these clients. Rows freed meanwhile are passed over."""
        self._stamp(rows, _LAST_SEEN, now)

    def pinged(self, rows: Iterable[int], now: float) -> None:
        """These clients were sent a PING. Rows freed meanwhile are passed over."""
        self._stamp(rows, _PINGED_AT, now)

    def inactive(self, now: float, limit: float) -> list[int]:
        """The clients that were last seen more than `limit` seconds ago."""
        return _where(now - self._column("last_seen") > limit)

    def quiet(self, now: float, heartbeat: float) -> list[int]:
        """The clients that were neither seen nor pinged in the last `heartbeat` seconds: time to ping them."""
        return _where(now - np.maximum(self._column("last_seen"), self._column("pinged_at")) >= heartbeat)

    def live(self) -> pd.DataFrame:
        """A copy of the rows in use, in row order, numbered from 0."""
        return self.connection_table.iloc[sorted(self._used)].reset_index(drop=True)

    def public(self, now: float) -> pd.DataFrame:
        """The rows in use for a screen: instead of clock times, for how many seconds nothing was heard."""
        table = self.live()
        table["idle"] = (now - table.pop("last_seen")).clip(lower=0).round(1)  # who has no heartbeat counts as heard
        return table.drop(columns="pinged_at")

    def _column(self, name: str) -> NDArray[np.float64]:
        """A view, for one expression only; see the class."""
        return self.connection_table[name].to_numpy(dtype=np.float64)

    def _set_row(self, row: int, cells: tuple[Cell, ...]) -> None:
        cell = self.connection_table.iat
        for column, value in enumerate(cells):
            cell[row, column] = value

    def _stamp(self, rows: Iterable[int], column: int, now: float) -> None:
        self.connection_table.iloc[list(self._used.intersection(rows)), column] = now

    def _grow(self) -> None:
        old = len(self.connection_table)
        self.connection_table = pd.concat([self.connection_table, _free_rows(old)], ignore_index=True)
        self._free = list(range(2 * old - 1, old - 1, -1))


def printed(columns: list[str], rows: list[list[Cell]]) -> str:
    """A table as text for a screen."""
    return pd.DataFrame(rows, columns=columns).to_string(index=False)


def _free_rows(count: int) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([value] * count, dtype=dtype) for name, (value, dtype) in _FREE.items()})


def _where(mask: NDArray[np.bool_]) -> list[int]:
    rows: list[int] = np.flatnonzero(mask).tolist()
    return rows
