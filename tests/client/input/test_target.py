"""What was begun for one is not said to all: the places that a line can lose while it is being typed."""

from __future__ import annotations

from duologue.client.input.target import Target
from duologue.core.events.chat import ChatEnded, ChatHeld, ChatStarted, MessageFrom, PeopleOnline
from duologue.core.requests import ChatEnd


def place(partner: str | None = None, room: str | None = None) -> Target:
    """As it was when Enter was pressed last."""
    place = Target()
    place.note(partner, room)
    return place


def test_nothing_is_left_where_nothing_has_changed() -> None:
    assert place().left(None, None) is None
    assert place(room="#tea").left(None, "#tea") is None
    assert place("bob", "#tea").left("bob", "#tea") is None


def test_a_chat_that_has_ended_is_left() -> None:
    assert place("bob", "#tea").left(None, "#tea") == "bob"


def test_also_one_that_has_begun_and_ended_since() -> None:
    here = place(room="#tea")
    here.hears(ChatStarted("bob", "x"))
    here.hears(PeopleOnline(()))
    here.hears(ChatEnded("bob", ChatEnd.LEFT))
    assert here.left(None, "#tea") == "bob"


def test_but_not_one_that_was_left_on_purpose() -> None:
    here = place("bob", "#tea")
    here.hears(ChatEnded("bob", ChatEnd.YOU_LEFT))
    assert here.left(None, "#tea") is None


def test_a_room_that_one_was_not_let_into_is_left() -> None:
    assert place(room="#secret").left(None, "#tea") == "#secret"
    assert place(room="#secret").left("bob", "#tea") is None


def test_the_first_room_of_all_is_nothing_new() -> None:
    assert place().left(None, "#tea") is None


def test_who_is_meant_by_a_reply() -> None:
    here = place()
    steps: list[tuple[str, list[str]]] = [("bob", ["bob"]), ("bob", ["bob"])]
    later: list[tuple[str, list[str]]] = [("carol", ["bob", "carol"]), ("bob", ["carol", "bob"])]
    assert not here.writers
    for nickname, writers in steps:
        here.hears(MessageFrom(nickname, 7, "s", 1, "hi"))
        assert [*here.writers] == writers
    here.note(None, None)
    for nickname, writers in later:
        here.hears(MessageFrom(nickname, 7, "s", 2, "hi"))
        assert [*here.writers] == writers
    here.note(None, None)
    assert [*here.writers] == ["bob"]


def test_a_chat_on_another_device_is_meant_where_nothing_else_was() -> None:
    here = place()
    here.hears(ChatHeld("bob", "c"))
    assert not here.has_turned_to("bob")
    assert not here.has_turned_to(None)


def test_a_chat_that_begins_on_another_device_is_not_meant_by_a_line_for_a_room() -> None:
    here = place(room="#tea")
    here.hears(ChatHeld("bob", "c"))
    assert here.has_turned_to("bob")
    here.note("bob", "#tea")
    assert not here.has_turned_to("bob")
