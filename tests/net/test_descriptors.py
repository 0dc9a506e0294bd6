"""One count for all doors of a server: when there are no more, and who hears that there are again."""

from __future__ import annotations

import resource

import pytest

from duologue.net.descriptors import SPARE_DESCRIPTORS, Descriptors

MOST = 2 * SPARE_DESCRIPTORS


@pytest.fixture
def descriptors(monkeypatch: pytest.MonkeyPatch) -> Descriptors:
    """None is left to take."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (MOST + SPARE_DESCRIPTORS, resource.RLIM_INFINITY))
    found = Descriptors()
    for _ in range(MOST):
        assert not found.are_out
        found.take()
    assert found.are_out
    return found


def test_who_waits_is_called_once_when_many_are_free(descriptors: Descriptors) -> None:
    called: list[str] = []
    one, other = lambda: called.append("one"), lambda: called.append("other")
    for waiting in (one, one, other):
        descriptors.wait(waiting)
    while descriptors.taken > MOST - SPARE_DESCRIPTORS:
        descriptors.give_back()
    assert (called, descriptors.are_out) == ([], False)
    descriptors.give_back()
    assert called == ["one", "other"]
    descriptors.give_back()
    assert called == ["one", "other"]


def test_who_still_finds_none_waits_again(descriptors: Descriptors) -> None:
    """The files of this process count too, and nobody asks how many they are."""
    calls: list[int] = []

    def resume() -> None:
        calls.append(descriptors.taken)
        descriptors.wait(resume)

    descriptors.wait(resume)
    for _ in range(MOST):
        descriptors.give_back()
    assert calls == [*range(MOST - SPARE_DESCRIPTORS - 1, -1, -1)]
