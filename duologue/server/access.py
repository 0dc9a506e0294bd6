"""Access to the files that the server needs: whether this process has it, and if not, which file, which user, and the
remedy.

What a server writes later is tried before it starts, as otherwise it would stop at the first message. What root makes
beside the files of the server's user is given to that user, who could not use it otherwise.
"""

from __future__ import annotations

import errno
import os
import pwd
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

_ROOT = 0

_FULL = (errno.ENOSPC, errno.EDQUOT)
_READ_ONLY = "its disk is mounted read-only. Mount it for writing, or choose a folder on another disk"


class AccessError(Exception):
    """Raised for a file that cannot be used; the message names it, the user who cannot, and what to do."""


class Use(Enum):
    """The use that the server makes of a file, in words and as `os.access` has it."""

    READS = "read", os.R_OK
    WRITES = "written", os.R_OK | os.W_OK
    WRITES_IN = "written to", os.R_OK | os.W_OK | os.X_OK

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def mode(self) -> int:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Used:
    """A file or folder, and what it is called."""

    path: Path
    what: str
    use: Use


def check_access(all_used: Iterable[Used]) -> None:
    """Raise AccessError for the first that this process cannot use; a missing file is in order."""
    for used in all_used:
        if barrier := _barrier(used.path):
            raise AccessError(f"{used.path}, {used.what}, cannot be {used.use.word}: {_stopped(barrier)}.")
        if used.path.exists() and not _may(used.path, used.use.mode):
            raise AccessError(f"{used.path}, {used.what}, cannot be {used.use.word} by {_user()}: {_why(used)}.")


def check_room(folder: Path, size: int) -> None:
    """Raise AccessError where so many bytes cannot be written now."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:  # it has no name, so a kill leaves nothing
            file.write(bytes(size))
    except OSError as error:
        raise AccessError(f"{folder} cannot be written to: {in_words(error, folder)}.") from error


def in_words(error: OSError, path: Path) -> str:
    """Return why an operation on `path` failed, and the remedy."""
    if error.errno in _FULL:
        return f"the disk is full ({error.strerror}). Make room on the disk of {_there(path)}, and try again"
    if error.errno == errno.EROFS:
        return _READ_ONLY
    place = _there(path)
    use = Use.WRITES_IN if place.is_dir() else Use.WRITES
    if barrier := _barrier(path):
        return _stopped(barrier)
    if error.errno in (errno.EACCES, errno.EPERM) and not _may(place, use.mode):
        return f"{_user()} may not: {_why(Used(place, '', use))}"
    return error.strerror or str(error)


def give_to_owner(descriptor: int, *beside: Path) -> None:
    """Give what root has just made to the owner of the first of `beside` that is there. Raises OSError.

    By descriptor, as that owner can have put something else under its name meanwhile.
    """
    neighbour = next((other for other in beside if other.exists()), None)
    if os.geteuid() == _ROOT and neighbour:
        found = neighbour.stat()
        os.fchown(descriptor, found.st_uid, found.st_gid)


def opened_lock(path: Path, beside: Path) -> int:
    """Return a descriptor of the lock file `path`, which is made where there is none. Raises OSError.

    No link is followed: root would make, or lock, whatever the owner of the folder has it point to.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        lock = os.open(path, flags | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags, 0o600)
    give_to_owner(lock, beside, path.parent)
    return lock


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _barrier(path: Path) -> Path | None:
    """Return the folder on the way to it that does not let this process through."""
    way = (folder for folder in reversed(path.absolute().parents) if not _may(folder, os.X_OK))
    first = next(way, None)
    return first if first and first.exists() else None


def _stopped(barrier: Path) -> str:
    return f"{barrier} does not let {_user()} through. Choose a place elsewhere, or run: chmod a+x '{barrier}'"


def _why(used: Used) -> str:
    """Return why a file or folder that is there cannot be used. Secrets keep their owner, and are opened to the
    server's group.
    """
    found, path = used.path.stat(), used.path
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return _READ_ONLY
    if found.st_uid == os.geteuid():
        return f"its mode does not let its own user. Run: chmod u+{'rwx' if path.is_dir() else 'rw'} '{path}'"
    owner = f"it belongs to {_name(found.st_uid)}"
    if used.use is Use.READS:
        return f"{owner}. Run: chgrp {os.getegid()} '{path}' && chmod g+r '{path}'"
    if path.is_dir():
        me = _name(os.geteuid())
        return f"{owner}. Do this as {_name(found.st_uid)}; or run: chown {me} '{path}' if nothing else is in it"
    return f"{owner}. Run: chown {_name(os.geteuid())} '{path}'"


def _there(path: Path) -> Path:
    """Return the path, or the part of it that is there."""
    return next(way for way in (path, *path.absolute().parents) if os.path.lexists(way))


def _user() -> str:
    return f"user {_name(os.geteuid())}"


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
