"""How often somebody may ask: each target is protected, nobody waits longer than told, and memory is bounded."""

from __future__ import annotations

from dataclasses import replace

from duologue.core.limits import REQUEST_RATE_WINDOW, REQUESTS_TO_ONE_WINDOW, Limits
from duologue.core.request_rate import RequestRate

LIMITS = replace(Limits(), requests_to_one=3, request_rate=5)


def asked(*targets: str, limits: Limits = LIMITS) -> RequestRate:
    """By alice, all at time 0."""
    rate = RequestRate(limits)
    for target in targets:
        rate.note("alice", target, 0)
    return rate


def test_the_same_person_is_asked_so_often_and_then_later_again() -> None:
    rate = asked("bob", "bob")
    assert not rate.is_too_often("alice", "bob", 0)
    rate.note("alice", "bob", 1)
    assert rate.is_too_often("alice", "bob", REQUESTS_TO_ONE_WINDOW - 1)
    assert not rate.is_too_often("alice", "bob", REQUESTS_TO_ONE_WINDOW)
    assert not rate.is_too_often("alice", "carol", 1)
    assert not rate.is_too_often("bob", "alice", 1)


def test_a_request_that_was_accepted_does_not_count_against_the_two() -> None:
    rate = asked("bob", "bob", "bob")
    rate.accepted("alice", "bob")
    assert not rate.is_too_often("alice", "bob", 0)
    rate.note("alice", "bob", 0)
    assert rate.is_too_often("alice", "bob", 0)


def test_to_accept_what_is_counted_no_more_changes_nothing() -> None:
    rate = asked("carol")
    rate.accepted("alice", "bob")
    rate.accepted("nobody", "bob")
    assert rate.wait("alice", 0) == 0


def test_whom_ever_one_asks_it_is_only_so_often() -> None:
    rate = asked("a", "b", "c", "d")
    assert rate.wait("alice", 0) == 0
    rate.note("alice", "e", 10)
    assert rate.wait("alice", 20) == REQUEST_RATE_WINDOW - 20
    assert rate.wait("alice", REQUEST_RATE_WINDOW) == 0
    assert rate.wait("bob", 20) == 0


def test_an_accepted_request_is_one_of_all() -> None:
    rate = asked("bob", "bob", "bob", "bob", "bob")
    rate.accepted("alice", "bob")
    assert rate.wait("alice", 0) > 0


def test_what_counts_no_more_is_forgotten() -> None:
    rate = RequestRate(LIMITS)
    for n in range(100):
        rate.note(f"guest{n}", "bob", n)
    rate.forget(REQUESTS_TO_ONE_WINDOW + 49)
    assert len(rate._asked) == 50
    for n in range(1000):
        rate.note("alice", "bob", 200 + n * REQUEST_RATE_WINDOW)
    assert len(rate._asked["alice"]) <= 2


def test_without_limits_nothing_is_counted() -> None:
    rate = asked(*["bob"] * 100, limits=LIMITS.lifted())
    assert not rate.is_too_often("alice", "bob", 0)
    assert rate.wait("alice", 0) == 0
    assert not rate._asked
