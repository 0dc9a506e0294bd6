"""Tries at a password: counted everywhere at once, taken back whole, and forgiven where the password is known."""

from __future__ import annotations

import pytest

from duologue.core.errors import PeerError
from duologue.core.guessing import WINDOW, Guess, Tally, begin
from duologue.core.pace import Tries


class Guesser:
    """Has two tries at each password, and three at all of them."""

    def __init__(self) -> None:
        self.own, self.all = Tries(2, WINDOW), Tries(3, WINDOW)

    def tries(self, password: str, now: float = 0) -> Guess:
        return begin(Tally(self.own, password), Tally(self.all, "eve"), now=now)

    def is_refused(self, password: str, now: float = 0) -> str:
        with pytest.raises(PeerError) as refusal:
            self.tries(password, now)
        assert refusal.value.code == "throttled"
        return refusal.value.text


@pytest.fixture
def eve() -> Guesser:
    return Guesser()


def test_each_password_has_its_tries_and_there_are_no_more_for_all(eve: Guesser) -> None:
    eve.tries("a", 0)
    eve.tries("a", 10)
    assert "50 s" in eve.is_refused("a", 10)
    eve.tries("b", 20)
    assert "40 s" in eve.is_refused("b", 20)
    eve.tries("b", 60)


def test_a_refused_try_is_counted_nowhere(eve: Guesser) -> None:
    eve.tries("a")
    eve.tries("a")
    for _ in range(5):
        eve.is_refused("a")
    eve.tries("b")


def test_what_is_taken_back_was_no_try(eve: Guesser) -> None:
    for _ in range(5):
        eve.tries("a").take_back()
    eve.tries("a", 1)
    eve.tries("a", 2).take_back()
    eve.tries("a", 3)
    eve.is_refused("a", 4)


def test_whoever_was_right_begins_anew_with_that_password_and_no_other(eve: Guesser) -> None:
    eve.tries("b")
    eve.tries("a")
    eve.tries("a").was_right()
    eve.tries("a")
    eve.is_refused("a")  # three in all: the one that was right is none of them


def test_tries_that_count_once_more_are_as_they_were(eve: Guesser) -> None:
    first = eve.tries("a")
    first.take_back()
    first.take_back()
    eve.tries("a")
    eve.tries("a")
    eve.is_refused("a")
