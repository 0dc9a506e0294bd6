"""The rate of requests for a chat: a request costs its target attention, however it ends.

Times are seconds of a monotonic clock, passed in. `source` is under whom a request is counted: an account, whatever
session it has, or where guests come from.
"""

from __future__ import annotations

from collections import OrderedDict
from math import isinf

from duologue.core.limits import REQUEST_RATE_WINDOW, REQUESTS_TO_ONE_WINDOW, Limits

_WINDOW = max(REQUEST_RATE_WINDOW, REQUESTS_TO_ONE_WINDOW)


class RequestRate:
    """Counted requests. Memory is bounded: nobody has more counted than the limits let through, and none for longer."""

    def __init__(self, limits: Limits) -> None:
        self._to_one = limits.requests_to_one
        self._to_all = limits.request_rate
        # Time and target; None for a request that was accepted. The source that asked last stands last.
        self._asked: OrderedDict[str, list[tuple[float, str | None]]] = OrderedDict()

    def wait(self, source: str, now: float) -> float:
        """Return the seconds until `source` may ask anybody; 0 if it may now."""
        times = [when for when, _ in self._asked.get(source, ()) if when + REQUEST_RATE_WINDOW > now]
        if len(times) < self._to_all:
            return 0.0
        return times[0] + REQUEST_RATE_WINDOW - now

    def is_too_often(self, source: str, target: str, now: float) -> bool:
        """Return whether `source` has asked `target` as often as anybody may."""
        earliest = now - REQUESTS_TO_ONE_WINDOW
        asked = [when for when, whom in self._asked.get(source, ()) if whom == target and when > earliest]
        return len(asked) >= self._to_one

    def note(self, source: str, target: str, now: float) -> None:
        """Note a request of `source` to `target`."""
        if isinf(self._to_one) and isinf(self._to_all):
            return
        kept = [(when, whom) for when, whom in self._asked.get(source, ()) if when + _WINDOW > now]
        self._asked[source] = [*kept, (now, target)]
        self._asked.move_to_end(source)

    def accepted(self, source: str, target: str) -> None:
        """Note that the newest request was welcome, so it does not count among those to `target`."""
        asked = self._asked.get(source, [])
        for place in reversed(range(len(asked))):
            if asked[place][1] == target:
                asked[place] = (asked[place][0], None)
                return

    def forget(self, now: float) -> None:
        """Drop requests that no longer count."""
        while self._asked and next(iter(self._asked.values()))[-1][0] + _WINDOW <= now:
            self._asked.popitem(last=False)
