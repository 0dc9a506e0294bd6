"""Session tokens: kept by a client that has logged in, and shown instead of a password when it comes again.

A token is signed and not stored, so it outlives the server that gave it. It is made with the state of the account at
that moment: another password, or none, or another account of that name makes another signature, and the old token is
worth nothing (decisions 0035 and 0047).
"""

from __future__ import annotations

import hmac
import logging
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

from duologue.core.identity import Identity
from duologue.core.names import Account
from duologue.server.permissions import write_private

log = logging.getLogger(__name__)

LIFETIME = 12 * 3600.0
"""Seconds: a working day with its breaks. Somebody who comes back the next morning types the password once."""

KEY_BYTES = 32
"""As many as HMAC-SHA-256 gives out; more would add nothing."""


class SessionTokens:
    """Makes and checks session tokens. `key` signs them; `wall_clock` is in seconds since 1970, as a token can be older
    than the process. `identity_of` tells the account that has a nickname now from any other.
    """

    def __init__(self, key: bytes, wall_clock: Callable[[], float], *, identity_of: Callable[[str], Identity]) -> None:
        self._key = key
        self._wall_clock = wall_clock
        self._identity_of = identity_of

    def issue(self, account: Account) -> str:
        claim = f"{self._wall_clock() + LIFETIME:.0f} {account.nickname}".encode()
        return f"{_encoded(claim)}.{_encoded(self._signature(claim, account))}"

    def account_of(self, token: str, find: Callable[[str], Account | None]) -> Account | None:
        """Return the account of a token, or None for one that is not valid; `find` gives the account of a nickname."""
        try:
            claim, signature = map(_decoded, token.split("."))
            until, nickname = claim.decode().split(" ")
            is_in_time = self._wall_clock() < int(until)
        except ValueError:
            return None
        account = find(nickname)
        is_ours = self._is_signed(signature, claim, account or Account(nickname))
        return account if account and is_ours and is_in_time and not account.disabled else None

    def _is_signed(self, signature: bytes, claim: bytes, account: Account) -> bool:
        if hmac.compare_digest(signature, self._signature(claim, account)):
            return True
        # Earlier servers signed without the identity, and an update logs nobody out. None is made like this any more,
        # so such a token is of an account from before the update: nothing that was born since then takes it.
        is_from_before = not self._identity_of(account.nickname).born
        return is_from_before and hmac.compare_digest(signature, self._signed(*_state(claim, account)))

    def _signature(self, claim: bytes, account: Account) -> bytes:
        identity = self._identity_of(account.nickname)
        return self._signed(*_state(claim, account), f"{identity.created} {identity.born}".encode())

    def _signed(self, *parts: bytes) -> bytes:
        return hmac.digest(self._key, b"\0".join(parts), "sha256")


def _state(claim: bytes, account: Account) -> tuple[bytes, bytes]:
    return claim, (account.password_hash or "").encode()


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def kept_key(path: Path) -> bytes:
    """Return the key in the file `path`, made where there is none. Raises OSError where it can be neither read nor
    made.

    A damaged file is made anew: that ends all tokens, and everybody types their password once.
    """
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return _made(path)
    if len(key) == KEY_BYTES:
        return key
    log.warning("key of the session tokens made anew", extra={"path": str(path), "reason": f"it has {len(key)} bytes"})
    return _made(path)


def _made(path: Path) -> bytes:
    """Make a key, on disk before the first token is signed with it."""
    key = secrets.token_bytes(KEY_BYTES)
    write_private(path, key)
    return key
