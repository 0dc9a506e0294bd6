"""People with one session each: for tests of what does not depend on how many somebody has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from duologue.core.effects import Effect, Tell

_numbers: dict[str, int] = {}


def session_of(nickname: str) -> int:
    """Return the number of somebody's only session."""
    return _numbers.setdefault(nickname, len(_numbers) + 1)


def as_heard(effects: Iterable[Effect]) -> list[Effect]:
    """Return `effects` without what is for further sessions: whatever is told is told to the one there is."""
    return [
        replace(effect, session=None, besides=None) if isinstance(effect, Tell) else effect
        for effect in effects
        if not isinstance(effect, Tell) or _reaches(effect)
    ]


def _reaches(effect: Tell) -> bool:
    only = session_of(effect.nickname)
    return effect.session in (None, only) and effect.besides != only
