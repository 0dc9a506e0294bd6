"""The accounts of a running server: read from the users file, at the start and when an operator has changed it.

An account is known by its birth (decision 0047). Somebody born begins with nothing of an earlier account of the name:
its sessions and chats end first, then the birth is on the disk, and only then can the new one log in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from duologue.core.identity import Identities, Identity, Reading
from duologue.core.names import Account
from duologue.server.hub import Hub
from duologue.server.storage import users_file
from duologue.server.storage.base import KnownAccount, Store
from duologue.server.tables import Users


def identities_of(known: Iterable[KnownAccount]) -> Identities:
    return Identities({account.nickname: Identity(account.created, account.born) for account in known})


class Accounts:
    """Keeps `users` and the store in step with the file at `path`."""

    def __init__(self, path: Path, users: Users, identities: Identities, store: Store, hub: Hub) -> None:
        self._path = path
        self._users = users
        self._identities = identities
        self._store = store
        self._hub = hub
        self._reading = asyncio.Lock()

    async def begin(self, accounts: Sequence[Account]) -> None:
        """Take the accounts with which the server starts, before anybody can come in. Raises StoreError."""
        await self._take(accounts, self._identities.read(accounts))

    async def reread(self) -> Sequence[Account]:
        """Reread the users file, and return what is in it.

        Raises UsersFileError for a damaged one, which changes nothing, and StoreError where a birth cannot be kept:
        nobody can log in then who was to be born.
        """
        async with self._reading:  # or what was read first could count last
            # In a thread: 10,000 accounts take 150 ms, in which nobody's message would move.
            accounts, reading = await asyncio.to_thread(self._read)
            await self._take(accounts, reading)
            return accounts

    def _read(self) -> tuple[Sequence[Account], Reading]:
        accounts = users_file.read(self._path)
        return accounts, self._identities.read(accounts)

    async def _take(self, accounts: Sequence[Account], reading: Reading) -> None:
        newcomers = reading.newcomers
        self._replace([account for account in accounts if account.nickname not in newcomers])
        self._hub.begin_anew(newcomers)
        born = 0
        if reading.seen or reading.born:
            born = await self._store.accounts_are(reading.seen, reading.born)
        self._identities.note(reading, born)
        if newcomers:
            self._replace(accounts)

    def _replace(self, accounts: Sequence[Account]) -> None:
        self._users.replace(accounts)
        self._hub.users_changed()
