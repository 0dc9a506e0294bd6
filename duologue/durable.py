"""Files that are whole or not there, and on the disk when that is said.

A new file is written beside the one that it is for, synced, and given its name in one step; then the folder is synced,
as a name is on the disk only with that (fsync(2)).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

_LONGEST_NAME = 40
"""Characters of the file's name in that of its temporary one: both have to fit into the 255 bytes of a name."""


class NotSyncedError(OSError):
    """The file is in its place, and a power cut may undo that."""


def replace(target: Path, content: bytes, prepare: Callable[[int], None] = lambda descriptor: None) -> None:
    """Put a file with this content in the place of `target`, or where none was.

    It is for its owner only, unless `prepare`, given its descriptor before anything is in it, says otherwise. Raises
    NotSyncedError, or another OSError and changes nothing then.
    """
    with temporary_beside(target) as (temporary, descriptor):
        prepare(descriptor)
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.fsync(descriptor)
        temporary.replace(target)
    try:
        sync_folder(target.parent)
    except OSError as error:
        raise NotSyncedError(error.errno, error.strerror) from error


@contextlib.contextmanager
def temporary_beside(target: Path) -> Iterator[tuple[Path, int]]:
    """A new file in the folder of `target`, for its owner only: its path and its descriptor. Whatever it is called at
    the end stays; under the name that it was given here it goes.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:_LONGEST_NAME]}.", suffix=".part", dir=target.parent)
    try:
        yield Path(name), descriptor
    finally:
        os.close(descriptor)
        Path(name).unlink(missing_ok=True)


def appear(temporary: Path, target: Path) -> None:
    """Give a written file its name. Raises FileExistsError rather than take the place of another file."""
    try:
        target.hardlink_to(temporary)  # a rename would replace it
    except FileExistsError:
        raise
    except OSError:  # some file systems know no hard links
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        temporary.rename(target)


def sync_folder(folder: Path) -> None:
    """Put the names of the files in it on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
