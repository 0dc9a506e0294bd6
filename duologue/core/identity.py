"""The identity of accounts: whether one in the users file is the one that was known by its name, or a new one.

A nickname can be given again, and the next person to have it is somebody else (decision 0047). What tells two accounts
of one name apart is when they were created. Knows no file and no store.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from duologue.core.names import Account

# What `adduser` writes, and wrote: a time, or a date alone. Anything else is what a spreadsheet has made of it, or what
# somebody has noted there; it differs from what was written although the account is the same, so it says nothing.
_RECORDED = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")


@dataclass(frozen=True, slots=True)
class Identity:
    """An account, told apart from others of its name.

    `created` is what the users file says, empty where it has never said it. `born` is the number that the store gave
    its birth, 0 where it is known since births are noted: then everything under its name is its own.
    """

    created: str = ""
    born: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """The news of a users file: accounts as `(nickname, created)`.

    Those that are `born` are new, whoever had the name before; those that are `seen` are the same as before, and only
    now known, or with a date.
    """

    seen: tuple[tuple[str, str], ...]
    born: tuple[tuple[str, str], ...]

    @property
    def newcomers(self) -> frozenset[str]:
        """The nicknames of those who are born."""
        return frozenset(nickname for nickname, _ in self.born)


class Identities:
    """All accounts that were ever known, by nickname. `known` are those of the store.

    Where none is known the accounts that are read are older than this rule: they are born in no reading, or an update
    would take everybody's history away.
    """

    def __init__(self, known: Mapping[str, Identity]) -> None:
        self._known = dict(known)
        self._here: frozenset[str] = frozenset()
        self._gone: frozenset[str] = frozenset()  # seen to be removed, by this process

    def of(self, nickname: str) -> Identity:
        return self._known.get(nickname, Identity())

    def read(self, accounts: Iterable[Account]) -> Reading:
        """Compare the accounts of the users file with those known. They count as known when they have been noted."""
        created = {account.nickname: _recorded(account.created) for account in accounts}
        self._gone |= self._here - created.keys()
        self._here = frozenset(created)
        same = {nickname for nickname in created if self._is_same(nickname, created[nickname])}
        return Reading(
            tuple(found for found in created.items() if found[0] in same and self._is_news(*found)),
            tuple(found for found in created.items() if found[0] not in same),
        )

    def note(self, reading: Reading, born: int) -> None:
        """Note what was read last, when it is on the disk; `born` is the number of the births in it."""
        for nickname, created in reading.seen:
            self._known[nickname] = Identity(created, self.of(nickname).born)
        for nickname, created in reading.born:
            self._known[nickname] = Identity(created, born)
        self._gone -= self._here

    def _is_same(self, nickname: str, created: str) -> bool:
        """Return whether this is the account that was known.

        Times are compared and not ordered, so a clock that was set back makes no difference. Where one of the two is
        missing, somebody may have dropped the column: it is the same, unless it was seen to go in between.
        """
        known = self._known.get(nickname)
        if known is None:
            return not self._known
        if known.created and created:
            return known.created == created
        return nickname not in self._gone

    def _is_news(self, nickname: str, created: str) -> bool:
        known = self._known.get(nickname)
        return known is None or created not in ("", known.created)


def _recorded(created: str) -> str:
    return created if _RECORDED.fullmatch(created) else ""
