"""Guests: everybody here goes by a name that nobody takes for somebody else's."""

from __future__ import annotations

import pytest

from duologue.core.errors import PeerError
from duologue.core.names import Account
from duologue.server.people.guests import Guests
from duologue.server.tables import Users


@pytest.fixture
def users() -> Users:
    return Users([Account("alice")])


@pytest.fixture
def guests(users: Users) -> Guests:
    return Guests(users)


def refusal(guests: Guests, name: str) -> str:
    with pytest.raises(PeerError) as refused:
        guests.admit(name, 1)
    return refused.value.code


def test_a_guest_keeps_the_name_as_it_was_typed_and_is_marked(guests: Guests) -> None:
    assert guests.admit("Bob", 5000) == "~Bob"


def test_who_has_no_name_gets_one(guests: Guests) -> None:
    assert guests.admit("", 5000) == "~Guest-5000"
    assert guests.find("Guest-5000") == guests.find("~guest-5000") == "~Guest-5000"


@pytest.mark.parametrize("name", ["alice", "Alice", "ALICE", "\N{CYRILLIC SMALL LETTER A}lice", "aIice"])
def test_nobody_comes_in_as_a_registered_user_or_looking_like_one(guests: Guests, name: str) -> None:
    assert refusal(guests, name) == "taken"


@pytest.mark.parametrize("name", ["Bob", "bob", "BOB", "b0b"])
def test_nobody_comes_in_as_a_guest_who_is_here_or_looking_like_one(guests: Guests, name: str) -> None:
    guests.admit("Bob", 1)
    assert refusal(guests, name) == "taken"
    guests.leave("~Bob")
    assert guests.admit(name, 1) == f"~{name}"


@pytest.mark.parametrize("name", ["Guest-1", "server", "[SERVER]", "a b", "x" * 33, "~Bob", "#tea"])
def test_names_that_nobody_gets_by_asking(guests: Guests, name: str) -> None:
    assert refusal(guests, name) == "bad_nickname"


def test_a_guest_is_found_by_any_spelling_with_the_mark_or_without(guests: Guests) -> None:
    guests.admit("Bob", 1)
    assert guests.find("bob") == guests.find("BOB") == guests.find("~Bob") == guests.find("~bob") == "~Bob"
    assert guests.find("carol") is guests.find("~") is guests.find("") is None
    guests.leave("~Bob")
    assert guests.find("bob") is None


def test_an_account_that_is_made_meanwhile_takes_its_name(guests: Guests, users: Users) -> None:
    users.replace([Account("alice"), Account("carol")])
    assert refusal(guests, "carol") == "taken"
    users.replace([Account("alice")])
    assert guests.admit("carol", 1) == "~carol"
