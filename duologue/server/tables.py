"""The two tables that people look at: who may log in, and who is connected.

They become data frames when somebody looks, and pandas is imported then, with numpy: they are 0.3 s of a start and
43 MiB, and no message needs them. Knows rows and columns; opens no file and no socket.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING

from duologue.core.names import Account, BadNickname, looks_of, nickname_key
from duologue.core.text import visible

if TYPE_CHECKING:
    import pandas as pd

USER_COLUMNS = ("clientID", "password_hash", "created", "disabled")

Cell = str | int | bool | float


@dataclass(frozen=True, slots=True)
class Table:
    """The shown part of one of the two tables."""

    columns: list[str]
    rows: list[list[Cell]]

    def __str__(self) -> str:
        """Return the table for a screen: a header, and no row numbers."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=self.columns).to_string(index=False)


class Users:
    """The registered users, by any spelling of their name."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self.replace(accounts)

    def replace(self, accounts: Iterable[Account]) -> None:
        """Make these the registered users, in this order."""
        self._by_key = {account.nickname: account for account in accounts}
        self.__dict__.pop("looks", None)

    @property
    def users_table(self) -> pd.DataFrame:
        """Return a row for each account, in their order."""
        import pandas as pd

        rows = [(a.nickname, a.password_hash, a.created, a.disabled) for a in self._by_key.values()]
        return pd.DataFrame(rows, columns=list(USER_COLUMNS), dtype=object).astype({"disabled": bool})

    def __len__(self) -> int:
        return len(self._by_key)

    def find(self, nickname: str) -> Account | None:
        """Return the account of that name, in any case or width; None where there is none, or can be none."""
        try:
            return self._by_key.get(nickname_key(nickname))
        except BadNickname:
            return None

    def spelling_of(self, key: str) -> str:
        """Return how an account spells itself; empty where that is its key, or there is none."""
        account = self._by_key.get(key)
        return account.spelling if account else ""

    @cached_property
    def looks(self) -> frozenset[str]:
        """The looks of the registered names. Computed when a guest asks: 10,000 names take a moment."""
        return frozenset(look for account in self._by_key.values() for look in looks_of(account.shown))

    def public(self) -> Table:
        """Return the users table for a screen: names as spelled; instead of a hash, whether there is a password."""
        rows: list[list[Cell]] = [
            [a.shown, _YES_NO[a.password_hash is not None], visible(a.created), _YES_NO[a.disabled]]
            for a in self._by_key.values()
        ]
        return Table(["clientID", "password", "created", "disabled"], rows)


_YES_NO = {True: "yes", False: "no"}


@dataclass(slots=True)
class _Connected:
    """The row of one client, except for its times. Sockets are file descriptors."""

    address: str
    nickname: str
    login_socket: int
    chat_socket: int
    check_socket: int
    in_chat: bool = False

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.address, self.nickname, self.login_socket, self.chat_socket, self.check_socket, self.in_chat


_TYPES = {
    "clientAddress": "object",
    "client_nickname": "object",
    "login_socket": "int64",
    "chat_socket": "int64",
    "check_socket": "int64",
    "in_chat": "bool",
    "last_seen": "float64",
    "pinged_at": "float64",
}
"""The columns of the source system's table in its order, then the two times."""
_SHOWN = [*_TYPES][:6]

_NEVER = -math.inf


class Connections:
    """The connected clients, one row each; a row number names a client until it is removed.

    Times are monotonic seconds, and never go back. So who was heard longest ago stands first in `_last_seen`, and a
    look at them ends with the first who was heard lately.
    """

    def __init__(self) -> None:
        self._connected: dict[int, _Connected] = {}
        self._last_seen: dict[int, float] = {}
        self._pinged_at: dict[int, float] = {}
        self._free: list[int] = []

    @property
    def connection_table(self) -> pd.DataFrame:
        """Return a row for each client that is connected, in the order of their row numbers, numbered from 0."""
        import pandas as pd

        cells = [(*self._connected[row].cells, *self._times(row)) for row in self._rows()]
        return pd.DataFrame(cells, columns=[*_TYPES]).astype(_TYPES)

    def nicknames(self) -> set[str]:
        """The nicknames of those who are connected."""
        return {connected.nickname for connected in self._connected.values()}

    def add(self, address: str, nickname: str, login_fd: int, chat_fd: int, check_fd: int, now: float) -> int:
        """Enter a client that has just logged in, and return its row. One without a heartbeat was seen at `inf`."""
        row = self._free.pop() if self._free else len(self._connected)
        self._connected[row] = _Connected(address, nickname, login_fd, chat_fd, check_fd)
        if now < math.inf:
            self._last_seen[row] = now
        return row

    def remove(self, row: int) -> None:
        """Free the row of a client that is gone. Raises KeyError for a row that is free already."""
        del self._connected[row]
        self._last_seen.pop(row, None)
        self._pinged_at.pop(row, None)
        self._free.append(row)

    def set_in_chat(self, row: int, in_chat: bool) -> None:
        self._connected[row].in_chat = in_chat

    def seen(self, rows: Iterable[int], now: float) -> None:
        """Note that bytes came from these clients. Rows freed meanwhile are passed over."""
        used = self._used(rows)
        for row in used:
            self._last_seen.pop(row, None)  # its place: a new one is the last
        self._last_seen.update(dict.fromkeys(used, now))

    def pinged(self, rows: Iterable[int], now: float) -> None:
        """Note that these clients were sent a PING. Rows freed meanwhile are passed over."""
        self._pinged_at.update(dict.fromkeys(self._used(rows), now))

    def inactive(self, now: float, limit: float) -> list[int]:
        """Return the clients that were last seen more than `limit` seconds ago."""
        return self._unheard(lambda seen: now - seen > limit)

    def quiet(self, now: float, heartbeat: float) -> list[int]:
        """Return the clients that were neither seen nor pinged in the last `heartbeat` seconds: time to ping them."""
        unheard = self._unheard(lambda seen: now - seen >= heartbeat)
        return [row for row in unheard if now - self._pinged_at.get(row, _NEVER) >= heartbeat]

    def _unheard(self, is_long_ago: Callable[[float], bool]) -> list[int]:
        return sorted(row for row, _ in takewhile(lambda item: is_long_ago(item[1]), self._last_seen.items()))

    def public(self, now: float, spelling_of: Callable[[str], str] = lambda _: "") -> Table:
        """Return the rows in use for a screen: names as their accounts spell them (`spelling_of`), empty where that is
        the key; instead of clock times, for how many seconds nothing was heard.
        """
        rows: list[list[Cell]] = []
        for row in self._rows():
            address, nickname, *others = self._connected[row].cells
            rows.append([address, spelling_of(str(nickname)) or nickname, *others, self._idle(row, now)])
        return Table([*_SHOWN, "idle"], rows)

    def _idle(self, row: int, now: float) -> float:
        return max(0.0, round(now - self._times(row)[0], 1))  # a client without a heartbeat counts as heard

    def _times(self, row: int) -> tuple[float, float]:
        return self._last_seen.get(row, math.inf), self._pinged_at.get(row, _NEVER)

    def _rows(self) -> list[int]:
        return sorted(self._connected)

    def _used(self, rows: Iterable[int]) -> list[int]:
        return [row for row in rows if row in self._connected]
