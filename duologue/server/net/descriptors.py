"""The number of sockets that this process may have open: its limit of descriptors, raised as far as possible."""

from __future__ import annotations

import contextlib
import os
import resource

from duologue.core.places import Places

MOST_DESCRIPTORS = 1_048_576
"""The limit that is asked for where there is no hard one: Linux's own (fs.nr_open), and more than
one process serves.
"""

SPARE_DESCRIPTORS = 64
"""Descriptors never given to clients: half for files, the operator's socket and those who are told that there is no
room; half for newcomers whose first line has not come. As many as are accepted in one turn of the loop.
"""

_SPARE_PART = 8
"""The part of a small limit that is spare: an eighth."""


def raise_limit() -> None:
    """Raise this process's own limit to the hard one: a shell's soft limit, mostly 1,024, is for programs that use
    select().
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # macOS has a lower limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def places_left() -> Places:
    """Return the places for clients that all that is open now has left."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    limit = MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    spare = min(SPARE_DESCRIPTORS, limit // _SPARE_PART)
    return Places(max(0, limit - _open_now() - spare), overdraft=spare // 2)


def _open_now() -> int:
    """Return the number of open descriptors: a new one gets the lowest number that is free."""
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    return lowest
