"""The users file and the store in step: sessions end, births are on the disk, and then the new ones come in."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest

from duologue.core.identity import Identity
from duologue.core.names import Account
from duologue.server.accounts import Accounts, identities_of
from duologue.server.storage import users_file
from duologue.server.storage.base import KnownAccount, StoreError
from duologue.server.tables import Users

OLD, NEW = "2026-12-01T11:42:33Z", "2026-12-01T11:42:34Z"
BOB = Account("bob")


class House:
    """Accounts with a hub and a store that note what they are told. The store answers when it `may`: with `failure`,
    where there is one.
    """

    def __init__(self, path: Path, *known: KnownAccount) -> None:
        self.path = path
        self.users = Users([BOB, Account("gina", created=OLD)])
        self.identities = identities_of(known)
        self.happened: list[tuple[object, ...]] = []
        self.may = asyncio.Event()
        self.may.set()
        self.asked = asyncio.Event()
        self.failure: StoreError | None = None
        anybody: Any = self
        self.accounts = Accounts(path, self.users, self.identities, anybody, anybody)

    def writes(self, *accounts: Account) -> None:
        users_file.write(self.path, accounts)

    def can_come(self) -> set[str]:
        return {nickname for nickname in ("bob", "gina", "dave") if self.users.find(nickname)}

    # The hub

    def users_changed(self) -> None:
        self.happened.append(("users", *sorted(self.can_come())))

    def begin_anew(self, nicknames: Collection[str]) -> None:
        if nicknames:
            self.happened.append(("anew", *nicknames))

    # The store

    async def accounts_are(self, seen: Sequence[tuple[str, str]], born: Sequence[tuple[str, str]]) -> int:
        self.happened.append(("asked", *(name for name, _ in seen), "born", *(name for name, _ in born)))
        self.asked.set()
        await self.may.wait()
        if self.failure:
            raise self.failure
        self.happened.append(("stored",))
        return 9


@pytest.fixture
async def house(tmp_path: Path) -> House:
    house = House(tmp_path / "users.csv", KnownAccount("bob", ""), KnownAccount("gina", OLD))
    house.writes(BOB, Account("gina", created=OLD))
    await house.accounts.reread()
    assert house.happened == [("users", "bob", "gina")], "nothing to store"
    house.happened.clear()
    return house


async def test_who_is_born_can_come_in_when_the_birth_is_stored_and_not_before(house: House) -> None:
    house.writes(BOB, Account("gina", created=NEW), Account("dave"))
    house.may.clear()
    reading = asyncio.ensure_future(house.accounts.reread())
    await house.asked.wait()
    assert house.can_come() == {"bob"}
    assert house.identities.of("gina") == Identity(OLD)
    house.may.set()
    assert [account.nickname for account in await reading] == ["bob", "gina", "dave"]
    assert [what if what != "anew" else (what, set(whom)) for what, *whom in house.happened] == [
        "users",  # the sessions of those before end
        ("anew", {"gina", "dave"}),  # their chats too
        "asked",
        "stored",
        "users",
    ]
    assert house.happened[0] == ("users", "bob")
    assert house.happened[-1] == ("users", "bob", "dave", "gina")
    assert house.identities.of("gina") == Identity(NEW, 9)


async def test_accounts_that_only_become_known_are_never_out(tmp_path: Path) -> None:
    house = House(tmp_path / "users.csv")
    await house.accounts.begin([BOB, Account("gina", created=OLD)])
    assert house.happened == [("users", "bob", "gina"), ("asked", "bob", "gina", "born"), ("stored",)]


async def test_a_damaged_file_changes_nothing(house: House) -> None:
    house.path.write_text("clientID\nno name\n", encoding="utf-8")
    with pytest.raises(users_file.UsersFileError):
        await house.accounts.reread()
    assert house.happened == []
    assert house.can_come() == {"bob", "gina"}


async def test_where_a_birth_cannot_be_stored_nobody_comes_in_by_the_name(house: House) -> None:
    house.failure = StoreError(house.path, "the disk is full")
    house.writes(BOB, Account("gina", created=NEW))
    for _ in range(2):
        with pytest.raises(StoreError):
            await house.accounts.reread()
        assert house.can_come() == {"bob"}
    house.failure = None
    await house.accounts.reread()
    assert house.identities.of("gina") == Identity(NEW, 9)
    assert house.can_come() == {"bob", "gina"}


async def test_what_was_written_last_counts_however_long_a_birth_takes(house: House) -> None:
    house.writes(BOB, Account("gina", created=NEW))
    house.may.clear()
    first = asyncio.ensure_future(house.accounts.reread())
    await house.asked.wait()
    house.writes(BOB)
    second = asyncio.ensure_future(house.accounts.reread())
    await asyncio.sleep(0.02)
    house.may.set()
    await asyncio.gather(first, second)
    assert house.can_come() == {"bob"}
