"""A fault of the window's own: one of many things to do fails, is told on standard error, and the others are done."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable


def attempt(work: Callable[[], object]) -> bool:
    """Whether it was done."""
    try:
        work()
    except Exception as fault:
        tell(fault)
        return False
    return True


def tell(fault: BaseException) -> None:
    """In one line, and then where it happened."""
    trace = "".join(traceback.format_exception(fault))
    sys.stderr.write(f"The window goes on after a fault of its own: {fault!r}\n{trace}")
