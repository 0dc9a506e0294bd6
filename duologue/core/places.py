"""How many sockets there is room for, and how many are promised to those who have begun to log in. Knows no socket."""

from __future__ import annotations

from duologue.core.commands.chat import SocketKind
from duologue.core.errors import FatalPeerError
from duologue.core.events.chat import Refused

SERVER_FULL = Refused(
    "server_full", "The server is full: there is no room for another client now. Try again in a minute."
)


class Places:
    """One for a server: the process's limit is for all of its doors. There are `most` places.

    A socket that may be one of three is let in up to `overdraft` beyond them: it may be one that is awaited, as its
    first line shows. So a login that has begun can be completed, however many come with it.
    """

    def __init__(self, most: int, overdraft: int) -> None:
        self.most = most
        self.taken = 0
        self._overdraft = overdraft
        self._awaited: dict[object, int] = {}
        self._awaited_in_all = 0

    @property
    def clients(self) -> int:
        """For how many there is room who have three sockets each."""
        return self.most // len(SocketKind)

    @property
    def has_room(self) -> bool:
        """For a socket that is all that its client has."""
        return self.taken + self._awaited_in_all < self.most

    @property
    def has_room_for_one_of_three(self) -> bool:
        return self.taken < self.most + self._overdraft

    def take(self) -> None:
        self.taken += 1

    def give_back(self) -> None:
        self.taken -= 1

    def expect(self, login: object, sockets: int) -> None:
        """`login` has a place: keep places for its other sockets. Raises FatalPeerError where there are none."""
        if self.taken + self._awaited_in_all + sockets > self.most:
            raise FatalPeerError(SERVER_FULL.code, SERVER_FULL.text)
        self._awaited[login] = sockets
        self._awaited_in_all += sockets

    def came(self, login: object) -> None:
        """One of its other sockets is there."""
        if self._awaited[login] > 1:
            self._awaited[login] -= 1
            self._awaited_in_all -= 1
        else:
            self.forget(login)

    def forget(self, login: object) -> None:
        """Nothing more is awaited; harmless when nothing was."""
        self._awaited_in_all -= self._awaited.pop(login, 0)
