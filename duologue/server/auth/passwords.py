"""Password hashes, made and checked off the loop.

Does not know whose password it is; an unknown user costs the same time as a known one.
"""

from __future__ import annotations

import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Hashable
from functools import partial

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from duologue.core.errors import PeerError
from duologue.server.fair_pool import FairPool

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
PASSWORD_LENGTH = 256  # characters; more adds no strength, and normalising it would be free work for a stranger
WORKERS = 1  # of two cores one is the loop's
# Each connection has one password at most that waits, and this is as many as a server takes: some 60 MB of passwords if
# all are of the greatest length. The queue is fair, so everybody in it is soon answered, however long it is.
MOST_WAITING = 20_000


class BadPassword(PeerError):
    """Raised for text that cannot be anybody's password; `.text` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__("bad_password", reason)


def hash_password(password: str) -> str:
    """Return the argon2id hash, a PHC string. Blocks for some 30 ms. Raises BadPassword."""
    return _HASHER.hash(_prepared(password))


def _nobodys_hash() -> str:
    """Return the hash that is checked for a user that does not exist: the same work, and no password has it."""
    lengths = _HASHER.salt_len, _HASHER.hash_len
    salt, digest = (b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in lengths)
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


_NOBODYS_HASH = _nobodys_hash()


class PasswordPool:
    """Threads that check passwords, a bounded number at a time, and fairly by the keys of the askers.

    An asker that stops waiting costs nothing any more.
    """

    def __init__(self, workers: int = WORKERS) -> None:
        self._pool = FairPool(workers, "password", MOST_WAITING)

    async def verify(self, password_hash: str | None, password: str, *keys: Hashable) -> bool:
        """Return whether the password is the one that was hashed.

        None stands for an account that does not exist, is disabled or has no password: the answer is False after
        the same work. Raises PoolFull when MOST_WAITING checks wait for their turn.
        """
        return await self._pool.run(partial(self._check, password_hash, password[: PASSWORD_LENGTH + 1]), *keys)

    async def hash(self, password: str, *keys: Hashable) -> str:
        """Return the hash of a new password. Raises BadPassword, and PoolFull like `verify`."""
        return await self._pool.run(partial(hash_password, password), *keys)

    def close(self) -> None:
        """Drop the checks that wait. The one that runs ends by itself."""
        self._pool.close()

    def _check(self, password_hash: str | None, password: str) -> bool:
        try:
            prepared = _prepared(password)
        except BadPassword:
            password_hash, prepared = None, b""
        matches = _matches(password_hash or _NOBODYS_HASH, prepared)
        return matches and password_hash is not None


def _matches(password_hash: str, prepared: bytes) -> bool:
    try:
        return _HASHER.verify(password_hash, prepared)
    except (VerificationError, InvalidHashError):
        return False


def _prepared(password: str) -> bytes:
    """Return one spelling for what two keyboards type differently: the OpaqueString profile of RFC
    8265, section 4.2.
    """
    if not 1 <= len(password) <= PASSWORD_LENGTH:
        raise BadPassword(f"A password has 1 to {PASSWORD_LENGTH} characters; that one has {len(password)}.")
    spaced = "".join(" " if unicodedata.category(char) == "Zs" else char for char in password)
    try:
        return unicodedata.normalize("NFC", spaced).encode()
    except UnicodeEncodeError as error:
        raise BadPassword("That password is not valid Unicode text; check where it came from.") from error
