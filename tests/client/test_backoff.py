"""Waits double from half a second to half a minute, with full jitter."""

from __future__ import annotations

from duologue.client.backoff import Backoff


def test_the_longest_waits_double_up_to_thirty_seconds() -> None:
    backoff = Backoff(lambda: 1.0)
    assert [backoff.next_wait() for _ in range(9)] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_wait_is_anywhere_below_that() -> None:
    randoms = iter([0.0, 0.25, 0.5])
    backoff = Backoff(lambda: next(randoms))
    assert [backoff.next_wait() for _ in range(3)] == [0.0, 0.25, 1.0]


def test_a_connection_that_held_begins_small_again() -> None:
    backoff = Backoff(lambda: 1.0)
    for _ in range(5):
        backoff.next_wait()
    backoff.reset()
    assert backoff.next_wait() == 0.5
