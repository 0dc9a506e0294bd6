"""Metering: commands cost something, and so do bytes, and an account pays before the work is done.

The unit is one message. An account that has spent more than the limit is not read from until the debt is worked off:
nothing is dropped, and memory here does not grow. An account has one bucket for all its connections, one after another
too; a client without an account has one for its address.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from functools import partial
from math import isinf
from weakref import WeakValueDictionary

from duologue.core.admission import source_key
from duologue.core.costs import BYTE
from duologue.core.events.chat import Refused
from duologue.core.limits import Limits
from duologue.core.names import is_guest
from duologue.core.pace import TokenBucket
from duologue.server.session import Connection, Hold, Session

WARN_EVERY = 10.0
"""Seconds between two warnings to a client that sends too fast, so that the warnings are no flood of their own."""


class Metering:
    """The buckets of all clients. `time` is a monotonic clock, in seconds."""

    def __init__(self, limits: Limits, *, time: Callable[[], float]) -> None:
        self._limits = limits
        self._time = time
        # A bucket lives for as long as somebody holds it, or it is not full again: to come back makes no new one.
        self._buckets: WeakValueDictionary[Hashable, TokenBucket] = WeakValueDictionary()
        self._in_use: dict[TokenBucket, None] = {}

    def of_stranger(self, address: str, port: int, *, is_one_of_many: bool = False) -> TokenBucket:
        """Return the bucket of a client that has not logged in; one that `is_one_of_many` behind a proxy has a bucket
        for this connection, until its address is known.
        """
        key = "stranger", f"{address}:{port}" if is_one_of_many else source_key(address, port)
        return self._bucket(key, self._limits.stranger_burst, self._limits.stranger_rate)

    def of_client(self, nickname: str, login_socket: Connection) -> TokenBucket:
        """Return the bucket of a client that is logged in: the account's own, or that of the address of a guest."""
        guest = is_guest(nickname)
        key = ("guest", source_key(login_socket.address, login_socket.port)) if guest else ("account", nickname)
        return self._bucket(key, self._limits.message_burst, self._limits.message_rate)

    def _bucket(self, key: Hashable, burst: float, rate: float) -> TokenBucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(burst, rate, self._time())
        return bucket

    def spend(self, connection: Connection, cost: float) -> None:
        """Charge `connection` for a command. Past its rate it is read from again when the debt is worked off."""
        now = self._time()
        self._in_use[connection.bucket] = None
        wait = connection.bucket.spend(cost, now)
        if wait > 0:
            connection.hold(Hold.RATE)
            asyncio.get_running_loop().call_later(wait, connection.release, Hold.RATE)
            if connection.session:
                self._warn(connection.session, now)

    def affordable(self, connection: Connection, each: float) -> float:
        """Return how many commands that cost `each` would be let through one after the other now, at least 1."""
        return connection.bucket.goes_into(each, self._time())

    def payer(self, connection: Connection, each: float) -> Callable[[int, int], bool]:
        """Return what a shortcut past the commands calls with the number of its lines, which cost `each`, and their
        bytes, where there are more than lines like these have.

        The call returns False if there is not enough for all of them, and takes nothing then. They have to go the
        ordinary way, one by one.
        """
        return _pays_nothing if isinf(self._limits.message_rate) else partial(self._pay, connection, each)

    def _pay(self, connection: Connection, each: float, lines: int, size: int) -> bool:
        bucket = connection.bucket
        self._in_use[bucket] = None
        return bucket.pay(max(lines * each, size * BYTE), self._time())

    def sweep(self, now: float) -> None:
        """Drop buckets that are full again."""
        self._in_use = {bucket: None for bucket in self._in_use if not bucket.is_full(now)}

    def _warn(self, session: Session, now: float) -> None:
        if now - session.warned < WARN_EVERY:
            return
        session.warned = now
        text = f"You send more than {self._limits.message_rate:g} messages a second; the rest is taken at that rate."
        session.tell(Refused("slow_down", text))


def _pays_nothing(_: int, __: int) -> bool:
    return True
