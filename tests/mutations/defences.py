"""What a defence is, and all of them: each with the edit that takes it out, and a test that must fail then."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defence:
    """`name` says what it protects. In `file` the text `old`, which stands there once, becomes `new`; `test` is a node
    id of pytest, or a file, that session_tokens before and must fail then.
    """

    name: str
    file: str
    old: str
    new: str
    test: str
