"""Places in a running process where it can be stopped dead, for the driver to do its worst; the product has no hooks.

A place is armed by the driver, `arm PLACE N`; at the N-th time that it is come by, the process says `hit PLACE` and
stops by SIGSTOP, in the middle of that line of code.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any


class Failpoints:
    def __init__(self, driver: socket.socket) -> None:
        self._driver = driver
        self._armed: dict[str, int] = {}

    def arm(self, place: str, times: int) -> None:
        self._armed[place] = times

    def disarm(self) -> None:
        self._armed.clear()

    def come_by(self, place: str) -> None:
        left = self._armed.get(place)
        if left is None:
            return
        self._armed[place] = left - 1
        if left == 1:
            del self._armed[place]
            os.write(self._driver.fileno(), f"hit {place}\n".encode())
            # To this thread: it must not go on for as much as a line until the signal has found it.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)

    def before(self, owner: Any, name: str, place: str, when: Callable[..., bool] = lambda *_: True) -> None:
        """Whoever calls this function of `owner` comes by the place first."""
        original = getattr(owner, name)

        def called(*args: Any, **kwargs: Any) -> Any:
            if when(*args):
                self.come_by(place)
            return original(*args, **kwargs)

        setattr(owner, name, called)

    def before_each_use(self, owner: Any, name: str, place: str, when: Callable[..., bool]) -> None:
        """Whoever uses what this function of `owner` returns comes by the place first."""
        original = getattr(owner, name)

        def made(*args: Any, **kwargs: Any) -> Any:
            returned = original(*args, **kwargs)

            def used(*args: Any) -> Any:
                if when(*args):
                    self.come_by(place)
                return returned(*args)

            return used

        setattr(owner, name, made)

    def after(self, owner: Any, name: str, place: str, when: Callable[..., bool] = lambda *_: True) -> None:
        original = getattr(owner, name)

        def called(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            if when(*args):
                self.come_by(place)
            return result

        setattr(owner, name, called)

    def after_awaiting(self, owner: Any, name: str, place: str) -> None:
        original = getattr(owner, name)

        async def called(*args: Any, **kwargs: Any) -> Any:
            result = await original(*args, **kwargs)
            self.come_by(place)
            return result

        setattr(owner, name, called)
