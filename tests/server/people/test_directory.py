"""Whom a name means, and who does not belong any more."""

from __future__ import annotations

import pytest

from duologue.core.errors import PeerError
from duologue.core.names import Account
from duologue.core.requests import ChatEnd
from duologue.server.goodbyes import PASSWORD_CHANGED, REGISTERED, REMOVED
from duologue.server.people.directory import Directory
from duologue.server.tables import Users
from tests.server.test_session import session


@pytest.fixture
def users() -> Users:
    return Users([Account("alice"), Account("bob")])


@pytest.fixture
def directory(users: Users) -> Directory:
    """Alice is here, and two guests."""
    directory = Directory(users)
    for nickname in ("alice", directory.guests.admit("Zoe", 5000), directory.guests.admit("", 5000)):
        directory.enter(session(nickname))
    return directory


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("alice", "alice"),
        ("ALICE", "alice"),
        ("bob", "bob"),
        ("zoe", "~Zoe"),
        ("~ZOE", "~Zoe"),
        ("Guest-5000", "~Guest-5000"),
        ("nobody", "nobody"),
    ],
)
def test_a_person_is_found_by_what_somebody_types(directory: Directory, typed: str, found: str) -> None:
    assert directory.find_person(typed) == directory.find_partner(typed) == found


@pytest.mark.parametrize("typed", ["~alice", "~nobody", "Guest-6000", "", "a b"])
def test_some_names_mean_nobody(directory: Directory, typed: str) -> None:
    with pytest.raises(PeerError):
        directory.find_person(typed)


def test_one_may_have_talked_with_a_guest_who_has_gone(directory: Directory) -> None:
    assert directory.find_partner("~Gone") == "~Gone"


def test_an_account_is_there_without_its_owner_and_a_guest_is_not(directory: Directory) -> None:
    names = ("alice", "bob", "carol", "~Zoe", "~Gone")
    assert [directory.is_registered(name) for name in names] == [True, True, False, True, False]


def test_who_is_here_is_known_by_what_is_shown_of_them(directory: Directory) -> None:
    names = ("alice", "Zoe", "~Zoe", "zoe", "Alice", "ali", "bob", "")
    assert [directory.is_here(name) for name in names] == [True, True, True, *[False] * 5]


def test_who_has_no_account_any_more_has_to_go_and_so_has_a_guest_whose_name_belongs_to_one(
    directory: Directory, users: Users
) -> None:
    assert directory.no_longer_belong() == []
    users.replace([Account("alice", disabled=True), Account("z0e")])
    verdicts = {session.nickname: why for session, *why in directory.no_longer_belong()}
    assert verdicts == {"alice": [ChatEnd.REMOVED, REMOVED], "~Zoe": [ChatEnd.REMOVED, REGISTERED]}


@pytest.mark.parametrize(("before", "after"), [("old", "new"), (None, "new"), ("old", None)])
def test_with_another_password_or_none_a_session_is_over_and_its_chat_waits(
    directory: Directory, users: Users, before: str | None, after: str | None
) -> None:
    users.replace([Account("alice", before)])
    directory.sessions_of("alice")[0].password_hash = before
    assert directory.no_longer_belong() == []
    users.replace([Account("alice", after)])
    [(alice, reason, goodbye)] = directory.no_longer_belong()
    assert (alice.nickname, reason, goodbye) == ("alice", ChatEnd.LOST, PASSWORD_CHANGED)


def test_what_guests_cost_is_counted_for_where_they_come_from(directory: Directory) -> None:
    assert directory.source_of("alice") == "alice"
    assert directory.source_of("~Zoe") == directory.source_of("~Guest-5000") == "~127.0.0.1"
