"""The list of people: those who are here, their state, and those who have written. Sans-I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from duologue.core.events.people import Presence, State
from duologue.core.text import visible

_HOW = {
    State.ONLINE: "online",
    State.AWAY: "away",
    State.DO_NOT_DISTURB: "do not disturb",
    State.IN_CHAT: "in a chat",
    State.OFFLINE: "offline",
}


def how(state: State, text: str = "") -> str:
    """Describe somebody's state in a few words."""
    return f"{_HOW[state]}: {visible(text)}" if text else _HOW[state]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person. `note` describes their state; `unread` messages of theirs are waiting to be read. `spelling` is how
    the name is shown, empty if that is the nickname.
    """

    nickname: str
    state: State
    note: str
    unread: int = 0
    asks: bool = False
    spelling: str = ""

    @property
    def name(self) -> str:
        """Safe to show."""
        return visible(self.spelling or self.nickname)


class People:
    def __init__(self) -> None:
        self._here: dict[str, Presence] = {}

    def note(self, presence: Presence) -> None:
        if presence.state is State.OFFLINE:
            self._here.pop(presence.nickname, None)
        else:
            self._here[presence.nickname] = presence

    def clear(self) -> None:
        """Forget everybody."""
        self._here.clear()

    def presence_of(self, nickname: str) -> Presence:
        return self._here.get(nickname, Presence(nickname, State.OFFLINE))

    def rows(self, me: str, unread: Mapping[str, int], asking: Iterable[str], talks: Iterable[str]) -> list[PersonRow]:
        """Return all who are here or involved with us, except ourselves: those who ask first, then those who have
        written.
        """
        asks = frozenset(asking)
        nicknames = {*self._here, *asks, *talks} - {me}
        rows = [self._row(nickname, unread.get(nickname, 0), nickname in asks) for nickname in nicknames]
        return sorted(rows, key=_place_in_list)

    def _row(self, nickname: str, unread: int, asks: bool) -> PersonRow:
        presence = self.presence_of(nickname)
        note = "asks for a chat" if asks else how(presence.state, presence.text)
        return PersonRow(nickname, presence.state, note, unread, asks)


def _place_in_list(row: PersonRow) -> tuple[bool, bool, bool, str]:
    return not row.asks, not row.unread, row.state is State.OFFLINE, row.nickname
