"""Text by what people take for one sign: a letter with its marks, an emoji joined of several, a flag. Sans-I/O."""

from __future__ import annotations

from wcwidth import iter_graphemes


def clusters(text: str) -> list[str]:
    """The extended grapheme clusters of `text` (UAX #29), which together are `text`."""
    return [*iter_graphemes(text)]
