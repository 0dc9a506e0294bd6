"""The directory of people: who is here, and the person that a name means, accounts first and guests after them."""

from __future__ import annotations

from duologue.core.admission import address_key
from duologue.core.errors import PeerError
from duologue.core.events.chat import Disconnected
from duologue.core.names import GUEST_MARK, bare, guest_name, is_guest, looks_of, nickname_key
from duologue.core.requests import ChatEnd
from duologue.server.people.guests import Guests
from duologue.server.session import Session
from duologue.server.tables import Users

REMOVED = Disconnected("removed", "Your account was removed or disabled.")
PASSWORD_CHANGED = Disconnected("password_changed", "The password of your account was changed. Log in anew.")
REGISTERED = Disconnected("registered", "Your name belongs to an account now. Come in under another.")


class Directory:
    """Finds people by name. `sessions` are those who are logged in, by nickname."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self.guests = Guests(users)
        self.sessions: dict[str, Session] = {}

    def is_here(self, name: str) -> bool:
        """Return whether somebody here is shown by exactly this name."""
        return name in self.sessions or f"{GUEST_MARK}{name}" in self.sessions

    def is_registered(self, nickname: str) -> bool:
        """Return whether somebody of this nickname can be asked or written to; a guest only while they are here."""
        return nickname in self.sessions if is_guest(nickname) else self._users.find(nickname) is not None

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
        return GUEST_MARK + address_key(self.sessions[nickname].login_socket.address)

    def no_longer_belong(self) -> list[tuple[Session, ChatEnd, Disconnected]]:
        """Return, after the users file was reread, the sessions to end, the reason for their partners, and the words
        for it.
        """
        verdicts = [(session, self._verdict(session)) for session in self.sessions.values()]
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
