"""The way in: nickname, password, a token, three sockets that belong together. Whoever comes through is handed to the
hub.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest

from duologue.core.accounts import Account, nickname_key
from duologue.core.admission import address_key, is_loopback
from duologue.core.commands import SocketKind
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events import LoggedIn, LoginDenied, PasswordWanted, Refused
from duologue.core.pace import Tries
from duologue.core.places import Places
from duologue.guests import Guests
from duologue.link import Link
from duologue.passes import Passes
from duologue.passwords import PasswordPool, PoolBusy
from duologue.settings import Settings
from duologue.tables import Users

log = logging.getLogger(__name__)

TOKEN_BYTES = 32
"""256 random bits (design: attaching a socket to somebody else's login has to be hopeless)."""

_PASSWORD_WINDOW = 60.0

_NOT_BY_NAME_ALONE = LoginDenied(
    "denied",
    "Unknown nickname, or one that does not come in by itself: an account with a password needs client.py, and so does "
    "one on another machine.",
)
"""The same for who is unknown and who has a password, so that nobody learns which."""

_BAD_PASS = LoginDenied("bad_pass", "You have to log in again, with your nickname and password.")


@dataclass(slots=True, eq=False)
class Login:
    """One client on its way in, from the first line of its login socket until the third socket attaches."""

    login_socket: Link
    nickname: str = ""
    is_by_name_alone: bool = False
    """Through a front door that knows no passwords."""
    refusals: int = 0
    token_digest: bytes | None = None
    token_deadline: float = 0.0
    attached: dict[SocketKind, Link] = field(default_factory=dict)


class LoginDesk:
    """Everybody who is on the way in. `complete` is called with each login that has all its sockets.

    `denied` counts the refusals, by their code.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        users: Users,
        guests: Guests,
        passwords: PasswordPool,
        passes: Passes,
        places: Places,
        time: Callable[[], float],
        complete: Callable[[Login], None],
    ) -> None:
        self._users = users
        self._guests = guests
        self._passwords = passwords
        self._passes = passes
        self._places = places
        self.denied: Counter[str] = Counter()
        self._limits = settings.limits
        self._passwordless_from_anywhere = settings.allow_passwordless
        self._has_proxy = bool(settings.web_origins)
        self._time = time
        self._complete = complete
        self._tries = Tries(settings.limits.password_tries, _PASSWORD_WINDOW)
        self._deadlines: dict[Link, float] = {}
        self._logins: dict[Link, Login] = {}
        self._by_token: dict[bytes, Login] = {}
        self._checks: set[asyncio.Task[None]] = set()

    # Sockets come and go

    def connected(self, link: Link) -> None:
        """A socket has `login_timeout` seconds to become part of a complete login."""
        self._deadlines[link] = self._time() + self._limits.login_timeout

    def lost(self, link: Link) -> None:
        """A socket closed before its login was complete: what was attached to it goes with it."""
        self._deadlines.pop(link, None)
        login = self._logins.pop(link, None)
        if login:
            self._give_up(login)

    def sweep(self, now: float) -> None:
        """Close what has not come through in time. All have equally long, so the oldest are first."""
        while self._deadlines and (oldest := next(iter(self._deadlines.items())))[1] <= now:
            self._too_slow(oldest[0], f"A login has to be complete within {self._limits.login_timeout:g} s.")
        while self._by_token and (login := next(iter(self._by_token.values()))).token_deadline <= now:
            self._too_slow(
                login.login_socket, f"The other two sockets have to attach within {self._limits.token_lifetime:g} s."
            )

    def _too_slow(self, link: Link, text: str) -> None:
        self.denied["too_slow"] += 1
        link.tell(Refused("too_slow", text))
        self.lost(link)
        link.close()

    def _give_up(self, login: Login) -> None:
        if login.token_digest:
            self._by_token.pop(login.token_digest, None)
        self._places.forget(login.login_socket)
        for link in (login.login_socket, *login.attached.values()):
            self._logins.pop(link, None)
            self._deadlines.pop(link, None)
            link.close()

    # The dialogue on the login socket

    def give_nickname(self, link: Link, nickname: str, *, is_all: bool = False) -> None:
        """`is_all`: there is no way to ask for a password, and whoever needs one is refused."""
        login = self._logins.get(link) or self._begin(link, is_by_name_alone=is_all)
        try:
            login.nickname = nickname_key(nickname)
        except PeerError as error:
            self._deny(login, LoginDenied(error.code, error.text))
            return
        account = self._users.find(login.nickname)
        if account and self._needs_no_password(account, link):
            self._make_way(login)
            self._grant(login)
        elif is_all:
            self._deny(login, _NOT_BY_NAME_ALONE)
        else:
            link.tell(PasswordWanted())

    def _begin(self, link: Link, *, is_by_name_alone: bool) -> Login:
        """Raises FatalPeerError where there is no room for what it takes to complete it."""
        if not link.is_all_three:
            self._places.expect(link, len(SocketKind) - 1)
        login = self._logins[link] = Login(link, is_by_name_alone=is_by_name_alone)
        return login

    def _make_way(self, login: Login) -> None:
        """A client that could not attach all its sockets begins anew, and leaves its half of a login behind."""
        for older in [*self._by_token.values()] if login.is_by_name_alone else ():
            is_same = older.nickname == login.nickname and older.login_socket.address == login.login_socket.address
            if older.is_by_name_alone and is_same:
                self._give_up(older)

    def come_in(self, link: Link, typed: str) -> None:
        """A guest, through a front door whose single socket is all three: the whole login."""
        try:
            nickname = self._guests.admit(typed.strip(), link.port)
        except PeerError as error:
            self._deny(self._logins.setdefault(link, Login(link)), LoginDenied(error.code, error.text))
            return
        self.forget(link)
        link.tell(LoggedIn("", nickname))
        self._complete(Login(link, nickname, attached={SocketKind.CHAT: link, SocketKind.CHECK: link}))

    def give_pass(self, link: Link, token: str) -> None:
        """Instead of nickname and password: the whole login, of a socket that is all of its client's."""
        login = self._logins.setdefault(link, Login(link))
        account = self._passes.account_of(token, self._users.find)
        if account and (account.password_hash or self._needs_no_password(account, link)):
            login.nickname = account.nickname
            self._grant(login)
        else:
            self._deny(login, _BAD_PASS)

    def give_password(self, link: Link, password: str) -> None:
        login = self._logins[link]
        key = (login.nickname, address_key(link.address))
        now = self._time()
        wait = self._tries.wait(key, now)
        if wait > 0:
            self._deny(login, LoginDenied("throttled", f"Too many tries; the next is due in {wait:.0f} s."))
            return
        self._tries.note(key, now)
        check = asyncio.get_running_loop().create_task(self._check_password(login, password))
        self._checks.add(check)
        check.add_done_callback(self._checks.discard)

    async def _check_password(self, login: Login, password: str) -> None:
        account = self._users.find(login.nickname)
        password_hash = account.password_hash if account and not account.disabled else None
        try:
            right = await self._passwords.verify(password_hash, password)
            denied = LoginDenied("denied", "Unknown nickname or wrong password.")
        except PoolBusy:
            right = False
            denied = LoginDenied("busy", "Too many logins at this moment; try again in a few seconds.")
        if self._logins.get(login.login_socket) is not login:
            return
        if right and self._belongs(login):
            self._tries.forgive((login.nickname, address_key(login.login_socket.address)))
            self._grant(login)
        else:
            self._deny(login, denied)

    def _belongs(self, login: Login) -> bool:
        """Asked again after every wait: the users file can have been reread in the meantime."""
        account = self._users.find(login.nickname)
        return account is not None and not account.disabled

    def _needs_no_password(self, account: Account, link: Link) -> bool:
        if account.disabled or account.password_hash:
            return False
        by_proxy = self._has_proxy and link.is_all_three  # its address says nothing of where the page is
        return self._passwordless_from_anywhere or (is_loopback(link.address) and not by_proxy)

    def _deny(self, login: Login, denied: LoginDenied) -> None:
        log.info(
            "login denied", extra={"nickname": login.nickname, "peer": login.login_socket.peer, "reason": denied.code}
        )
        self.denied[denied.code] += 1
        login.login_socket.tell(denied)
        login.refusals += 1
        if login.refusals >= login.login_socket.door.tries:
            self.lost(login.login_socket)
        elif login.is_by_name_alone or login.login_socket.is_all_three:
            # Its connection is open before somebody begins to type, or types again.
            del self._deadlines[login.login_socket]
            self.connected(login.login_socket)

    def _grant(self, login: Login) -> None:
        link = login.login_socket
        account = self._users.find(login.nickname)
        if link.is_all_three and account:
            self.forget(link)
            link.tell(LoggedIn(self._passes.issue(account), login.nickname))
            login.attached = {SocketKind.CHAT: link, SocketKind.CHECK: link}
            self._complete(login)
        else:
            self._grant_token(login)

    def _grant_token(self, login: Login) -> None:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        login.token_digest = _digest(token)
        login.token_deadline = self._time() + self._limits.token_lifetime
        self._by_token[login.token_digest] = login
        login.login_socket.tell(LoggedIn(token, login.nickname))

    # The other two sockets

    def attach(self, link: Link, kind: SocketKind, token: str) -> None:
        """Attach `link` to the login that `token` was given to.

        Raises FatalPeerError, the same whatever is wrong with the token.
        """
        digest = _digest(token)
        login = self._by_token.get(digest)
        if login is None or not self._may_attach(login, kind, digest):
            raise FatalPeerError(
                "bad_token",
                "This token attaches no such socket: it is wrong, used, too old or somebody else's. Log in again.",
            )
        login.attached[kind] = link
        self._places.came(login.login_socket)
        self._logins[link] = login
        if len(login.attached) == len(SocketKind) - 1:
            self._finish(login)

    def _may_attach(self, login: Login, kind: SocketKind, digest: bytes) -> bool:
        in_time = self._time() < login.token_deadline
        return in_time and kind not in login.attached and _same(login, digest) and self._belongs(login)

    def _finish(self, login: Login) -> None:
        assert login.token_digest
        del self._by_token[login.token_digest]
        for link in (login.login_socket, *login.attached.values()):
            self.forget(link)
        self._complete(login)

    def forget(self, link: Link) -> None:
        """`link` has come through."""
        self._logins.pop(link, None)
        self._deadlines.pop(link, None)


def _digest(token: str) -> bytes:
    """Tokens are kept and found by their digest: how long a lookup takes tells nothing about the token."""
    return sha256(token.encode(errors="replace")).digest()


def _same(login: Login, digest: bytes) -> bool:
    return login.token_digest is not None and compare_digest(login.token_digest, digest)
