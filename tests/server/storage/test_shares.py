"""Whose messages fill a mailbox: counted as they come and go, and never more of one sender than a share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.errors import PeerError
from duologue.server.storage.base import Letter
from duologue.server.storage.shares import MailboxLimits, Shares

LIMITS = MailboxLimits(messages=5, per_sender=2)


class House:
    """What `waits` when somebody is asked for first, by sender; `asked` is who was."""

    def __init__(self, **waits: int) -> None:
        self.waits = waits
        self.asked: list[str] = []
        self.shares = Shares(LIMITS, self.waiting_for)

    def waiting_for(self, recipient: str) -> Iterable[tuple[str, int]]:
        self.asked.append(recipient)
        return self.waits.items()

    def takes(self, sender: str, *, is_heard: bool = True) -> bool:
        letter = Letter("s", 1, sender, "bob", b":hi\n", 1.0, is_heard)
        with contextlib.suppress(PeerError):
            self.shares.check(letter)
            self.shares.taken(letter)
            return True
        return False


def test_what_waited_before_is_counted_once() -> None:
    house = House(alice=1, carol=1)
    assert [house.takes("alice") for _ in range(3)] == [True, False, False]
    assert (house.asked, house.shares.waiting("bob")) == (["bob"], 3)


def test_a_mailbox_is_full_of_many_and_never_of_one() -> None:
    house = House(alice=100)
    assert [house.takes(sender) for sender in ("alice", "carol", "carol", "carol")] == [False, True, True, False]
    assert [house.takes(sender) for sender in ("dave", "eve")] == [True, False]
    house.shares.put("bob", "alice", -98)
    assert not house.takes("eve"), "alice has still her share"
    house.shares.put("bob", "alice", -1)
    assert house.takes("eve")


def test_whose_letters_are_not_heard_has_the_same_share_of_nothing() -> None:
    house = House()
    assert [house.takes("alice", is_heard=False) for _ in range(3)] == [True, True, False]
    assert house.shares.waiting("bob") == 0
    assert house.takes("alice"), "heard again, they begin anew"
    assert [house.takes("alice", is_heard=False) for _ in range(2)] == [True, False]


def test_of_whom_nobody_has_asked_nothing_is_remembered() -> None:
    house = House(alice=1)
    house.shares.put("bob", "alice", -1)
    assert house.asked == []


@pytest.mark.parametrize("sender", ["alice", "~Eve"])
def test_the_words_say_whose_share_it_is(sender: str) -> None:
    house = House(**{sender: 2})
    with pytest.raises(PeerError, match=r"2 messages of (yours|guests) waiting"):
        house.shares.check(Letter("s", 1, sender, "bob", b":hi\n", 1.0))


@given(st.lists(st.tuples(st.sampled_from(["alice", "carol", "~Eve", "~Mallory"]), st.integers(-3, 5))))
def test_places_are_what_each_share_counts_for(changes: list[tuple[str, int]]) -> None:
    house = House()
    assert house.shares.waiting("bob") == 0
    counts: dict[str, int] = {}
    for sender, change in changes:
        count = max(change, -counts.get(sender, 0))
        counts[sender] = counts.get(sender, 0) + count
        house.shares.put("bob", sender, count)
    guests = sum(count for sender, count in counts.items() if sender.startswith("~"))
    by_share = [count for sender, count in counts.items() if not sender.startswith("~")] + [guests]
    assert house.shares.waiting("bob") == sum(counts.values())
    assert house.shares._mailboxes["bob"].places == sum(min(count, LIMITS.per_sender) for count in by_share)


def test_nothing_waits_for_the_next_of_a_name_and_nobody_is_unheard() -> None:
    house = House(alice=2)
    assert not house.takes("alice")
    assert [house.takes("dave", is_heard=False) for _ in range(3)] == [True, True, False]
    house.waits.clear()
    house.shares.forget({"carol"})
    assert not house.takes("alice"), "somebody else"
    house.shares.forget({"bob"})
    assert house.takes("alice")
    assert house.takes("dave", is_heard=False)


def test_who_is_new_under_a_name_that_was_blocked_has_a_share_of_their_own() -> None:
    house = House()
    assert [house.takes("dave", is_heard=False) for _ in range(3)] == [True, True, False]
    house.shares.forget({"dave"})
    assert house.takes("dave", is_heard=False)
