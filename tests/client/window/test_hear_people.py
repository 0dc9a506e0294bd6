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
from duologue.client.window.presenter import Presenter
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
from tests.client.window.at_presenter import hear, lines, presenter

__all__ = ["presenter"]


def test_presence(presenter: Presenter) -> None:
    assert hear(presenter, Presence("bob", State.AWAY, "lunch")) == [PeopleChanged()]
    presenter.talk("bob")
    assert Restated("bob") in hear(presenter, Presence("bob", State.ONLINE))
    assert [row.nickname for row in presenter.rows()] == ["bob"]


def test_how_others_find_us(presenter: Presenter) -> None:
    hear(presenter, YouAre(State.AWAY, "lunch"), AskingAllowed(MayAsk.KNOWN))
    assert (presenter.state, presenter.text, presenter.may_ask) == (State.AWAY, "lunch", MayAsk.KNOWN)
    assert hear(presenter, BlockedListed(("bob",))) == [BlockedCame(("bob",))]
    assert hear(presenter, BlockedListed(("bob",), 1)) == [PageWanted(ListBlocked("bob"), LOBBY)]
    assert hear(presenter, BlockedListed(("carol",))) == [BlockedCame(("bob", "carol"))]


def test_answers_stand_where_something_was_done_last(presenter: Presenter) -> None:
    presenter.open("bob")
    presenter.active = "bob"
    hear(
        presenter,
        Refused("in_chat", "No."),
        PersonUnblocked("carol"),
        PersonDescribed("bob", State.ONLINE, None, False),
    )
    assert lines(presenter, "bob")[0] == "No."
    assert len(lines(presenter, "bob")) == 3
    presenter.close("bob")
    hear(presenter, PersonBlocked("bob"))
    assert lines(presenter, LOBBY)[0].startswith("bob is blocked")


def test_a_lost_connection_is_said_until_it_is_back(presenter: Presenter) -> None:
    hear(presenter, Presence("bob", State.ONLINE), ChatRequested("carol", 60), RequestSent("dave", 60))
    hear(presenter, ConnectionLost("no answer", None))
    assert presenter.bar.startswith("Connection lost (no answer).")
    assert not presenter.is_over
    assert presenter.requests == {}
    assert presenter.status("dave") == "The connection was lost, and with it your request to dave."
    assert BarChanged() in hear(presenter, Reconnected("alice"))
    assert presenter.bar == ""
    assert presenter.people.presence_of("bob").state is State.OFFLINE


def test_a_chat_outlives_the_connection(presenter: Presenter) -> None:
    hear(presenter, ChatStarted("bob", "x"), ConnectionLost("no answer", "bob"))
    assert presenter.partner == "bob"
    hear(presenter, Reconnected("alice"), ChatResumed("bob", "x", 0, "s", 0))
    assert presenter.partner == "bob"


def test_taken_over_is_over(presenter: Presenter) -> None:
    hear(presenter, ChatStarted("bob", "x"), Disconnected("taken_over", "Elsewhere."))
    assert presenter.is_over
    assert presenter.status("bob") == "Elsewhere."
    presenter.log_in("alice")
    assert (presenter.bar, presenter.is_over) == ("", False)
    assert lines(presenter, "bob") == ["Chat with bob started."]
    assert presenter.fail("No.") == [BarChanged()]
    assert (presenter.bar, presenter.is_over) == ("No.", True)


def test_a_server_that_stops_is_not_the_end(presenter: Presenter) -> None:
    hear(presenter, ChatStarted("bob", "x"), Disconnected("shutting_down", "Back soon."))
    assert not presenter.is_over
    assert presenter.partner == "bob"


def test_somebody_else_finds_nothing_of_the_one_before(presenter: Presenter) -> None:
    hear(presenter, ChatStarted("bob", "x"))
    presenter.log_in("carol")
    assert presenter.talks == {}


def test_a_memory_that_fails_is_said(presenter: Presenter) -> None:
    hear(presenter, MemoryLost("disk full"))
    assert "disk full" in lines(presenter, LOBBY)[0]
