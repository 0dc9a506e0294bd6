"""The login: nickname, password, a token, three sockets that belong together. A complete login is handed to the hub."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest

from duologue.core.admission import address_key, is_loopback
from duologue.core.commands.chat import SocketKind
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import LoggedIn, LoginDenied, PasswordWanted, Refused
from duologue.core.guessing import WINDOW, Guess, Tally, begin
from duologue.core.names import Account, nickname_key
from duologue.core.pace import Tries
from duologue.core.places import Places
from duologue.server.auth.passwords import PasswordPool
from duologue.server.auth.session_tokens import SessionTokens
from duologue.server.fair_pool import PoolFull
from duologue.server.people.guests import Guests
from duologue.server.session import Connection, source_of
from duologue.server.tables import Users
from duologue.settings import Settings

log = logging.getLogger(__name__)

TOKEN_BYTES = 32
"""256 random bits (design: attaching a socket to somebody else's login has to be hopeless)."""

_NOT_BY_NAME_ALONE = LoginDenied(
    "denied",
    "Unknown nickname, or one that does not come in by itself: an account with a password needs client.py, and so does "
    "one on another machine.",
)
"""The same for an unknown user and for one with a password, so that nobody learns which."""

_DENIED = LoginDenied("denied", "Unknown nickname or wrong password.")

_BUSY = LoginDenied("busy", "Too many logins at this moment; try again in a few seconds. This was no try.")

_BAD_PASS = LoginDenied("bad_pass", "You have to log in again, with your nickname and password.")


@dataclass(slots=True, eq=False)
class Login:
    """One client that is logging in, from the first line of its login socket until the third socket attaches."""

    login_socket: Connection
    nickname: str = ""
    device: str = ""
    is_by_name_alone: bool = False
    """Whether it came through a front door that knows no passwords."""
    account: Account | None = None
    """The account as it was when it was let in; another password since then, or another account of this name, ends the
    login.
    """
    check: asyncio.Task[None] | None = None
    """The check of its password, running or waiting for its turn."""
    guess: Guess | None = None
    """The try that this counts as, unless the connection ends before the answer."""
    refusals: int = 0
    token_digest: bytes | None = None
    token_deadline: float = 0.0
    attached: dict[SocketKind, Connection] = field(default_factory=dict)


class LoginService:
    """All clients that are logging in. `complete` is called with each login that has all its sockets.

    `denied` counts the refusals, by their code.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        users: Users,
        guests: Guests,
        passwords: PasswordPool,
        session_tokens: SessionTokens,
        places: Places,
        time: Callable[[], float],
        complete: Callable[[Login], None],
    ) -> None:
        self._users = users
        self._guests = guests
        self._passwords = passwords
        self._session_tokens = session_tokens
        self._places = places
        self.denied: Counter[str] = Counter()
        self._limits = settings.limits
        self._passwordless_from_anywhere = settings.allow_passwordless
        self._has_proxy = bool(settings.web_origins)
        self._knows_devices = settings.history  # they follow what is stored; without that, an account has one session
        self._time = time
        self._complete = complete
        most = settings.limits.password_tries
        # Two tables: names that nobody has are free to invent, and must not make us forget tries at those that exist.
        self._tries_at_accounts, self._tries_at_no_account = Tries(most, WINDOW), Tries(most, WINDOW)
        self._tries_from = Tries(settings.limits.password_tries_per_address, WINDOW)
        self._deadlines: dict[Connection, float] = {}
        self._logins: dict[Connection, Login] = {}
        self._by_token: dict[bytes, Login] = {}
        self._checks: set[asyncio.Task[None]] = set()

    # Sockets come and go

    def connected(self, connection: Connection) -> None:
        """Note an accepted connection: it has `login_timeout` seconds to become part of a complete login, with its TLS
        handshake and whatever protocol it turns out to speak.
        """
        self._deadlines[connection] = self._time() + self._limits.login_timeout

    def passed_on(self, connection: Connection, successor: Connection) -> None:
        """Replace a connection that turned out to speak another protocol by its `successor`, with the same deadline."""
        if connection in self._deadlines:
            self._deadlines[successor] = self._deadlines.pop(connection)

    def lost(self, connection: Connection) -> None:
        """Forget a socket that closed before its login was complete: what was attached to it goes with it."""
        self._deadlines.pop(connection, None)
        login = self._logins.pop(connection, None)
        if login:
            self._give_up(login)

    def sweep(self, now: float) -> None:
        """Close what has not logged in in time."""
        for connection in [connection for connection, deadline in self._deadlines.items() if deadline <= now]:
            if connection in self._deadlines:  # it may have gone with another one
                self._too_slow(connection, f"A login has to be complete within {self._limits.login_timeout:g} s.")
        while self._by_token and (login := next(iter(self._by_token.values()))).token_deadline <= now:
            self._too_slow(
                login.login_socket, f"The other two sockets have to attach within {self._limits.token_lifetime:g} s."
            )

    def _too_slow(self, connection: Connection, text: str) -> None:
        login = self._logins.get(connection)
        event = _BUSY if login and login.check else Refused("too_slow", text)
        self.denied[event.code] += 1
        connection.tell(event)
        self.lost(connection)
        connection.dismiss()

    def _give_up(self, login: Login) -> None:
        if login.check and login.guess:
            login.check.cancel()
            login.guess.take_back()
        if login.token_digest:
            self._by_token.pop(login.token_digest, None)
        self._places.forget(login.login_socket)
        for connection in (login.login_socket, *login.attached.values()):
            self._logins.pop(connection, None)
            self._deadlines.pop(connection, None)
            connection.dismiss()

    # The dialogue on the login socket

    def give_nickname(self, connection: Connection, nickname: str, *, is_all: bool = False, device: str = "") -> None:
        """Take a nickname. `is_all`: there is no way to ask for a password, and a user who needs one is refused."""
        login = self._logins.get(connection) or self._begin(connection, is_by_name_alone=is_all)
        login.nickname, login.device = "", device if self._knows_devices else ""
        try:
            login.nickname = nickname_key(nickname)
        except PeerError as error:
            self._deny(login, LoginDenied(error.code, error.text))
            return
        account = login.account = self._users.find(login.nickname)
        if account and self._needs_no_password(account, connection):
            self._make_way(login)
            self._grant(login)
        elif is_all:
            self._deny(login, _NOT_BY_NAME_ALONE)
        else:
            connection.tell(PasswordWanted())

    def _begin(self, connection: Connection, *, is_by_name_alone: bool) -> Login:
        """Begin a login. Raises FatalPeerError where there is no room for what it takes to complete it."""
        if not connection.is_all_three:
            self._places.expect(connection, len(SocketKind) - 1)
        login = self._logins[connection] = Login(connection, is_by_name_alone=is_by_name_alone)
        return login

    def _make_way(self, login: Login) -> None:
        """End the unfinished login of a client that could not attach all its sockets and begins anew."""
        for older in [*self._by_token.values()] if login.is_by_name_alone else ():
            is_same = older.nickname == login.nickname and older.login_socket.address == login.login_socket.address
            if older.is_by_name_alone and is_same:
                self._give_up(older)

    def come_in(self, connection: Connection, typed: str) -> None:
        """Log a guest in, through a front door whose single socket is all three: this is the whole login."""
        try:
            nickname = self._guests.admit(typed.strip(), connection.port)
        except PeerError as error:
            self._deny(self._logins.setdefault(connection, Login(connection)), LoginDenied(error.code, error.text))
            return
        self.forget(connection)
        connection.tell(LoggedIn("", nickname))
        self._complete(
            Login(connection, nickname, attached={SocketKind.CHAT: connection, SocketKind.CHECK: connection})
        )

    def give_pass(self, connection: Connection, token: str, device: str = "") -> None:
        """Log in by session token instead of nickname and password: the whole login, of a socket that is all of its
        client's.
        """
        login = self._logins.setdefault(connection, Login(connection))
        login.device = device if self._knows_devices else ""
        account = self._session_tokens.account_of(token, self._users.find)
        if account and (account.password_hash or self._needs_no_password(account, connection)):
            login.nickname, login.account = account.nickname, account
            self._grant(login)
        else:
            self._deny(login, _BAD_PASS)

    def give_password(self, connection: Connection, password: str) -> None:
        login = self._logins[connection]
        try:
            login.guess = self._guess(login)
        except PeerError as error:
            self._deny(login, LoginDenied(error.code, error.text))
            return
        login.check = asyncio.get_running_loop().create_task(self._check_password(login, password, login.guess))
        self._checks.add(login.check)
        login.check.add_done_callback(self._checks.discard)

    def _guess(self, login: Login) -> Guess:
        """Count a try. Raises PeerError: throttled. On loopback, which may be everybody's by a proxy, tries count by
        account only: a connection is closed after three refusals.
        """
        address = login.login_socket.address
        tries = self._tries_at_accounts if self._users.find(login.nickname) else self._tries_at_no_account
        own = Tally(tries, (login.nickname, address_key(address)))
        others = () if is_loopback(address) else (Tally(self._tries_from, address_key(address)),)
        return begin(own, *others, now=self._time())

    async def _check_password(self, login: Login, password: str, guess: Guess) -> None:
        account = login.account = self._users.find(login.nickname)
        password_hash = account.password_hash if account and not account.disabled else None
        keys = ("from", source_of(login.login_socket)), ("name", login.nickname)
        denied = _DENIED
        try:
            right = await self._passwords.verify(password_hash, password, *keys)
        except PoolFull:
            guess.take_back()
            right, denied = False, _BUSY
        login.check = None
        if right and self._belongs(login):
            guess.was_right()
            self._grant(login)
        else:
            self._deny(login, denied)

    def _belongs(self, login: Login) -> bool:
        """Return whether the login still fits its account. Asked again after every wait: the users file can have been
        reread.
        """
        account = self._users.find(login.nickname)
        if account is None or login.account is None or account.disabled:
            return False
        then = login.account
        return (account.password_hash, account.created) == (then.password_hash, then.created)

    def _needs_no_password(self, account: Account, connection: Connection) -> bool:
        if account.disabled or account.password_hash:
            return False
        by_proxy = self._has_proxy and connection.is_all_three  # its address says nothing of where the page is
        return self._passwordless_from_anywhere or (is_loopback(connection.address) and not by_proxy)

    def _deny(self, login: Login, denied: LoginDenied) -> None:
        connection = login.login_socket
        # Any other name can be a password that was typed one line too early.
        named = {"nickname": login.nickname} if self._users.find(login.nickname) else {}
        log.info("login denied", extra={**named, "peer": connection.peer, "reason": denied.code})
        self.denied[denied.code] += 1
        connection.tell(denied)
        if denied is _BUSY:
            return
        login.refusals += 1
        if login.refusals >= connection.codec.tries:
            self.lost(connection)
        elif login.is_by_name_alone or connection.is_all_three:
            # Its connection is open before somebody begins to type, or types again; `tries` times is the most.
            self.connected(connection)

    def _grant(self, login: Login) -> None:
        connection = login.login_socket
        account = self._users.find(login.nickname)
        if connection.is_all_three and account:
            self.forget(connection)
            connection.tell(LoggedIn(self._session_tokens.issue(account), login.nickname, account.spelling))
            login.attached = {SocketKind.CHAT: connection, SocketKind.CHECK: connection}
            self._complete(login)
        else:
            self._grant_token(login)

    def _grant_token(self, login: Login) -> None:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        login.token_digest = _digest(token)
        login.token_deadline = self._time() + self._limits.token_lifetime
        self._by_token[login.token_digest] = login
        login.login_socket.tell(LoggedIn(token, login.nickname, self._users.spelling_of(login.nickname)))

    # The other two sockets

    def attach(self, connection: Connection, kind: SocketKind, token: str, *, spellings: bool = False) -> None:
        """Attach `connection` to the login that `token` was given to.

        Raises the same FatalPeerError, whatever is wrong with the token.
        """
        digest = _digest(token)
        login = self._by_token.get(digest)
        if login is None or not self._may_attach(login, kind, digest):
            raise FatalPeerError(
                "bad_token",
                "This token attaches no such socket: it is wrong, used, too old or somebody else's. Log in again.",
            )
        login.attached[kind] = connection
        if spellings:
            for told in (login.login_socket, connection):  # each says so itself: no order holds between the two
                told.introduce(self._users.spelling_of)
        self._places.came(login.login_socket)
        self._logins[connection] = login
        if len(login.attached) == len(SocketKind) - 1:
            self._finish(login)

    def _may_attach(self, login: Login, kind: SocketKind, digest: bytes) -> bool:
        in_time = self._time() < login.token_deadline
        return in_time and kind not in login.attached and _same(login, digest) and self._belongs(login)

    def _finish(self, login: Login) -> None:
        assert login.token_digest
        del self._by_token[login.token_digest]
        for connection in (login.login_socket, *login.attached.values()):
            self.forget(connection)
        self._complete(login)

    def forget(self, connection: Connection) -> None:
        """Forget `connection`, whose login is complete."""
        self._logins.pop(connection, None)
        self._deadlines.pop(connection, None)


def _digest(token: str) -> bytes:
    """Return the digest of a token, by which tokens are kept and found: the time of a lookup tells nothing about the
    token.
    """
    return sha256(token.encode(errors="replace")).digest()


def _same(login: Login, digest: bytes) -> bool:
    return login.token_digest is not None and compare_digest(login.token_digest, digest)
