"""Everybody once, before anybody a second time."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.fair_queue import FairQueue


def taken(queue: FairQueue[str]) -> list[str]:
    return [queue.take() for _ in range(len(queue))]


def test_who_comes_first_goes_first() -> None:
    queue = FairQueue[str]()
    for name in ("alice", "bob", "carol"):
        queue.put(name, name)
    assert taken(queue) == ["alice", "bob", "carol"]


def test_whoever_waits_once_goes_before_the_second_of_another() -> None:
    queue = FairQueue[str]()
    for number in range(100):
        queue.put(f"mallory {number}", "mallory")
    queue.put("alice", "alice")
    assert taken(queue)[:2] == ["mallory 0", "alice"]


def test_who_comes_back_at_once_waits_for_all_who_wait_already() -> None:
    queue = FairQueue[str]()
    queue.put("mallory 0", "mallory")
    queue.put("alice", "alice")
    queue.put("bob", "bob")
    assert queue.take() == "mallory 0"
    queue.put("mallory 1", "mallory")
    assert taken(queue) == ["alice", "bob", "mallory 1"]


def test_nobody_is_kept_waiting_by_those_who_come_after_them() -> None:
    queue = FairQueue[str]()
    queue.put("alice 0", "alice")
    queue.put("mallory", "mallory")
    queue.take()
    queue.put("alice 1", "alice")
    order = []
    for number in range(5):
        queue.put(f"new {number}", f"new {number}")
        order.append(queue.take())
    assert order[:2] == ["mallory", "alice 1"]


def test_who_was_here_long_ago_goes_before_nobody() -> None:
    queue = FairQueue[str]()
    queue.put("alice 0", "alice")
    for number in range(5):
        queue.put(f"bob {number}", f"bob {number}")
        queue.take()
    queue.put("bob", "bob")
    queue.put("alice 1", "alice")
    assert taken(queue)[-2:] == ["bob", "alice 1"]


def test_another_name_from_the_same_address_is_no_second_place() -> None:
    queue = FairQueue[str]()
    for number in range(100):
        queue.put(f"mallory {number}", f"name {number}", "192.0.2.1")
    queue.put("alice", "alice", "192.0.2.2")
    assert taken(queue)[1] == "alice"


def test_the_same_name_from_another_address_is_no_second_place() -> None:
    queue = FairQueue[str]()
    for number in range(100):
        queue.put(f"mallory {number}", "bob", f"192.0.2.{number}")
    queue.put("alice", "alice", "192.0.2.200")
    assert taken(queue)[1] == "alice"


def test_who_leaves_is_not_waited_for() -> None:
    queue = FairQueue[str]()
    place = queue.put("alice", "alice")
    queue.put("bob", "bob")
    queue.leave(place)
    queue.leave(place)
    assert len(queue) == 1
    assert queue.take() == "bob"
    with pytest.raises(IndexError):
        queue.take()


def test_to_leave_after_being_taken_changes_nothing() -> None:
    queue = FairQueue[str]()
    place = queue.put("alice", "alice")
    queue.put("bob", "bob")
    queue.take()
    queue.leave(place)
    assert len(queue) == 1


def test_a_queue_that_nobody_waits_in_remembers_nobody() -> None:
    queue = FairQueue[str]()
    queue.put("mallory", "mallory")
    queue.leave(queue.put("mallory", "mallory"))
    queue.take()
    queue.put("mallory", "mallory")
    queue.put("alice", "alice")
    assert taken(queue) == ["mallory", "alice"]


def test_keys_that_have_had_their_turn_are_forgotten() -> None:
    queue = FairQueue[str]()
    for number in range(10_000):
        queue.put("somebody", f"name {number}")
        if number:
            queue.take()
    assert len(queue._rounds) == 1


def test_whoever_comes_under_a_name_and_goes_puts_nobody_off() -> None:
    queue = FairQueue[str]()
    queue.put("somebody", "somebody")
    held = queue.put("mallory", "carol", "mallory")
    for _ in range(100):  # one place is always held, so that the name is never free of them
        following = queue.put("mallory", "carol", "mallory")
        queue.leave(held)
        held = following
    assert queue.put("carol", "carol", "192.0.2.1").round <= 2


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=60))
def test_nobody_else_has_more_turns_than_the_place_of_somebody_among_their_own(steps: list[tuple[str, bool]]) -> None:
    queue = FairQueue[tuple[str, int]]()
    turns_of_others: dict[tuple[str, int], Counter[str]] = {}
    own_before: dict[tuple[str, int], int] = {}
    for number, (key, is_taken) in enumerate(steps):
        item = key, number
        own_before[item] = sum(1 for other, _ in turns_of_others if other == key)
        turns_of_others[item] = Counter()
        queue.put(item, key)
        if is_taken:
            taken_item = queue.take()
            del turns_of_others[taken_item]
            for (other, _), turns in turns_of_others.items():
                if other != taken_item[0]:
                    turns[taken_item[0]] += 1
    # One of the round that was on when somebody came, and one of the round that they came into.
    assert all(turn <= own_before[item] + 2 for item, turns in turns_of_others.items() for turn in turns.values())
