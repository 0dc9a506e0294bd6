"""The rooms that we are in: which is the current one, and what is kept of each."""

from __future__ import annotations

from duologue.client.engine.joined_rooms import JoinedRooms


def rooms(joined_rooms: JoinedRooms) -> list[str]:
    return [*joined_rooms.rooms]


def test_the_room_joined_last_is_the_current_one_and_after_it_the_one_before() -> None:
    joined_rooms = JoinedRooms()
    for room in ("#tea", "#ops", "#art"):
        joined_rooms.begin(room)
    assert rooms(joined_rooms) == ["#tea", "#ops", "#art"]
    joined_rooms.turn_to("#tea")
    assert rooms(joined_rooms) == ["#ops", "#art", "#tea"]
    joined_rooms.end("#tea")
    assert rooms(joined_rooms) == ["#ops", "#art"]
    joined_rooms.end("#tea")
    joined_rooms.turn_to("#tea")
    assert rooms(joined_rooms) == ["#ops", "#art"]


def test_joining_again_makes_it_the_current_one_and_forgets_nothing() -> None:
    times = iter((7.0, 8.0, 9.0))
    joined_rooms = JoinedRooms(lambda: next(times))
    joined_rooms.begin("#tea", "sesame")
    stay = joined_rooms.get("#tea")
    assert stay
    stay.seen = 5
    joined_rooms.begin("#ops")
    joined_rooms.begin("#tea")
    assert rooms(joined_rooms) == ["#ops", "#tea"]
    assert joined_rooms.get("#tea") is stay
    assert (stay.password, stay.since, stay.seen) == ("sesame", 7.0, 5)
    joined_rooms.begin("#tea", "other")
    assert stay.password == "other"


def test_a_password_does_not_show() -> None:
    joined_rooms = JoinedRooms()
    joined_rooms.begin("#tea", "sesame")
    assert "sesame" not in repr([*joined_rooms])
