"""Places for sockets: how many there are, and how many are reserved for logins that have begun. Knows no socket."""

from __future__ import annotations

from duologue.core.commands.chat import SocketKind
from duologue.core.errors import FatalPeerError
from duologue.core.events.chat import Refused

SERVER_FULL = Refused(
    "server_full", "The server is full: there is no room for another client now. Try again in a minute."
)


class Places:
    """The places of a server, `most` in all: the process's limit is shared by all of its front doors.

    A socket that may be one of three is let in up to `overdraft` beyond them: its first line may show that it is
    awaited. So a login that has begun can be completed, however many come with it.
    """

    def __init__(self, most: int, overdraft: int) -> None:
        self.most = most
        self.taken = 0
        self._overdraft = overdraft
        self._awaited: dict[object, int] = {}
        self._awaited_in_all = 0

    @property
    def clients(self) -> int:
        """The number of clients with three sockets each for which there is room."""
        return self.most // len(SocketKind)

    @property
    def has_room(self) -> bool:
        """Return whether there is room for a socket that is all that its client has."""
        return self.taken + self._awaited_in_all < self.most

    @property
    def has_room_for_one_of_three(self) -> bool:
        return self.taken < self.most + self._overdraft

    def take(self) -> None:
        self.taken += 1

    def give_back(self) -> None:
        self.taken -= 1

    def expect(self, login: object, sockets: int) -> None:
        """Keep places for the other sockets of `login`, which has one. Raises FatalPeerError where there are none."""
        if self.taken + self._awaited_in_all + sockets > self.most:
            raise FatalPeerError(SERVER_FULL.code, SERVER_FULL.text)
        self._awaited[login] = sockets
        self._awaited_in_all += sockets

    def came(self, login: object) -> None:
        """Note that one of the other sockets of `login` has come."""
        if self._awaited[login] > 1:
            self._awaited[login] -= 1
            self._awaited_in_all -= 1
        else:
            self.forget(login)

    def forget(self, login: object) -> None:
        """Release the places kept for `login`; harmless when there are none."""
        self._awaited_in_all -= self._awaited.pop(login, 0)
