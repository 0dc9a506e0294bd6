"""Tries at a password, counted from the moment they are asked for: under the password's own key, and under others.

A try that was never looked at, because too many wait or its asker has gone, is taken back and does not count.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from duologue.core.errors import PeerError
from duologue.core.pace import Tries

WINDOW = 60.0
"""Seconds over which tries are counted."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A count of tries, under one key."""

    tries: Tries
    key: Hashable


@dataclass(frozen=True, slots=True)
class Guess:
    """A try that is counted. `own` is the count of the password itself, `others` count a guesser's tries at all
    passwords.
    """

    own: Tally
    others: tuple[Tally, ...]
    at: float

    def take_back(self) -> None:
        """Take the try back: it was none after all."""
        for tally in (self.own, *self.others):
            tally.tries.take_back(tally.key, self.at)

    def was_right(self) -> None:
        """Forgive earlier tries at this password, which may have been typing errors. Other tries stay counted."""
        self.take_back()
        self.own.tries.forgive(self.own.key)


def begin(own: Tally, *others: Tally, now: float) -> Guess:
    """Count a try. Raises PeerError: throttled, where it is one too many."""
    tallies = own, *others
    wait = max(tally.tries.wait(tally.key, now) for tally in tallies)
    if wait > 0:
        raise PeerError("throttled", f"Too many tries; the next is due in {wait:.0f} s.")
    for tally in tallies:
        tally.tries.note(tally.key, now)
    return Guess(own, others, now)
