"""How the two loops meet: Tk in the main thread, asyncio in another, and a socket pair that wakes Tk.

Tk's own loop waits for the socket as it waits for the X server: what asyncio posts is dealt with at once, and nothing
is polled. The other way goes by `call_soon_threadsafe`. Signals wake Tk through the same socket, so Ctrl+C in the
terminal that the window was started from works while nothing else happens.
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
"""Posts that are dealt with before Tk looks at the keyboard and paints again: some milliseconds of work."""


class Bridge:
    """Whatever is posted from any thread is called in Tk's."""

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
        """From any thread; returns at once. After `close` nothing is done with it."""
        self._posts.append(work)
        self._wake()

    def _wake(self) -> None:
        with suppress(OSError):  # full: Tk is awake already; closed: there is nobody to wake
            self._far.send(b"\0")

    def _woken(self, _file: object, _mask: int) -> None:
        with suppress(BlockingIOError):
            self._near.recv(_CHUNK)
        for _ in range(min(AT_ONCE, len(self._posts))):
            attempt(self._posts.popleft())  # a fault would leave Tk's main loop, and end every window
        if self._posts:
            self._wake()

    def close(self) -> None:
        """Before the root is destroyed."""
        if threading.current_thread() is threading.main_thread():
            signal.set_wakeup_fd(-1)
        with suppress(TclError):
            self._root.tk.deletefilehandler(self._near)
        self._near.close()
        self._far.close()
