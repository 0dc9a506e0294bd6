"""Faults of the window client itself: when one of several actions fails, standard error reports it, and the others are
still done.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable


def attempt(work: Callable[[], object]) -> bool:
    """Run an action; return whether it succeeded."""
    try:
        work()
    except Exception as fault:
        tell(fault)
        return False
    return True


def tell(fault: BaseException) -> None:
    """Report a fault in one line, followed by its traceback."""
    trace = "".join(traceback.format_exception(fault))
    sys.stderr.write(f"The window goes on after a fault of its own: {fault!r}\n{trace}")
