"""Rates: how much of something somebody may do in a time. Times are seconds of a monotonic clock, passed in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from math import inf, isinf


class TokenBucket:
    """A rate: a burst, then steadily. Debt is allowed and has to be waited off, so nothing needs to be dropped."""

    __slots__ = ("__weakref__", "_burst", "_rate", "_tokens", "_when")

    def __init__(self, burst: float, rate: float, now: float) -> None:
        self._burst = burst
        self._rate = rate
        self._tokens = burst
        self._when = now

    def spend(self, amount: float, now: float) -> float:
        """Take `amount`; return the seconds to wait before the next is due, mostly 0."""
        if isinf(self._rate):
            return 0.0
        self._fill(now)
        self._tokens -= amount
        return max(0.0, -self._tokens / self._rate)

    def goes_into(self, amount: float, now: float) -> float:
        """Return how often `amount` could be spent, one after the other, until that makes a debt; the last one may."""
        if isinf(self._rate):
            return inf
        self._fill(now)
        return max(0.0, self._tokens // amount) + 1

    def pay(self, amount: float, now: float) -> bool:
        """Take `amount` if that makes no debt; otherwise take nothing and return False. Used for each message of a
        chat.
        """
        if isinf(self._rate):
            return True
        tokens = min(self._burst, self._tokens + (now - self._when) * self._rate)
        is_enough = tokens >= amount
        self._tokens = tokens - amount if is_enough else tokens
        self._when = now
        return is_enough

    def is_full(self, now: float) -> bool:
        """Return whether it is as if nothing had ever been taken."""
        if isinf(self._rate):
            return True
        self._fill(now)
        return self._tokens >= self._burst

    def _fill(self, now: float) -> None:
        self._tokens = min(self._burst, self._tokens + (now - self._when) * self._rate)
        self._when = now


class Tries:
    """A count of tries by key within a sliding window, for at most `MOST_KEYS` keys: past that, the key that was
    untouched for longest is forgotten.
    """

    MOST_KEYS = 10_000
    """Bounds the memory (about 2 MiB) that somebody who guesses with many names or addresses can cost."""

    def __init__(self, most: float, window: float) -> None:
        self._most = most
        self._window = window
        self._times: OrderedDict[Hashable, list[float]] = OrderedDict()

    def wait(self, key: Hashable, now: float) -> float:
        """Return the seconds until `key` may try again; 0 if it may now."""
        times = self._recent(key, now)
        if len(times) < self._most:
            return 0.0
        return times[0] + self._window - now

    def note(self, key: Hashable, now: float) -> None:
        """Note a try of `key`."""
        if isinf(self._most):
            return
        times = self._recent(key, now)
        times.append(now)
        self._times[key] = times
        self._times.move_to_end(key)
        while len(self._times) > self.MOST_KEYS:
            self._times.popitem(last=False)

    def take_back(self, key: Hashable, when: float) -> None:
        """Take back the try noted at `when`."""
        times = self._times.get(key, [])
        if when in times:
            times.remove(when)
        if not times:
            self._times.pop(key, None)

    def forgive(self, key: Hashable) -> None:
        self._times.pop(key, None)

    def _recent(self, key: Hashable, now: float) -> list[float]:
        return [when for when in self._times.get(key, ()) if when + self._window > now]


class Arrivals:
    """A count of frequent events by key within a sliding window. It counts in slots of the window, so that each event
    takes a few microseconds and a key no more than a few KiB. For at most `MOST_KEYS` keys, as `Tries`.
    """

    MOST_KEYS = Tries.MOST_KEYS

    SLOTS = 60
    """Slots in a window. A slot leaves it as a whole: up to a sixtieth of the window too early."""

    def __init__(self, most: float, window: float) -> None:
        self._most = most
        self._slot = window / self.SLOTS
        self._counts: OrderedDict[Hashable, dict[int, int]] = OrderedDict()

    def has_room(self, key: Hashable, now: float) -> bool:
        """Return whether one more event of `key` is allowed now."""
        counts = self._counts.get(key)
        if counts is None:
            return True
        oldest = now // self._slot - self.SLOTS
        while counts and (first := next(iter(counts))) <= oldest:
            del counts[first]
        return sum(counts.values()) < self._most

    def note(self, key: Hashable, now: float) -> None:
        """Note one event of `key`."""
        if isinf(self._most):
            return
        counts = self._counts.setdefault(key, {})
        self._counts.move_to_end(key)
        slot = int(now // self._slot)
        counts[slot] = counts.get(slot, 0) + 1
        while len(self._counts) > self.MOST_KEYS:
            self._counts.popitem(last=False)
