"""Names in events: whom an event names, and the same event as people read it. Knows fields, not what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar, cast

from duologue.core.events.people import Spelled

_ONE = ("nickname", "sender", "recipient", "partner")
"""Fields with a name, or with None."""

AnyEvent = TypeVar("AnyEvent")


def names_in(event: object) -> Iterator[str]:
    """Everybody whom `event` names; rooms may be among them."""
    for field in _ONE:
        name = getattr(event, field, None)
        if name:
            yield name
    yield from getattr(event, "nicknames", ())
    yield from (name for name, _ in getattr(event, "people", ()))


def respelled(event: AnyEvent, shown: Callable[[str], str]) -> AnyEvent:
    """`event` with every name as people read it (`shown`), for the eye only: whatever is to be found again goes by the
    name itself.
    """
    changes: dict[str, Any] = {}
    for field in _ONE:
        name = getattr(event, field, None)
        if name and shown(name) != name:
            changes[field] = shown(name)
    nicknames, people = getattr(event, "nicknames", ()), getattr(event, "people", ())
    if any(shown(name) != name for name in nicknames):
        changes["nicknames"] = tuple(map(shown, nicknames))
    if any(shown(name) != name for name, _ in people):
        changes["people"] = tuple((shown(name), state) for name, state in people)
    return cast(AnyEvent, replace(cast(Any, event), **changes)) if changes else event


class Introductions:
    """How accounts spell themselves (`spelling_of`, empty where that is the name), each told to one client once, before
    the first event that names it, and again when it is another.
    """

    def __init__(self, spelling_of: Callable[[str], str]) -> None:
        self._spelling_of = spelling_of
        self._told: dict[str, str] = {}

    def before(self, names: Iterable[str]) -> list[Spelled]:
        """What to tell before an event that has these names."""
        spelled = []
        for name in names:
            spelling = self._spelling_of(name)
            if spelling != self._told.get(name, ""):
                self._told[name] = spelling
                spelled.append(Spelled(name, spelling or name))
        return spelled
