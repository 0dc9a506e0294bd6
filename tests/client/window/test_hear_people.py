"""People, oneself and the connection."""

from __future__ import annotations

from duologue.client.events import (
    ConnectionLost,
    MemoryLost,
    Reconnected,
)
from duologue.client.window.changes import (
    BarChanged,
    BlockedCame,
    PageWanted,
    PeopleChanged,
    Restated,
)
from duologue.client.window.presenter import Desk
from duologue.core.commands.people import ListBlocked, MayAsk
from duologue.core.events.chat import (
    ChatRequested,
    ChatResumed,
    ChatStarted,
    Disconnected,
    Refused,
    RequestSent,
)
from duologue.core.events.people import (
    AskingAllowed,
    BlockedListed,
    PersonBlocked,
    PersonDescribed,
    PersonUnblocked,
    Presence,
    State,
    YouAre,
)
from duologue.core.room_rules import LOBBY
from tests.client.window.at_desk import desk, hear, lines

__all__ = ["desk"]


def test_presence(desk: Desk) -> None:
    assert hear(desk, Presence("bob", State.AWAY, "lunch")) == [PeopleChanged()]
    desk.talk("bob")
    assert Restated("bob") in hear(desk, Presence("bob", State.ONLINE))
    assert [row.nickname for row in desk.rows()] == ["bob"]


def test_how_others_find_us(desk: Desk) -> None:
    hear(desk, YouAre(State.AWAY, "lunch"), AskingAllowed(MayAsk.KNOWN))
    assert (desk.state, desk.text, desk.may_ask) == (State.AWAY, "lunch", MayAsk.KNOWN)
    assert hear(desk, BlockedListed(("bob",))) == [BlockedCame(("bob",))]
    assert hear(desk, BlockedListed(("bob",), 1)) == [PageWanted(ListBlocked("bob"), LOBBY)]
    assert hear(desk, BlockedListed(("carol",))) == [BlockedCame(("bob", "carol"))]


def test_answers_stand_where_something_was_done_last(desk: Desk) -> None:
    desk.open("bob")
    desk.active = "bob"
    hear(desk, Refused("in_chat", "No."), PersonUnblocked("carol"), PersonDescribed("bob", State.ONLINE, None, False))
    assert lines(desk, "bob")[0] == "No."
    assert len(lines(desk, "bob")) == 3
    desk.close("bob")
    hear(desk, PersonBlocked("bob"))
    assert lines(desk, LOBBY)[0].startswith("bob is blocked")


def test_a_lost_connection_is_said_until_it_is_back(desk: Desk) -> None:
    hear(desk, Presence("bob", State.ONLINE), ChatRequested("carol", 60), RequestSent("dave", 60))
    hear(desk, ConnectionLost("no answer", None))
    assert desk.bar.startswith("Connection lost (no answer).")
    assert not desk.is_over
    assert desk.requests == {}
    assert desk.status("dave") == "The connection was lost, so dave is no longer asked."
    assert BarChanged() in hear(desk, Reconnected("alice"))
    assert desk.bar == ""
    assert desk.people.presence_of("bob").state is State.OFFLINE


def test_a_chat_outlives_the_connection(desk: Desk) -> None:
    hear(desk, ChatStarted("bob", "x"), ConnectionLost("no answer", "bob"))
    assert desk.partner == "bob"
    hear(desk, Reconnected("alice"), ChatResumed("bob", "x", 0, "s", 0))
    assert desk.partner == "bob"


def test_taken_over_is_over(desk: Desk) -> None:
    hear(desk, ChatStarted("bob", "x"), Disconnected("taken_over", "Elsewhere."))
    assert desk.is_over
    assert desk.status("bob") == "Elsewhere."
    desk.log_in("alice")
    assert (desk.bar, desk.is_over) == ("", False)
    assert lines(desk, "bob") == ["Chat with bob started."]
    assert desk.fail("No.") == [BarChanged()]
    assert (desk.bar, desk.is_over) == ("No.", True)


def test_a_server_that_stops_is_not_the_end(desk: Desk) -> None:
    hear(desk, ChatStarted("bob", "x"), Disconnected("shutting_down", "Back soon."))
    assert not desk.is_over
    assert desk.partner == "bob"


def test_somebody_else_finds_nothing_of_the_one_before(desk: Desk) -> None:
    hear(desk, ChatStarted("bob", "x"))
    desk.log_in("carol")
    assert desk.talks == {}


def test_a_memory_that_fails_is_said(desk: Desk) -> None:
    hear(desk, MemoryLost("disk full"))
    assert "disk full" in lines(desk, LOBBY)[0]
