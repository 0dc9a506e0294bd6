"""What the server tells about people: values that nobody changes on their way, each of them an event like any other."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from duologue.core.events.chat import Event
from duologue.core.events.people import PeopleEvent, PeopleListed, Presence, State, YouAre

KINDS = get_args(PeopleEvent)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_about_people_is_one_value_that_nobody_can_change(kind: type) -> None:
    values = [name.name for name in fields(kind)]
    event = kind(*values)
    assert event == kind(*values)
    assert hash(event) == hash(kind(*values))
    for name in values:
        with pytest.raises(FrozenInstanceError):
            setattr(event, name, "other")


def test_every_one_is_an_event() -> None:
    assert set(KINDS) <= set(get_args(Event))


def test_how_i_am_is_not_how_somebody_else_is() -> None:
    assert YouAre(State.AWAY) != Presence("bob", State.AWAY)  # type: ignore[comparison-overlap]
    assert PeopleListed((("bob", State.AWAY),)).more == 0
