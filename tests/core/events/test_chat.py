"""Events, those about people and rooms too: secrets stay out of logs, and none can change on its way to a client."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from typing import get_args

import pytest

from duologue.core.events.chat import Acknowledged, Event, LoggedIn


def test_the_token_is_masked_wherever_the_event_is_shown() -> None:
    event = LoggedIn("sesame", "alice")
    assert "sesame" not in f"{event} {event!r} {[event]}"
    assert "alice" in repr(event)


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_an_event_is_one_value_that_nobody_can_change_on_its_way(kind: type) -> None:
    assert is_dataclass(kind)
    values = [name.name for name in fields(kind)]
    event = kind(*values)
    assert event == kind(*values)
    assert hash(event) == hash(kind(*values))
    for name in values:
        assert event != replace(event, **{name: "another value"}), f"told apart by {name}"
        with pytest.raises(FrozenInstanceError):
            setattr(event, name, "another value")


def test_before_anything_was_said_nothing_is_acknowledged() -> None:
    """Protocol 7.2: outside a chat, PONG 0 0."""
    assert Acknowledged() == Acknowledged(stored=0, delivered=0, stream=None)
