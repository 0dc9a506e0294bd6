"""Permissions of the server's files: who owns them, and who else may touch them, checked before a server starts.

Others are users who are neither the server's own nor in one of its groups: a container's volume is often open to a
group that only the server is in (the fsGroup of Kubernetes). Root in a container works in folders of the user outside,
so to a server that runs as root the owner of its data folder is as good as itself.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from duologue.durable import replace
from duologue.server.access import AccessError, give_to_owner, in_words

log = logging.getLogger(__name__)

_ROOT = 0


class PermissionsError(Exception):
    """Raised where others could read or change what they must not; the message names the command that ends it."""


class Readable(Enum):
    """The consequence of others being able to read a file."""

    HARMLESS = "nothing"
    WARNED_OF = "a warning in the log"
    REFUSED = "the server does not start"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file or folder that the server uses, and what it is called. Nobody else may write it."""

    path: Path
    what: str
    readable: Readable
    is_own: bool = False
    """Whether it must be the server's own user's, as its owner can change it or knows what is in it."""


def make_private(folder: Path) -> None:
    """Make a folder that only its owner can look into, if there is none. Raises AccessError."""
    try:
        for missing in reversed([way for way in (folder, *folder.parents) if not way.exists()]):
            missing.mkdir(mode=0o700 if missing == folder else 0o777, exist_ok=True)
            _give_folder(missing)
    except OSError as error:
        text = f"{folder} cannot be made: {in_words(error, folder)}. Make it yourself, or choose another folder."
        raise AccessError(text) from error


def _give_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        give_to_owner(descriptor, folder.parent)
    finally:
        os.close(descriptor)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read: whole, or not there; on the disk when this returns. Raises OSError.

    It keeps the owner of the file before, or gets that of the folder.
    """
    replace(path, content, lambda descriptor: give_to_owner(descriptor, path, path.parent))


def check_permissions(all_kept: Iterable[Kept]) -> None:
    """Raise PermissionsError for the first that others could misuse; a missing file is in order."""
    for kept in all_kept:
        try:
            found = kept.path.stat()
        except FileNotFoundError:
            continue
        _check_owner(kept, found)
        _check_mode(kept, _mode_for_others(found))


def _check_owner(kept: Kept, found: os.stat_result) -> None:
    if kept.is_own and found.st_uid not in _trusted(kept):
        raise PermissionsError(
            f"{kept.path}, {kept.what}, is another user's, who can change it. "
            f"Run: chown {os.geteuid()} '{kept.path}' if it is to be trusted, or delete it."
        )


def _trusted(kept: Kept) -> set[int]:
    ours = os.geteuid()
    folder = kept.path if kept.path.is_dir() else kept.path.parent
    return {ours, _ROOT, folder.stat().st_uid} if ours == _ROOT else {ours, _ROOT}


def _check_mode(kept: Kept, others: int) -> None:
    if others & stat.S_IWOTH:
        raise PermissionsError(f"{kept.path}, {kept.what}, can be written by others. Run: chmod go-w '{kept.path}'")
    if not others & stat.S_IROTH:
        return
    if kept.readable is Readable.REFUSED:
        raise PermissionsError(
            f"{kept.path}, {kept.what}, can be read by others. Run: chmod 600 '{kept.path}'; "
            "or delete it if somebody may have read it, and a new one is made."
        )
    if kept.readable is Readable.WARNED_OF:
        log.warning("others can read a file; chmod 600 closes it", extra={"path": str(kept.path), "what": kept.what})


def _mode_for_others(found: os.stat_result) -> int:
    """Return what others may do; the group counts as well, if the server is not in it."""
    others = found.st_mode & stat.S_IRWXO
    is_our_group = found.st_gid in {os.getegid(), *os.getgroups()}
    return others if is_our_group else others | (found.st_mode & stat.S_IRWXG) >> 3
