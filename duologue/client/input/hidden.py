"""Which part of a typed line nobody but its writer is to see, nor find again: the password of a room. Sans-I/O."""

from __future__ import annotations

import re

_BEFORE = re.compile(r"/join\s+\S+\s+(?=\S)", re.IGNORECASE)


def where_hidden(text: str) -> int | None:
    """Where it begins. It goes on to the end."""
    found = _BEFORE.match(text)
    return found.end() if found else None


def without_hidden(text: str) -> str:
    return text[: where_hidden(text)].rstrip() if where_hidden(text) else text
