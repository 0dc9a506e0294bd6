"""The directory of people: who is here, and the person that a name means, accounts first and guests after them."""

from __future__ import annotations

from duologue.core.admission import address_key
from duologue.core.errors import PeerError
from duologue.core.events.chat import Disconnected
from duologue.core.names import GUEST_MARK, bare, guest_name, is_guest, looks_of, nickname_key
from duologue.core.requests import ChatEnd
from duologue.server.goodbyes import PASSWORD_CHANGED, REGISTERED, REMOVED, TAKEN_OVER, TOO_MANY_DEVICES
from duologue.server.people.guests import Guests
from duologue.server.session import Session
from duologue.server.tables import Users


class Directory:
    """Finds people by name, and the sessions of those who are logged in."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self.guests = Guests(users)
        self._here: dict[str, dict[int, Session]] = {}

    # Who is here

    def enter(self, session: Session) -> None:
        self._here.setdefault(session.nickname, {})[session.id] = session

    def leave(self, session: Session) -> None:
        mine = self._here[session.nickname]
        del mine[session.id]
        if not mine:
            del self._here[session.nickname]

    def __len__(self) -> int:
        """Return how many people are here, with however many sessions."""
        return len(self._here)

    def __contains__(self, nickname: str) -> bool:
        return nickname in self._here

    @property
    def sessions(self) -> list[Session]:
        """Return the sessions of everybody."""
        return [session for mine in self._here.values() for session in mine.values()]

    def sessions_of(self, nickname: str) -> tuple[Session, ...]:
        """Return the sessions of somebody, the oldest first; none of somebody who is not here."""
        return tuple(self._here.get(nickname, {}).values())

    def session(self, nickname: str, number: int | None) -> Session | None:
        """Return one of somebody's sessions, by its number."""
        return self._here.get(nickname, {}).get(number or 0)

    def without_device(self, nickname: str) -> Session | None:
        """Return the session of a client that names no device: an account has one of these at most."""
        return next((session for session in self.sessions_of(nickname) if not session.device), None)

    # Names

    def is_here(self, name: str) -> bool:
        """Return whether somebody here is shown by exactly this name."""
        return name in self._here or f"{GUEST_MARK}{name}" in self._here

    def is_registered(self, nickname: str) -> bool:
        """Return whether somebody of this nickname can be asked or written to; a guest only while they are here."""
        return nickname in self._here if is_guest(nickname) else self._users.find(nickname) is not None

    def spelling_of(self, key: str) -> str:
        """Return how an account spells itself; empty where that is its key, or there is none."""
        return self._users.spelling_of(key)

    def find_person(self, typed: str) -> str:
        """Return the person that somebody means: an account, or else a guest who is here; or else nobody. Raises
        PeerError.
        """
        guest = self.guests.find(typed)
        if guest and (is_guest(typed) or self._users.find(typed) is None):
            return guest
        if is_guest(typed):
            raise PeerError("unknown", "That guest is not here.")
        return nickname_key(typed)

    def find_partner(self, typed: str) -> str:
        """Return the person with whom somebody has talked: a guest may have gone since then. Raises PeerError."""
        has_gone = is_guest(typed) and self.guests.find(typed) is None
        return guest_name(bare(typed)) if has_gone else self.find_person(typed)

    def source_of(self, nickname: str) -> str:
        """Return the source under which requests of somebody who is here are counted.

        An account, whatever session it has; the address of a guest, who may come again under another name.
        """
        if not is_guest(nickname):
            return nickname
        [session] = self.sessions_of(nickname)
        return GUEST_MARK + address_key(session.login_socket.address)

    def in_the_way(self, nickname: str, device: str, most: int) -> list[tuple[Session, Disconnected]]:
        """Return the sessions to end, each with the words for it, before somebody logs in on `device`: one of the same
        device, or where there would be more than `most` the one that was used longest ago. All answer signs of life, so
        silence says nothing; one that is in a chat is the last.
        """
        mine = self.sessions_of(nickname)
        same = [session for session in mine if session.device == device]
        others = sorted(set(mine) - set(same), key=lambda session: (session.chat is not None, session.used))
        surplus = others[: max(0, len(others) - most + 1)]
        return [*((session, TAKEN_OVER) for session in same), *((session, TOO_MANY_DEVICES) for session in surplus)]

    def no_longer_belong(self) -> list[tuple[Session, ChatEnd, Disconnected]]:
        """Return, after the users file was reread, the sessions to end, the reason for their partners, and the words
        for it.
        """
        verdicts = [(session, self._verdict(session)) for session in self.sessions]
        return [(session, *verdict) for session, verdict in verdicts if verdict]

    def _verdict(self, session: Session) -> tuple[ChatEnd, Disconnected] | None:
        if is_guest(session.nickname):
            is_free = looks_of(session.nickname).isdisjoint(self._users.looks)
            return None if is_free else (ChatEnd.REMOVED, REGISTERED)
        account = self._users.find(session.nickname)
        if account is None or account.disabled:
            return ChatEnd.REMOVED, REMOVED
        if account.password_hash != session.password_hash:
            return ChatEnd.LOST, PASSWORD_CHANGED  # the chat waits for somebody who knows the new one
        return None
