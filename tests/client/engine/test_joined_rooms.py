"""The rooms that we are in: which is the current one, and what is kept of each."""

from __future__ import annotations

from duologue.client.engine.joined_rooms import Stays


def rooms(stays: Stays) -> list[str]:
    return [*stays.rooms]


def test_the_room_joined_last_is_the_current_one_and_after_it_the_one_before() -> None:
    stays = Stays()
    for room in ("#tea", "#ops", "#art"):
        stays.begin(room)
    assert rooms(stays) == ["#tea", "#ops", "#art"]
    stays.turn_to("#tea")
    assert rooms(stays) == ["#ops", "#art", "#tea"]
    stays.end("#tea")
    assert rooms(stays) == ["#ops", "#art"]
    stays.end("#tea")
    stays.turn_to("#tea")
    assert rooms(stays) == ["#ops", "#art"]


def test_joining_again_makes_it_the_current_one_and_forgets_nothing() -> None:
    times = iter((7.0, 8.0, 9.0))
    stays = Stays(lambda: next(times))
    stays.begin("#tea", "sesame")
    stay = stays.get("#tea")
    assert stay
    stay.seen = 5
    stays.begin("#ops")
    stays.begin("#tea")
    assert rooms(stays) == ["#ops", "#tea"]
    assert stays.get("#tea") is stay
    assert (stay.password, stay.since, stay.seen) == ("sesame", 7.0, 5)
    stays.begin("#tea", "other")
    assert stay.password == "other"


def test_a_password_does_not_show() -> None:
    stays = Stays()
    stays.begin("#tea", "sesame")
    assert "sesame" not in repr([*stays])
