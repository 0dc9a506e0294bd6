"""The terminal's own handling of keys, before a program reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def echo_off(descriptor: int, *, by_line: bool = True) -> Iterator[None]:
    """Turn the echo off: what is typed stays unseen, and waits for the next reader: whole lines, or keys as they come.

    Ctrl+C works as always. Does nothing if `descriptor` is not a terminal.
    """
    import termios

    try:
        before = termios.tcgetattr(descriptor)
    except termios.error:
        yield
        return
    silent = [*before]
    silent[3] &= ~(termios.ECHO if by_line else termios.ECHO | termios.ICANON)
    termios.tcsetattr(descriptor, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
