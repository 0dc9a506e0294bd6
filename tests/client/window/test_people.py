"""The list of people."""

from __future__ import annotations

from duologue.client.window.people import People, PersonRow, how
from duologue.core.events.people import Presence, State


def names(rows: list[PersonRow]) -> list[str]:
    return [row.nickname for row in rows]


def test_who_is_here_but_oneself() -> None:
    people = People()
    for nickname in ("carol", "alice", "bob"):
        people.note(Presence(nickname, State.ONLINE))
    assert names(people.rows("alice", {}, (), ())) == ["bob", "carol"]
    people.note(Presence("bob", State.OFFLINE))
    assert names(people.rows("alice", {}, (), ())) == ["carol"]
    people.clear()
    assert people.rows("alice", {}, (), ()) == []


def test_who_asks_is_first_then_who_has_written_then_who_is_here() -> None:
    people = People()
    for nickname in ("a", "b", "c"):
        people.note(Presence(nickname, State.ONLINE))
    rows = people.rows("me", {"b": 2}, ["c"], ["z"])
    assert rows == [
        PersonRow("c", State.ONLINE, "asks for a chat", asks=True),
        PersonRow("b", State.ONLINE, "online", 2),
        PersonRow("a", State.ONLINE, "online"),
        PersonRow("z", State.OFFLINE, "offline"),
    ]


def test_how_somebody_is_in_words() -> None:
    assert how(State.AWAY, "lun\x1bch") == "away: lun␛ch"
    assert {how(state) for state in State} == {"online", "away", "do not disturb", "in a chat", "offline"}
