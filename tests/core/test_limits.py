"""Rates and counts can be lifted; sizes and deadlines hold for everyone, always."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, fields

import pytest

from duologue.core.limits import Limits

NEVER_LIFTED = {
    "login_timeout",
    "token_lifetime",
    "write_stall",
    "shutdown_flush",
    "request_expiry",
    "grace",
    "mailbox",
    "mailbox_per_sender",
    "room_topic",
    "away_text",
    "blocks",
    "sessions",
    "rooms",
    "send_queue",
}
RATES_AND_COUNTS = {
    "clients_per_address",
    "new_clients_per_address",
    "password_tries",
    "password_tries_per_address",
    "room_password_tries",
    "message_burst",
    "message_rate",
    "stranger_burst",
    "stranger_rate",
    "pending_requests",
    "requests_to_one",
    "request_rate",
    "rooms_per_client",
}


def test_the_defaults_are_the_ones_that_the_design_names() -> None:
    assert Limits() == Limits(
        login_timeout=20,
        token_lifetime=10,
        write_stall=10,
        shutdown_flush=5,
        request_expiry=120,
        mailbox=5_000,
        mailbox_per_sender=500,
        room_topic=200,
        away_text=200,
        blocks=1_000,
        sessions=8,
        rooms=10_000,
        send_queue=128 * 1024,
        clients_per_address=64,
        new_clients_per_address=256,
        password_tries=3,
        message_burst=200,
        message_rate=50,
        pending_requests=5,
        requests_to_one=3,
        request_rate=20,
        rooms_per_client=20,
        decline_cooldown=10,
    )


def test_every_limit_is_either_always_in_force_or_can_be_lifted() -> None:
    assert {limit.name for limit in fields(Limits)} == NEVER_LIFTED | RATES_AND_COUNTS | {"decline_cooldown"}


@pytest.mark.parametrize("name", sorted(NEVER_LIFTED))
def test_sizes_and_deadlines_are_never_lifted(name: str) -> None:
    assert getattr(Limits(**{name: 7}).lifted(), name) == 7


@pytest.mark.parametrize("name", sorted(RATES_AND_COUNTS))
def test_lifted_rates_and_counts_are_without_end(name: str) -> None:
    assert getattr(Limits(**{name: 7}).lifted(), name) == math.inf


def test_nobody_waits_after_a_no_when_limits_are_lifted() -> None:
    assert Limits().lifted().decline_cooldown == 0


def test_lifting_leaves_the_original_as_it_was() -> None:
    limits = Limits()
    limits.lifted()
    assert limits == Limits()


def test_limits_do_not_change_while_the_server_runs() -> None:
    with pytest.raises(FrozenInstanceError):
        Limits().send_queue = 1  # type: ignore[misc]


@pytest.mark.parametrize("limit", fields(Limits), ids=lambda limit: limit.name)
def test_every_limit_says_what_it_is(limit: object) -> None:
    assert limit.metadata["help"]  # type: ignore[attr-defined]
