"""Connections that are kept for the next request, and how long that may take."""

from __future__ import annotations

from typing import Any

import pytest

from duologue.server.kept import PATIENCE, KeptConnections


class Kept:
    def __init__(self) -> None:
        self.now = 100.0
        self.closed: list[str] = []
        self.connections = KeptConnections(time=lambda: self.now)

    def connection(self, name: str) -> Any:
        kept = self

        class Connection:
            def close(self) -> None:
                kept.closed.append(name)

        return Connection()

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.connections.sweep(self.now)


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_who_asks_for_nothing_more_is_closed(kept: Kept) -> None:
    kept.connections.note(kept.connection("alice"), 1)
    kept.passes(PATIENCE - 1)
    assert kept.closed == []
    kept.passes(1)
    kept.passes(PATIENCE)
    assert kept.closed == ["alice"]


def test_a_part_of_a_request_is_no_more_time_and_the_next_request_is(kept: Kept) -> None:
    slow, quick = kept.connection("slow"), kept.connection("quick")
    for connection in (slow, quick):
        kept.connections.note(connection, 1)
    kept.passes(PATIENCE - 1)
    kept.connections.note(slow, 1)
    kept.connections.note(quick, 2)
    kept.passes(1)
    assert kept.closed == ["slow"]
    kept.passes(PATIENCE - 1)
    assert kept.closed == ["slow", "quick"]


def test_who_has_asked_or_gone_is_forgotten(kept: Kept) -> None:
    connection = kept.connection("alice")
    assert not kept.connections.forget(connection)
    kept.connections.note(connection, 1)
    assert kept.connections.forget(connection)
    kept.passes(PATIENCE)
    assert kept.closed == []
