"""The rest of a chat that is over comes before what is said in the next one (protocol, 7.1 and 11.3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from duologue.server.chats.rest import Rests
from duologue.server.session import Session
from tests.server.test_session import session


class Waiting:
    """The rests that are owed, one who is owed one, and what has gone on."""

    def __init__(self) -> None:
        self.rests = Rests()
        self.bob = session("bob")
        self.rests.rest_begins(self.bob)
        self.gone_on: list[str] = []

    def has_to_wait(self, what: str, who: Session | None = None) -> bool:
        return self.rests.has_to_wait(who or self.bob, lambda: self.gone_on.append(what))


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


def test_who_is_owed_nothing_does_not_wait(waiting: Waiting) -> None:
    assert not waiting.has_to_wait("alice", session("carol"))
    assert not waiting.has_to_wait("alice", session("bob")), "another session of the same account"
    assert waiting.gone_on == []


def test_what_waits_goes_on_when_the_rest_has_come_and_once(waiting: Waiting) -> None:
    assert waiting.has_to_wait("alice")
    assert waiting.gone_on == []
    waiting.rests.rest_ends(waiting.bob)
    assert waiting.gone_on == ["alice"]
    waiting.rests.rest_ends(waiting.bob)
    assert waiting.gone_on == ["alice"]
    assert not waiting.has_to_wait("again")


def test_what_asks_again_and_again_goes_on_once(waiting: Waiting) -> None:
    """A flow asks with every commit."""
    gone_on: list[str] = []

    class Flow:
        def push(self) -> None:
            gone_on.append("alice")

    flow = Flow()
    assert all(waiting.rests.has_to_wait(waiting.bob, flow.push) for _ in range(3))
    waiting.rests.rest_ends(waiting.bob)
    assert gone_on == ["alice"]


def test_whoever_goes_on_does_not_wait_again(waiting: Waiting) -> None:
    """It asks once more as it goes on, and must find the way free."""
    asked: list[bool] = []

    def go_on() -> None:
        asked.append(waiting.rests.has_to_wait(waiting.bob, go_on))

    assert waiting.rests.has_to_wait(waiting.bob, go_on)
    waiting.rests.rest_ends(waiting.bob)
    assert asked == [False]


def test_a_second_rest_forgets_nothing_that_waits(waiting: Waiting) -> None:
    waiting.has_to_wait("alice")
    waiting.rests.rest_begins(waiting.bob)
    waiting.rests.rest_ends(waiting.bob)
    assert waiting.gone_on == ["alice"]


def test_one_who_is_gone_is_owed_nothing_and_nothing_goes_on(waiting: Waiting) -> None:
    waiting.has_to_wait("alice")
    waiting.rests.forget(waiting.bob)
    waiting.rests.rest_ends(waiting.bob)
    assert waiting.gone_on == []
    assert not waiting.rests._owed


@pytest.mark.parametrize("end", [Rests.rest_ends, Rests.forget])
def test_who_is_owed_nothing_ends_nothing(end: Callable[[Rests, Session], None]) -> None:
    end(Rests(), session("bob"))
