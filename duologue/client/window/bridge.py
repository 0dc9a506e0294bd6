"""The connection of the two loops: Tk in the main thread, asyncio in another, and a socket pair that wakes Tk.

Tk's own loop waits for the socket as it waits for the X server: what asyncio posts is handled at once, without polling.
The opposite direction uses `call_soon_threadsafe`. Signals wake Tk through the same socket, so Ctrl+C in the terminal
that the window was started from works even while nothing else happens.
"""

from __future__ import annotations

import signal
import socket
import threading
import tkinter
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from tkinter import TclError

from duologue.client.window.faults import attempt

_CHUNK = 4096

AT_ONCE = 50
"""Posts that are handled before Tk looks at the keyboard and paints again: a few milliseconds of work."""


class Bridge:
    """Calls functions in Tk's thread that any thread has posted."""

    def __init__(self, root: tkinter.Tk) -> None:
        self._root = root
        self._posts: deque[Callable[[], None]] = deque()
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        root.tk.createfilehandler(self._near, tkinter.READABLE, self._woken)
        if threading.current_thread() is threading.main_thread():
            signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)

    def post(self, work: Callable[[], None]) -> None:
        """Post a function from any thread; return at once. Does nothing after `close`."""
        self._posts.append(work)
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):  # full: Tk is awake already; closed: there is nobody to wake
            self._far.send(b"\0")

    def _woken(self, _file: object, _mask: int) -> None:
        with suppress(BlockingIOError):
            self._near.recv(_CHUNK)
        for _ in range(min(AT_ONCE, len(self._posts))):
            attempt(self._posts.popleft())  # an exception would end Tk's main loop, and close every window
        if self._posts:
            self._wake()

    def close(self) -> None:
        """Close the bridge, before the root is destroyed."""
        if threading.current_thread() is threading.main_thread():
            signal.set_wakeup_fd(-1)
        with suppress(TclError):
            self._root.tk.deletefilehandler(self._near)
        self._near.close()
        self._far.close()
