"""Whom a name means, and who does not belong any more."""

from __future__ import annotations

import pytest

from duologue.core.errors import PeerError
from duologue.core.events.chat import Disconnected
from duologue.core.names import Account
from duologue.core.requests import Chat, ChatEnd
from duologue.server.goodbyes import PASSWORD_CHANGED, REGISTERED, REMOVED, TAKEN_OVER, TOO_MANY_DEVICES
from duologue.server.people.directory import Directory
from duologue.server.session import Session
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


# Several sessions of one


def bobs(directory: Directory, *devices: str) -> list[Session]:
    """Sessions of bob, of which each was used a second after the one before."""
    sessions = [session("bob", device=device) for device in devices]
    for used, one in enumerate(sessions):
        one.used = float(used)
        directory.enter(one)
    return sessions


def test_somebody_is_here_as_long_as_a_session_is(directory: Directory) -> None:
    first, second = bobs(directory, "d1", "d2")
    assert (len(directory), directory.sessions_of("bob")) == (4, (first, second))
    assert directory.session("bob", second.id) is second
    assert directory.session("alice", second.id) is directory.session("bob", None) is None
    directory.leave(first)
    assert "bob" in directory
    directory.leave(second)
    assert "bob" not in directory
    assert directory.sessions_of("bob") == ()


def test_a_client_without_a_device_is_found_among_the_others(directory: Directory) -> None:
    _, plain, _ = bobs(directory, "d1", "", "d2")
    assert directory.without_device("bob") is plain
    directory.leave(plain)
    assert directory.without_device("bob") is directory.without_device("carol") is None


@pytest.mark.parametrize(
    ("here", "comes", "ends"),
    [
        ("", "d1", []),
        ("d1 d2", "d3", []),
        ("d1 d2 d3", "d4", [("d1", TOO_MANY_DEVICES)]),
        ("d1 d2 d3", "d3", [("d3", TAKEN_OVER)]),
        ("d1 d2 d3 d4 d5", "d6", [("d1", TOO_MANY_DEVICES), ("d2", TOO_MANY_DEVICES), ("d3", TOO_MANY_DEVICES)]),
        ("d1 d2 d3 d4", "d4", [("d4", TAKEN_OVER), ("d1", TOO_MANY_DEVICES)]),
    ],
)
def test_which_sessions_end_when_another_comes(
    directory: Directory, here: str, comes: str, ends: list[tuple[str, Disconnected]]
) -> None:
    bobs(directory, *here.split())
    assert [(one.device, words) for one, words in directory.in_the_way("bob", comes, 3)] == ends


def test_who_is_in_a_chat_goes_last(directory: Directory) -> None:
    first, second = bobs(directory, "d1", "d2")
    first.chat = Chat("id", "alice", "bob")
    assert directory.in_the_way("bob", "d3", 2) == [(second, TOO_MANY_DEVICES)]
