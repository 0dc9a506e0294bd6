"""Quick tries first, then waits that double up to half a minute, with full jitter."""

from __future__ import annotations

from duologue.client.engine.backoff import FIRST, LONGEST, QUICK, QUICK_TRIES, Backoff


def after_the_quick_tries(random: float) -> Backoff:
    backoff = Backoff(lambda: random)
    for _ in range(QUICK_TRIES):
        backoff.next_wait()
    return backoff


def test_a_server_that_is_back_within_a_few_seconds_is_found_within_half_a_second() -> None:
    slow, fast = Backoff(lambda: 1.0), Backoff(lambda: 0.0)
    assert {slow.next_wait() for _ in range(QUICK_TRIES)} == {QUICK}
    assert {fast.next_wait() for _ in range(QUICK_TRIES)} == {QUICK / 2}
    assert QUICK_TRIES * QUICK / 2 >= 5
    assert QUICK <= 0.5


def test_after_that_the_longest_waits_double_up_to_thirty_seconds() -> None:
    backoff = after_the_quick_tries(1.0)
    assert [backoff.next_wait() for _ in range(7)] == [1, 2, 4, 8, 16, 30, LONGEST]


def test_then_a_wait_is_anywhere_below_that() -> None:
    assert after_the_quick_tries(0.0).next_wait() == 0.0
    assert after_the_quick_tries(0.25).next_wait() == 0.25 * FIRST


def test_a_server_that_turns_us_away_is_not_tried_quickly() -> None:
    backoff = Backoff(lambda: 1.0)
    backoff.turned_away()
    assert [backoff.next_wait() for _ in range(3)] == [1, 2, 4]


def test_a_connection_that_held_begins_quickly_again() -> None:
    backoff = after_the_quick_tries(1.0)
    for _ in range(5):
        backoff.next_wait()
    backoff.reset()
    assert [backoff.next_wait() for _ in range(QUICK_TRIES + 1)] == [QUICK] * QUICK_TRIES + [FIRST]
