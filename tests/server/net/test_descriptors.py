"""The limit of this process: raised as far as it goes, and what is left of it for clients."""

from __future__ import annotations

import os
import resource

import pytest

from duologue.server.net.descriptors import MOST_DESCRIPTORS, SPARE_DESCRIPTORS, places_left, raise_limit

ENDLESS = resource.RLIM_INFINITY


class Limit:
    def __init__(self, soft: int, hard: int) -> None:
        self.now = soft, hard

    def set(self, _: int, limits: tuple[int, int]) -> None:
        self.now = limits


def limited(monkeypatch: pytest.MonkeyPatch, soft: int, hard: int) -> Limit:
    limit = Limit(soft, hard)
    monkeypatch.setattr(resource, "getrlimit", lambda _: limit.now)
    monkeypatch.setattr(resource, "setrlimit", limit.set)
    return limit


@pytest.mark.parametrize(
    ("soft", "hard", "after"),
    [
        (1024, 524_288, 524_288),
        (1024, ENDLESS, MOST_DESCRIPTORS),
        (1024, 2**30, MOST_DESCRIPTORS),
        (64, 64, 64),
        (2**21, ENDLESS, 2**21),
        (ENDLESS, ENDLESS, ENDLESS),
    ],
)
def test_the_limit_of_a_shell_is_raised_to_the_hard_one(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, after: int
) -> None:
    limit = limited(monkeypatch, soft, hard)
    raise_limit()
    assert limit.now == (after, hard)


@pytest.mark.parametrize("error", [ValueError, OSError])
def test_a_system_that_refuses_leaves_it_as_it_is(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def refuse(*_: object) -> None:
        raise error

    limited(monkeypatch, 256, ENDLESS)
    monkeypatch.setattr(resource, "setrlimit", refuse)
    raise_limit()


@pytest.mark.parametrize(("soft", "spare"), [(20_000, SPARE_DESCRIPTORS), (1024, SPARE_DESCRIPTORS), (120, 15)])
def test_what_is_open_and_some_to_spare_is_not_for_clients(
    monkeypatch: pytest.MonkeyPatch, soft: int, spare: int
) -> None:
    """Of a small limit an eighth: all 64 would leave nothing."""
    limited(monkeypatch, soft, soft)
    monkeypatch.setattr(os, "open", lambda *_: 30)
    monkeypatch.setattr(os, "close", lambda _: None)
    assert places_left().most == soft - 30 - spare


def test_an_endless_limit_is_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, ENDLESS, ENDLESS)
    assert MOST_DESCRIPTORS - 10_000 < places_left().most < MOST_DESCRIPTORS


def test_a_limit_that_is_all_taken_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 4, 4)
    assert places_left().most == 0
