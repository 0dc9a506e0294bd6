"""Password hashes, made and checked off the loop.

Knows nothing of who the password belongs to; an unknown user costs the same time as a known one.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from duologue.core.errors import PeerError

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
PASSWORD_LENGTH = 256  # characters; more adds no strength, and normalising it would be free work for a stranger
WORKERS = 1  # of two cores one is the loop's
# At some 30 ms a check the last in the queue waits two seconds, well within the login deadline of 20 s.
MOST_WAITING = 64

P = ParamSpec("P")
T = TypeVar("T")


class BadPassword(PeerError):
    """The text cannot be anybody's password; `.text` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__("bad_password", reason)


class PoolBusy(Exception):
    """Too many checks are waiting already. Not the peer's fault: it should try again in a moment."""


def hash_password(password: str) -> str:
    """The argon2id hash, a PHC string. Blocks for some 30 ms. Raises BadPassword."""
    return _HASHER.hash(_prepared(password))


class PasswordPool:
    """Checks passwords on threads of its own, a bounded number at a time."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="password")
        self._dummy = self._threads.submit(hash_password, secrets.token_urlsafe())
        self._waiting = 0

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one that was hashed.

        None stands for an account that does not exist, is disabled or has no password: the answer is False after
        the same work. Raises PoolBusy when MOST_WAITING checks wait for their answer.
        """
        return await self._run(self._check, password_hash, password)

    async def _run(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        if self._waiting >= MOST_WAITING:
            raise PoolBusy(f"{MOST_WAITING} passwords are waiting already; try again in a moment")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *arguments, **named))
        finally:
            self._waiting -= 1

    async def hash(self, password: str) -> str:
        """The hash of a new password. Raises BadPassword, and PoolBusy like `verify`."""
        return await self._run(hash_password, password)

    def close(self) -> None:
        """Drop the checks that wait. The one that runs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _check(self, password_hash: str | None, password: str) -> bool:
        try:
            prepared = _prepared(password)
        except BadPassword:
            password_hash, prepared = None, b""
        matches = _matches(password_hash or self._dummy.result(), prepared)
        return matches and password_hash is not None


def _matches(password_hash: str, prepared: bytes) -> bool:
    try:
        return _HASHER.verify(password_hash, prepared)
    except (VerificationError, InvalidHashError):
        return False


def _prepared(password: str) -> bytes:
    """One spelling for what two keyboards type differently: the OpaqueString profile of RFC 8265, section 4.2."""
    if not 1 <= len(password) <= PASSWORD_LENGTH:
        raise BadPassword(f"A password has 1 to {PASSWORD_LENGTH} characters; that one has {len(password)}.")
    spaced = "".join(" " if unicodedata.category(char) == "Zs" else char for char in password)
    try:
        return unicodedata.normalize("NFC", spaced).encode()
    except UnicodeEncodeError as error:
        raise BadPassword("That password is not valid Unicode text; check where it came from.") from error
