"""Places for three sockets at a time, counted ahead."""

from __future__ import annotations

import pytest

from duologue.core.errors import FatalPeerError
from duologue.core.places import Places


def full_of(places: Places, sockets: int) -> None:
    for _ in range(sockets):
        places.take()


def test_a_login_begins_only_where_it_can_be_completed() -> None:
    places = Places(5, overdraft=0)
    full_of(places, 1)
    places.expect("one", 2)
    full_of(places, 1)
    with pytest.raises(FatalPeerError) as refused:
        places.expect("other", 2)
    assert refused.value.code == "server_full"
    full_of(places, 1)
    assert not places.has_room, "two places are promised"
    assert places.has_room_for_one_of_three, "one of the two may be it"


def test_what_is_awaited_becomes_what_is_there() -> None:
    places = Places(3, overdraft=0)
    full_of(places, 1)
    places.expect("one", 2)
    for _ in range(2):
        assert not places.has_room
        places.take()
        places.came("one")
    assert places.taken == 3
    places.forget("one")
    places.give_back()
    assert places.has_room


def test_a_login_that_is_given_up_leaves_its_places() -> None:
    places = Places(3, overdraft=0)
    full_of(places, 1)
    places.expect("one", 2)
    places.forget("one")
    places.give_back()
    full_of(places, 1)
    places.expect("other", 2)


def test_a_newcomer_may_be_one_that_is_awaited() -> None:
    """However many come who are not: beyond the places there are some for first lines."""
    places = Places(3, overdraft=2)
    full_of(places, 4)
    assert places.has_room_for_one_of_three
    assert not places.has_room
    full_of(places, 1)
    assert not places.has_room_for_one_of_three


def test_the_number_of_clients_is_told() -> None:
    assert Places(1000, overdraft=0).clients == 333
