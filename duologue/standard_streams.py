"""Standard input, output and error as a program needs them, however it was started."""

from __future__ import annotations

import contextlib
import os
import sys

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
"""By descriptor."""


def open_closed_streams() -> None:
    """Make of one that is closed (`<&-`, `2>&-`) one that is empty, or goes nowhere.

    The number of a closed one is given to the next file or socket, and what is printed would get into that.
    """
    for descriptor, (name, mode) in enumerate(_STREAMS):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # which gets the lowest number, and that is this
        if getattr(sys, name) is None:
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", errors="replace", closefd=False))  # noqa: SIM115 -- for as long as the program runs


def discard_output() -> None:
    """After it could not be written: Python would complain once more when it ends."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
