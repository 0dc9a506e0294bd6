"""A room is one life of a name, and keeps its password to itself."""

from __future__ import annotations

from duologue.core.room import Room


def test_the_hash_of_the_password_is_not_shown() -> None:
    room = Room("#tea", "#1", "$argon2id$secret")
    assert "secret" not in f"{room} {room!r}"
    assert "#tea" in repr(room)


def test_whether_there_is_a_password_is_no_secret() -> None:
    assert Room("#tea", "#1", "hash").has_password
    assert not Room("#tea", "#1").has_password


def test_a_room_is_itself_and_not_another_of_its_name() -> None:
    assert Room("#tea", "#1") != Room("#tea", "#1")


def test_no_two_rooms_share_their_members() -> None:
    Room("#tea", "#1").members["alice"] = None
    assert Room("#tea", "#1").members == {}
