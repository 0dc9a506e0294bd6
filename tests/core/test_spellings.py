"""Whom an event names, and how people read that."""

from __future__ import annotations

import pytest

from duologue.client.events import ConnectionLost
from duologue.core.events.chat import ChatRequested, PeopleOnline, Recalled, Said
from duologue.core.events.people import PeopleListed, Spelled, State, YouAre
from duologue.core.events.rooms import RoomTopic
from duologue.core.spellings import Introductions, names_in, respelled

SPELLINGS = {"νίκοσ": "νίκος", "alice": "Alice"}


def shown(name: str) -> str:
    return SPELLINGS.get(name, name)


@pytest.mark.parametrize(
    ("event", "names", "read"),
    [
        (Said("νίκοσ", "νίκοσ"), ["νίκοσ"], Said("νίκος", "νίκοσ")),
        (ChatRequested("bob", 5), ["bob"], ChatRequested("bob", 5)),
        (PeopleOnline(("alice", "bob")), ["alice", "bob"], PeopleOnline(("Alice", "bob"))),
        (
            PeopleListed((("alice", State.AWAY), ("bob", State.ONLINE)), 3),
            ["alice", "bob"],
            PeopleListed((("Alice", State.AWAY), ("bob", State.ONLINE)), 3),
        ),
        (Recalled(1, 2, "alice", "νίκοσ", "hi"), ["alice", "νίκοσ"], Recalled(1, 2, "Alice", "νίκος", "hi")),
        (Recalled(1, 2, "alice", "#alice", "hi"), ["alice", "#alice"], Recalled(1, 2, "Alice", "#alice", "hi")),
        (RoomTopic("#tea", None, "x"), [], RoomTopic("#tea", None, "x")),
        (YouAre(State.ONLINE), [], YouAre(State.ONLINE)),
        (ConnectionLost("gone", "alice"), ["alice"], ConnectionLost("gone", "Alice")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_names_are_read_as_they_are_spelled(event: object, names: list[str], read: object) -> None:
    assert [*names_in(event)] == names
    assert respelled(event, shown) == read


def test_nobody_is_introduced_twice() -> None:
    spellings = {"alice": "Alice"}
    introductions = Introductions(lambda name: spellings.get(name, ""))
    assert introductions.before(["bob", "alice", "alice"]) == [Spelled("alice", "Alice")]
    assert introductions.before(["alice", "bob"]) == []


def test_another_spelling_is_told_and_none_too() -> None:
    spellings = {"alice": "Alice"}
    introductions = Introductions(lambda name: spellings.get(name, ""))
    introductions.before(["alice"])
    spellings["alice"] = "ALICE"
    assert introductions.before(["alice"]) == [Spelled("alice", "ALICE")]
    del spellings["alice"]
    assert introductions.before(["alice"]) == [Spelled("alice", "alice")]
