"""The part of a typed line that only its writer may see, and that is not kept: the password of a room. Sans-I/O."""

from __future__ import annotations

import re

_BEFORE = re.compile(r"/join\s+\S+\s+(?=\S)", re.IGNORECASE)


def where_hidden(text: str) -> int | None:
    """Return where the hidden part begins. It extends to the end."""
    found = _BEFORE.match(text)
    return found.end() if found else None


def without_hidden(text: str) -> str:
    return text[: where_hidden(text)].rstrip() if where_hidden(text) else text
