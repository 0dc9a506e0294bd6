"""Devices: a client that keeps a memory names itself, so that it is known when it comes again.

The name is random, made by the client and kept in its memory. It says which sessions of an account are the same client,
and lets nobody in.
"""

from __future__ import annotations

import re

from duologue.core.errors import PeerError

DEVICE_LENGTH = 64
"""Characters of a device's name at most: a random UUID has 36, a hash in hexadecimal 64."""

_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{DEVICE_LENGTH}}}")


def check_device(name: str) -> None:
    """Raise PeerError where this can be no name of a device."""
    if not _NAME.fullmatch(name):
        raise PeerError(
            "bad_device", f"The name of a device is 1 to {DEVICE_LENGTH} letters A to Z, a to z, digits, - or _."
        )
