"""The place of a client's memory where several clients of one machine want the same one: each has a file of its own.

`bob.sqlite` is for the first, `bob.2.sqlite` for one that comes while the first is there, and so on.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from duologue.client.errors import ClientError

MOST_PLACES = 64
"""Clients of one account on one machine: more than a server lets in, and an end to the search."""


class NoPlace(ClientError, OSError):
    """All places are taken."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is in use by {MOST_PLACES} other clients")


class MemoryPlace:
    """One client's hold on a file, by a lock that ends with its process. `holds_unsent` says of a file whether
    something in it was never sent.
    """

    def __init__(self, path: Path, holds_unsent: Callable[[Path], bool]) -> None:
        self._path = path
        self._holds_unsent = holds_unsent
        self._lock: int | None = None

    def take(self) -> Path:
        """Take the first free place in which something waits to be sent, or else the first free one, and return it.

        Raises OSError.
        """
        self.give_back()
        free: list[tuple[Path, int]] = []
        for path in self._places():
            lock = _locked(path)
            if lock is None:
                continue
            free.append((path, lock))
            if self._holds_unsent(path):
                return self._choose(free, len(free) - 1)
            if not path.exists():
                break
        if not free:
            raise NoPlace(self._path)
        return self._choose(free, 0)

    def _places(self) -> Iterator[Path]:
        yield self._path
        for number in range(2, MOST_PLACES + 1):
            yield self._path.with_name(f"{self._path.stem}.{number}{self._path.suffix}")

    def _choose(self, free: list[tuple[Path, int]], wanted: int) -> Path:
        path, self._lock = free.pop(wanted)
        for _, lock in free:
            os.close(lock)
        return path

    def give_back(self) -> None:
        """Let another client have it. May be repeated."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _locked(path: Path) -> int | None:
    """Lock the place of a file; None: another client has it."""
    # Not the file itself: closing it once more in this process would end the locks that SQLite has on it.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    except OSError:  # a file system without locks: the file itself tells who opened it last
        return lock
    return lock
