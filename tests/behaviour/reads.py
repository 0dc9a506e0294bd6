"""What a read is to the clients of old systems, and how a scene knows that one has been done."""

from __future__ import annotations

import sys
from fcntl import ioctl
from termios import FIONREAD

ONE_READ = 1024
"""Bytes: what one recv gives them at most, and so what one message may not reach."""


def unread(descriptor: int) -> int:
    """Bytes that have come to a socket, and that nobody has read."""
    return int.from_bytes(ioctl(descriptor, FIONREAD, bytes(4)), sys.byteorder)
