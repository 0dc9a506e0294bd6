"""Guests of the front doors without accounts, and their names, so that none is taken for somebody else."""

from __future__ import annotations

from duologue.core.errors import PeerError
from duologue.core.names import GUEST_MARK, BadNickname, bare, guest_name, looks_of, nickname_key
from duologue.server.tables import Users


class Guests:
    """The guests who are here now."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._by_key: dict[str, str] = {}
        self._looks: dict[str, str] = {}

    def admit(self, typed: str, port: int) -> str:
        """Return the nickname that a guest gets; without a name of their own, one from the `port` they come from.

        Raises PeerError: bad_nickname, or taken where somebody has that name, or one that looks like it.
        """
        nickname = guest_name(typed) if typed else f"{GUEST_MARK}Guest-{port}"
        if typed and self._is_taken(nickname):
            raise PeerError("taken", f"Somebody has the nickname {bare(nickname)}, or one that looks like it.")
        self._by_key[_key(nickname)] = nickname
        for look in looks_of(nickname):
            self._looks[look] = nickname
        return nickname

    def _is_taken(self, nickname: str) -> bool:
        looks = looks_of(nickname)
        return any(look in self._looks for look in looks) or not looks.isdisjoint(self._users.looks)

    def leave(self, nickname: str) -> None:
        self._by_key.pop(_key(nickname), None)
        for look in looks_of(nickname):
            self._looks.pop(look, None)

    def find(self, typed: str) -> str | None:
        """Return the guest of this name, with its mark or without, however it is spelled."""
        return self._by_key.get(_key(typed))


def _key(nickname: str) -> str:
    try:
        return nickname_key(bare(nickname))
    except BadNickname:  # as the names are that we give
        return bare(nickname).casefold()
