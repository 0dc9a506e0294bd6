"""Another user of this machine, for tests that only root can run: a file of theirs, and what they can do with ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

SERVICE = 4711
"""A uid and gid that nobody has."""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")


def owned(folder: Path, mode: int = 0o755) -> Path:
    """Return a folder owned by the service."""
    folder.mkdir(parents=True)
    os.chown(folder, SERVICE, SERVICE)
    folder.chmod(mode)
    folder.parent.chmod(0o755)
    return folder


def owner(path: Path) -> int:
    return path.stat().st_uid


def as_service(work: Callable[[], object]) -> str:
    """Run `work` in a process of the service's user; return its result, or the message of the exception. It is loaded
    beforehand.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(SERVICE)
            os.setuid(SERVICE)
            os.write(writing, str(work()).encode())
        except Exception as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as answer:  # noqa: PTH123 - a descriptor has no path
        said = answer.read().decode()
    os.waitpid(child, 0)
    return said
